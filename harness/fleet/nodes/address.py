"""The address of a Ray cluster, tried in a process of its own: Ray asks on for a quarter of an hour where another program listens.

``python -m harness.fleet.nodes.address ADDRESS`` joins a cluster and leaves it; standard output has the reason where it cannot.
"""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from harness.errors import BadInput
from harness.fleet.nodes.asking import host_and_port

PORT_SECONDS = 5.0
"""Seconds for a cluster's port to be reached; Ray itself would try for two minutes."""
JOIN_SECONDS = 40.0
"""Seconds for a cluster to be joined; on a busy machine that takes about ten."""
MODE, TOKEN, TOKEN_FILE = "RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"
NO_TOKEN = ("Unauthenticated", "no authentication token was found")
"""Words of Ray's where a cluster wants a token and is given none, or another one."""
QUICK = {"RAY_NUM_REDIS_GET_RETRIES": "3"}
"""Attempts a second apart; Ray's twenty are for heads that are being started."""


def check(address: str, seconds: float = JOIN_SECONDS) -> str | None:
    """Check that a Ray cluster answers at an address; returns the RAY_AUTH_MODE to join it with, where it is not set.

    Since 2.60 a cluster may ask for a token, and Ray shows it by itself to ``auto`` alone. In a cluster without tokens the workers
    of a driver that has one die: whether it is asked for is found out by trying.

    Raises:
        BadInput: no cluster answers, with the reason and what to do.
    """
    if head := host_and_port(address):
        try:
            socket.create_connection(head, PORT_SECONDS).close()
        except (OSError, OverflowError) as error:
            raise silent(address, getattr(error, "strerror", None) or error) from None
    if os.environ.get(MODE):
        modes: tuple[str | None, ...] = (None,)
    elif address.startswith("ray://"):  # a client has no workers of its own, and is not told that a token is missing
        modes = ("token" if _has_token() else "disabled",)
    else:
        modes = ("disabled", "token") if _has_token() else ("disabled",)
    said = ""
    for mode in modes:
        code, said = _join(address, {} if mode is None else {MODE: mode}, seconds)
        if not code:
            return mode
        if not any(words in said for words in NO_TOKEN):
            raise silent(address, said.strip() or "Ray ended without a word")
    raise BadInput(
        f"The Ray cluster at {address!r} asks for a token that this shell does not have. Set {TOKEN} to it, or put it into "
        "~/.ray/auth_token; `ray get-auth-token` on the cluster's head prints it."
    )


def _has_token() -> bool:
    file = Path(os.environ.get(TOKEN_FILE) or Path.home() / ".ray" / "auth_token")
    return bool(os.environ.get(TOKEN)) or file.is_file()


def _join(address: str, variables: Mapping[str, str], seconds: float) -> tuple[int, str]:
    """Join and leave in a process of its own; its exit code, and the reason where it is not 0."""
    words = [sys.executable, "-m", "harness.fleet.nodes.address", address]
    try:
        tried = subprocess.run(
            words, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
            env={**os.environ, **QUICK, **variables},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return 1, "what listens there does not answer as a cluster does"
    refused = [words for words in NO_TOKEN if words in tried.stdout + tried.stderr]
    return tried.returncode, refused[0] if refused else tried.stdout


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
