"""Disk, memory, clock and the database: what a night of runs needs to end well."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
import resource
import shutil
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from harness import files, places
from harness.commands.doctor.finding import Finding, error, ok, warning
from harness.commands.doctor.urls import urls
from harness.engine.measure import cores, memory_limit
from harness.errors import LandscapeError

GIB = 1 << 30
LITTLE_DISK = 5 * GIB
"""A suite's run folder has some MB; weights, data sets and torch's compiled kernels take the rest."""
FULL_DISK = GIB // 2
LITTLE_MEMORY = 4 * GIB
LITTLE_SHARED = 64 << 20
OLD = dt.date(2026, 1, 1)
"""Earlier than this release: a clock that says so is wrong, and would date runs wrongly."""


def places_in_use() -> Iterator[Finding]:
    """Folders of runs and the database, the hub's cache, memory, open files, clock, URLs, database."""
    yield _folder("runs folder", places.runs())
    yield _folder("database folder", places.database().parent)
    if (cache := hub_cache()) is not None:
        yield _folder("hub cache", cache)
    yield _memory()
    yield _open_files()
    yield _clock()
    yield from urls()
    yield _database()


def hub_cache() -> Path | None:
    """The folder in which the hub's library keeps what it fetched; None where that library is not installed."""
    if find_spec("huggingface_hub") is None:
        return None
    from huggingface_hub import constants

    return Path(constants.HF_HUB_CACHE)


def _folder(part: str, folder: Path) -> Finding:
    """Whether a folder can be written, locked and synced, and how much room it has."""
    there = files.existing(folder)
    if not there.is_dir():
        return error(part, f"{there} is no folder", "Move it away, or name another place (docs/self_hosting.md).")
    room = shutil.disk_usage(there).free
    said = f"{room / GIB:.0f} GiB free at {folder}"
    if not os.access(there, os.W_OK | os.X_OK):
        return error(
            part, f"{there} cannot be written", "Give this user the right to write there, or name another place."
        )
    probe = there / f"{files.SCRATCH}{os.getpid()}-doctor"
    try:
        with probe.open("wb") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            handle.write(b"x")
        files.sync(probe)
    except OSError as problem:
        return error(
            part,
            f"{there}: a file cannot be written, locked and synced ({problem.strerror or problem})",
            "Use a file system with locks (local disk; NFS version 4): runs and the database hold locks while they write.",
        )
    finally:
        probe.unlink(missing_ok=True)
    if room < FULL_DISK:
        return error(part, said, "Free space before a run: a full disk ends it (finished work is kept).")
    if room < LITTLE_DISK:
        return warning(part, said, "Free some space: weights and data sets take gigabytes.")
    return ok(part, said)


def _memory() -> Finding:
    """Memory that a run may take, and the room of shared memory that loaders use."""
    whole = memory_limit()
    said = f"{whole / GIB:.0f} GiB, {cores()} cores"
    shared = Path("/dev/shm")  # nosec B108  # looked at, never written
    if whole < LITTLE_MEMORY:
        return warning("memory", said, "Models of more than about 0.5 B parameters will not fit in fp32.")
    if shared.is_dir() and shutil.disk_usage(shared).total < LITTLE_SHARED:
        return warning(
            "memory", f"{said}; little shared memory", "In a container: --shm-size 1g (several cards need it)."
        )
    return ok("memory", said)


def _open_files() -> Finding:
    """How many files a process may hold open: data sets in shards and many visitors need some hundred."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < 1024:
        return warning("open files", f"at most {soft} a process", f"ulimit -n {min(4096, hard) if hard > 0 else 4096}")
    return ok("open files", "no limit" if soft == resource.RLIM_INFINITY else f"at most {soft} a process")


def _clock() -> Finding:
    """Whether the date can be right; runs are dated by it."""
    now = dt.datetime.fromtimestamp(time.time(), dt.UTC)
    said = f"{now:%Y-%m-%d %H:%M} UTC"
    if now.date() < OLD:
        return error("clock", said, "Set the clock (timedatectl set-ntp true): runs would be dated wrongly.")
    return ok("clock", said)


def _database() -> Finding:
    """Whether the database can be read by this release."""
    from harness.store.reader import NOWHERE, Reader, generation

    path = places.database()
    if generation(path) == NOWHERE:
        return warning(
            "database", f"none yet at {path}", "harness db rebuild (the site and `harness run` make it too)."
        )
    try:
        reader = Reader(path)
    except LandscapeError as problem:
        return error("database", str(problem).splitlines()[0], "harness db rebuild")
    try:
        row = reader.rows("counts")[0]
    finally:
        reader.close()
    runs = row["measured_runs"] + row["reference_runs"] + row["imported_runs"]
    return ok("database", f"{runs:,} runs, {path.stat().st_size / 2**20:.0f} MiB at {path}")
