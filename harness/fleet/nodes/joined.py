"""Ray started here, or a running cluster joined, for as long as a night: its folder, its signals, and its end."""

from __future__ import annotations

import atexit
import importlib.util
import logging
import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.fleet.nodes.address import MODE, check, silent
from harness.fleet.nodes.asking import Asking, host_and_port
from harness.fleet.nodes.cluster import Cluster
from harness.fleet.nodes.own_folder import own_folder

LOCAL = "local"
STORE_BYTES = 80 << 20
"""Ray's object store: reports and run files are all that goes through it, and 75 MB is the least it takes."""


@contextmanager
def connected(
    address: str, warn: Callable[[str], None], clock: Callable[[], float] = time.monotonic
) -> Iterator[Cluster]:
    """A cluster: ``local`` starts Ray here for as long as the block, any other address joins one that runs.

    Raises:
        BadInput: Ray is not installed, or nothing answers at the address.
    """
    if importlib.util.find_spec("ray") is None:
        raise BadInput("A fleet needs Ray, which is not installed: pip install 'landscape-harness[fleet]'")
    mode = None if address == LOCAL else check(address)
    if mode is not None:
        os.environ[MODE] = mode  # before Ray is imported, which reads it once
    import ray

    common: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.CRITICAL}
    folder = temporary() if address == LOCAL else None
    with _own_signals():
        if folder is not None:
            _sweep(folder)
            ray.init(
                address=LOCAL,
                include_dashboard=False,
                object_store_memory=STORE_BYTES,
                _temp_dir=str(folder),
                **common,
            )
        else:
            try:
                ray.init(address=address, **common)
            except (ConnectionError, RuntimeError, ValueError, OSError) as error:
                raise silent(address, error) from None
    asking = Asking(None if address == LOCAL else _head(address))
    try:
        yield Cluster(warn, asking, clock)
    finally:
        if asking.gone:
            atexit.unregister(ray.shutdown)  # it would wait for the head
        else:
            with _own_signals():
                ray.shutdown()
        if mode is not None:
            os.environ.pop(MODE, None)
        if folder is not None:
            _sweep(folder)


def _head(address: str) -> tuple[str, int] | None:
    """Host and port of the head: as they were given for a client, else as Ray has found them."""
    if address.startswith("ray://"):
        return host_and_port(address)
    import ray

    return host_and_port(ray.get_runtime_context().gcs_address)


@contextmanager
def _own_signals() -> Iterator[None]:
    """Keep our handlers of signals: Ray puts its own in their place."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def temporary() -> Path:
    """Ray's folder for sockets and logs, short (a socket's path has at most 107 bytes) and below one that is the user's alone:
    Ray opens its own to everybody, and who reaches the sockets may start processes.

    Raises:
        BadInput: somebody else made it.
    """
    parent = Path(tempfile.gettempdir())
    return own_folder("ray", parent if len(str(parent)) < 16 else Path("/tmp")) / "r"  # nosec B108  # see above


def _sweep(folder: Path) -> None:
    """Remove the sessions of processes that have ended (``session_<time>_<process id>``)."""
    for session in folder.glob("session_*_*"):
        process = session.name.rpartition("_")[2]
        if not session.is_symlink() and process.isdigit() and (int(process) == os.getpid() or not _lives(int(process))):
            shutil.rmtree(session, ignore_errors=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
