"""Start the Streamlit site as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Sequence

from harness import hosts, places
from harness.errors import BadInput, LandscapeError, MissingData

EVERYWHERE = ("0.0.0.0", "::")  # nosec B104  # compared with what a person asked for, never bound unasked
"""Addresses that mean all of a machine's; they are no host's name."""


def serve(*, port: int, address: str, names: Sequence[str], public: bool) -> int:
    """Serve the site until it is stopped; returns its exit code. ``names`` are the hosts that it answers to, besides
    this machine's own (``hosts.OWN``) and ``address``.

    Raises:
        BadInput: the port is taken or out of range, or one of ``names`` is no host's name.
        MissingData: Streamlit is not installed.
    """
    if not 1 <= port <= 65535:
        raise BadInput(f"{port} is no port; give one between 1 and 65535.")
    answered = {hosts.parse_name(name) for name in names} | hosts.from_environment()
    if address not in EVERYWHERE:
        answered.add(hosts.parse_name(address))
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise BadInput(
                f"Port {port} on {address} is taken or not allowed; choose another (--port, or PORT= with make)."
            ) from None
    _make_database()
    app = places.asset("app.py")
    environment = {
        **os.environ,
        "LANDSCAPE_PUBLIC": "1" if public else os.environ.get("LANDSCAPE_PUBLIC", ""),
        hosts.ENVIRONMENT: ",".join(sorted(answered)),
    }
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(app),
        "--server.port",
        str(port),
        "--server.address",
        address,
    ]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    shown = "localhost" if address in EVERYWHERE else f"[{address}]" if ":" in address else address
    print(f"The site is at http://{shown}:{port} (Ctrl-C stops it).", file=sys.stderr)
    if address in EVERYWHERE:
        told = f", and to {', '.join(sorted(answered))}" if answered else "; for another name add --host NAME"
        print(f"It answers to localhost and to this machine's addresses{told}.", file=sys.stderr)
    try:
        server = subprocess.Popen(command, env=environment, cwd=app.parent)
    except FileNotFoundError:
        raise MissingData("Streamlit is not installed; pip install landscape-harness.") from None
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())  # who stops this process stops the server
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.wait()  # the terminal told it too
        raise


def _make_database() -> None:
    """Make the database where there is none; where it cannot be made the site starts all the same and says so."""
    from harness.store.opening import make_if_absent

    def say(text: str) -> None:
        print(f"harness: {text}", file=sys.stderr, flush=True)

    try:
        make_if_absent(say)
    except LandscapeError as error:
        say(str(error))
