"""Start the Streamlit site as a process of its own."""

from __future__ import annotations

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from harness import places
from harness.access import hosts, sign_in
from harness.errors import BadInput, LandscapeError, MissingData
from harness.log_line import FORMS, SITE_LOG, SiteEntry, as_json, as_text

EVERYWHERE = ("0.0.0.0", "::")  # nosec B104  # compared with what a person asked for, never bound unasked
"""Addresses that mean all of a machine's; they are no host's name."""
_BASE_PATH = re.compile(r"/?(?:[A-Za-z0-9_~-][A-Za-z0-9_.~-]*(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)*)?/?")


def serve(
    *, port: int, address: str, names: Sequence[str], public: bool, base_path: str = "", log: str | None = None
) -> int:
    """Serve the site until it is stopped; returns its exit code. ``names`` are the hosts that it answers to, besides
    this machine's own (``hosts.OWN``) and ``address``.

    Raises:
        BadInput: the port is taken or out of range, one of ``names`` is no host's name, ``base_path`` no path, or ``log``
            no form of a log.
        MissingData: Streamlit is not installed.
    """
    if not 1 <= port <= 65535:
        raise BadInput(f"{port} is no port; give one between 1 and 65535.")
    if not _BASE_PATH.fullmatch(base_path):
        raise BadInput(f"--base-path {base_path!r} is no path of an address; give one such as /landscape.")
    log = log if log is not None else os.environ.get(SITE_LOG, "").strip().lower()
    if log and log not in FORMS:
        raise BadInput(f"--log is {log!r}; give {' or '.join(FORMS)}.")
    _refuse_half_a_sign_in()
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
    say = _saying(log)
    _make_database(say)
    app = places.asset("app.py")
    environment = {
        "MALLOC_ARENA_MAX": "2",  # glibc: each click is a thread, and an arena of each keeps what the threads gave back
        **os.environ,
        "LANDSCAPE_PUBLIC": "1" if public else os.environ.get("LANDSCAPE_PUBLIC", ""),
        hosts.ENVIRONMENT: ",".join(sorted(answered)),
        SITE_LOG: log,
    }
    path = base_path.strip("/")
    shown = "localhost" if address in EVERYWHERE else f"[{address}]" if ":" in address else address
    say(f"The site is at http://{shown}:{port}{'/' + path if path else ''} (Ctrl-C stops it).")
    if address in EVERYWHERE:
        told = f", and to {', '.join(sorted(answered))}" if answered else "; for another name add --host NAME"
        say(f"It answers to localhost and to this machine's addresses{told}.")
    try:
        server = subprocess.Popen(_command(app, port, address, path), env=environment, cwd=app.parent)
    except FileNotFoundError:
        raise MissingData("Streamlit is not installed; pip install landscape-harness.") from None
    signal.signal(signal.SIGTERM, lambda *_: server.terminate())  # who stops this process stops the server
    try:
        return server.wait()
    except KeyboardInterrupt:
        server.wait()  # the terminal told it too
        raise


def _refuse_half_a_sign_in() -> None:
    """Refuse a sign-in that cannot work before anything is served.

    Raises:
        BadInput: it is required and not set as a whole.
        MissingData: the library that it takes is not installed.
    """
    if sign_in.from_environment() is not None and importlib.util.find_spec("authlib") is None:
        raise MissingData("A sign-in takes Authlib: pip install 'landscape-harness[auth]'.")


def _command(app: Path, port: int, address: str, path: str) -> list[str]:
    """The server's command line; ``path`` is what the site is served below, without slashes at its ends."""
    options = {
        "port": str(port), "address": address, "headless": "true", **({"baseUrlPath": path} if path else {}),
    }  # fmt: skip
    given = [word for name, value in options.items() for word in (f"--server.{name}", value)]
    # The address is told by this process, in the form of the log that was asked for.
    silent = ["--browser.gatherUsageStats", "false", "--logger.hideWelcomeMessage", "true"]
    return [sys.executable, "-m", "streamlit", "run", str(app), *given, *silent]


def _saying(log: str) -> Callable[[str], None]:
    """How this process speaks on standard error: as a person reads it, or as lines of the log that was asked for."""
    line = {"json": as_json, "text": as_text}.get(log)

    def say(text: str) -> None:
        shown = line(SiteEntry(text.removeprefix("harness: ")), datetime.now(UTC)) if line else text
        print(shown, file=sys.stderr, flush=True)

    return say


def _make_database(say: Callable[[str], None]) -> None:
    """Make the database where there is none; where it cannot be made the site starts all the same and says so."""
    from harness.store.opening import make_if_absent

    def saying(text: str) -> None:
        say(f"harness: {text}")

    try:
        make_if_absent(saying)
    except LandscapeError as error:
        saying(str(error))
