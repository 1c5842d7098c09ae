"""The address of a Ray cluster, tried in a process of its own: Ray asks on for a quarter of an hour where another program listens.

``python -m harness.fleet.nodes.address ADDRESS`` joins a cluster and leaves it; standard output has the reason where it cannot.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.errors import BadInput

PORT_SECONDS = 5.0
"""Seconds for a cluster's port to be reached; Ray itself would try for two minutes."""
JOIN_SECONDS = 40.0
"""Seconds for a cluster to be joined; on a busy machine that takes about ten."""
MODE, TOKEN, TOKEN_FILE = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"
REFUSED = ("Unauthenticated", "no authentication token was found")
"""Words of Ray's where a cluster wants a token and is given none, or another one."""


def take_token() -> None:
    """Let Ray show its token, where there is one and the user has not decided: since 2.60 a cluster asks for it, and Ray shows it
    by itself only to ``auto``. To be called before Ray is imported; a cluster without tokens takes no notice."""
    file = Path(os.environ.get(TOKEN_FILE) or Path.home() / ".ray" / "auth_token")
    if MODE not in os.environ and (os.environ.get(TOKEN) or file.is_file()):
        os.environ[MODE] = "token"


def check(address: str, seconds: float = JOIN_SECONDS) -> None:
    """Check that a Ray cluster answers at an address.

    Raises:
        BadInput: none does, with the reason and what to do.
    """
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        try:
            socket.create_connection((host.strip("[]"), int(port)), PORT_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise silent(address, getattr(error, "strerror", None) or error) from None
    words = [sys.executable, "-m", "harness.fleet.nodes.address", address]
    try:
        tried = subprocess.run(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        raise silent(address, "what listens there does not answer as a cluster does") from None
    if tried.returncode and any(words in tried.stdout + tried.stderr for words in REFUSED):
        raise BadInput(
            f"The Ray cluster at {address!r} asks for a token that this shell does not have. Set {TOKEN} to it, or put it into "
            "~/.ray/auth_token; `ray get-auth-token` on the cluster's head prints it."
        )
    if tried.returncode:
        raise silent(address, tried.stdout.strip() or "Ray ended without a word")


def silent(address: str, reason: object) -> BadInput:
    """The refusal of an address, with the first sentence of the reason."""
    lines = [line.strip() for line in str(reason).splitlines() if line.strip()]
    first = lines[0].split(". ")[0].rstrip(".:") if lines else type(reason).__name__
    return BadInput(
        f"No Ray cluster answers at {address!r}: {first}. Give local for this machine, auto on a node of the cluster, HOST:6379 "
        "(its head) or ray://HOST:10001 (its port for clients); `ray status` on the head says whether it is up. "
        f"A cluster with tokens needs {TOKEN} or ~/.ray/auth_token."
    )


def main(arguments: Sequence[str]) -> int:
    """Join the cluster and leave it: 0, or 1 with the reason printed."""
    import ray

    try:
        ray.init(address=arguments[0], log_to_driver=False, logging_level=logging.CRITICAL)
    except Exception as error:
        print(error or type(error).__name__, flush=True)
        return 1
    ray.shutdown()
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    sys.stdout.flush()
    os._exit(code)  # Ray's threads may still wait for what does not answer
