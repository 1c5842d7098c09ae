"""The lock of a plan: one process at a time, from before its model is loaded until its run is published.

A file beside the journal, locked with ``flock``: the system frees it with the process however that ends. What stands in
the file (process, host, start) is for people; a process id means another process in another container.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.errors import PlanHeld
from harness.files import is_at, make_folder

TRIES, BETWEEN = 5, 0.02
"""Tries for a lock, seconds apart: a sweep (``harness.store.leftovers``) holds one that was left behind while it removes it."""
MOST_BYTES = 4096
"""Of a lock file that is read for its holder's name."""


@contextmanager
def hold(path: Path, what: str = "plan") -> Iterator[bool]:
    """Hold the lock at ``path`` inside the block; ``what`` it is of. False where nothing is held, on a file system without locks.

    Raises:
        PlanHeld: another process holds it.
    """
    make_folder(path.parent)
    handle, held = _locked(path, what)
    try:
        os.ftruncate(handle, 0)
        holder = {
            "process": os.getpid(),
            "host": socket.gethostname(),
            "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        }
        os.pwrite(handle, json.dumps(holder).encode(), 0)
        yield held
    finally:
        path.unlink(missing_ok=True)
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_UN)  # closing alone would leave the lock to a forked child
        os.close(handle)


def _locked(path: Path, what: str) -> tuple[int, bool]:
    """Handle of the file, and whether it is locked; a file that its holder removed between the two calls is made anew."""
    tries = 0
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            tries += 1
            if tries < TRIES:
                os.close(handle)
                time.sleep(BETWEEN)
                continue
            holder = os.pread(handle, MOST_BYTES, 0)
            os.close(handle)
            name = path.stem[:8] if what == "plan" else path.stem
            raise PlanHeld(
                f"Another process is at work on this very {what} ({name}{_who(holder)}); wait for it, or stop it first."
            ) from None
        except OSError:
            return handle, False  # no locks on this file system
        if is_at(handle, path):
            return handle, True
        os.close(handle)


def is_held(path: Path) -> bool:
    """Whether a process holds the lock at ``path``; also where the file system has no locks but the file is there."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    else:
        return False
    finally:
        os.close(handle)


def _who(raw: bytes) -> str:
    """``: process P on host H since T`` as far as the lock file says so; it may be empty or torn."""
    try:
        holder: Any = json.loads(raw)
        return f": process {int(holder['process'])} on {holder['host']} since {holder['since']}"
    except (ValueError, LookupError, TypeError):
        return ""
