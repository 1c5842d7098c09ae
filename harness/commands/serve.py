"""Start the Streamlit site as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from harness import places
from harness.errors import BadInput, LandscapeError, MissingData


def serve(*, port: int, address: str, public: bool) -> int:
    """Serve the site until it is stopped; returns its exit code.

    Raises:
        BadInput: the port is taken or out of range.
        MissingData: Streamlit is not installed.
    """
    if not 1 <= port <= 65535:
        raise BadInput(f"{port} is no port; give one between 1 and 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            raise BadInput(
                f"Port {port} on {address} is taken or not allowed; choose another (--port, or PORT= with make)."
            ) from None
    _make_database()
    app = places.asset("app.py")
    environment = {**os.environ, "LANDSCAPE_PUBLIC": "1" if public else os.environ.get("LANDSCAPE_PUBLIC", "")}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(Path(__file__).parents[1] / "site" / "server" / "entry.py"),
        "--server.port",
        str(port),
        "--server.address",
        address,
    ]
    command += ["--server.headless", "true", "--browser.gatherUsageStats", "false"]
    print(f"The site is at http://{address}:{port} (Ctrl-C stops it).", file=sys.stderr)
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
