"""Atomic writing of files and folders: written under a hidden name, synced, renamed; leftovers of killed processes swept.

A reader sees the old file or the whole new one, also after a crash or a loss of power. What is not yet in its place has
a name that begins with ``.tmp-``: nobody reads such names. Its writer holds a lock on it (``flock``) for as long as it
lives, and the system frees the lock with the process however that ends: a hidden file that nobody holds is a leftover.
The process id in the name is for people; ids are used again, and mean another process in another container.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fnmatch import fnmatchcase
from pathlib import Path

HIDDEN = "."
"""First character of names that are no data: files being written, caches, locks."""
SCRATCH = ".tmp-"
"""Beginning of the names of files and folders that are not yet in their place."""


def visible(folder: Path) -> list[Path]:
    """Entries of a folder by name, without hidden ones; none where there is no such folder."""
    return sorted(p for p in folder.iterdir() if not p.name.startswith(HIDDEN)) if folder.is_dir() else []


def existing(folder: Path) -> Path:
    """A folder, or the nearest one above it that exists: where it will be made."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def sha256(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex digits."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


MOST_BYTES = 160
"""Of a name that comes from data: file systems allow 255 bytes, of which dates, endings and hidden names take some."""


def fitting(name: str, most: int = MOST_BYTES) -> str:
    """A name of at most ``most`` bytes in UTF-8: as it is, or cut at a whole character and ended with eight digits of its
    hash, so that two long names stay two. Controls and the names of folders themselves (``.``, ``..``) become ``_``."""
    name = re.sub(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]", "_", name)
    if not name.strip("."):
        name = "_" * max(len(name), 1)
    raw = name.encode()
    if len(raw) <= most:
        return name
    return f"{raw[: most - 9].decode(errors='ignore')}-{hashlib.sha256(raw).hexdigest()[:8]}"


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's entries, are on disk; where the system syncs no folders, only files."""
    if path.is_dir() and not hasattr(os, "O_DIRECTORY"):
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def replace(scratch: Path, target: Path) -> None:
    """Sync a file, rename it to ``target`` in the same folder, and sync the folder."""
    sync(scratch)
    scratch.replace(target)
    sync(target.parent)


def make_folder(folder: Path) -> None:
    """Make a folder, and those above it, whose entries are on disk: a file synced in it is found after a loss of power."""
    new = [p for p in (folder, *folder.parents) if not p.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    for made in new:
        sync(made.parent)


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A hidden path in the folder of ``path`` to write to; it replaces ``path`` where the block ends without an error.

    Whatever the block raises, the old file stays and the hidden one is removed; only a killed process leaves one behind,
    ``.tmp-<process id>-<name>``, until the next ``sweep``.
    """
    scratch = path.with_name(f"{SCRATCH}{os.getpid()}-{path.name}")
    with locked(scratch):
        try:
            yield scratch
            replace(scratch, path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise


@contextmanager
def scratch_folder(parent: Path, purpose: str) -> Iterator[Path]:
    """A hidden folder in ``parent`` for files and folders that are renamed into ``parent`` when they are whole.

    It is removed at the end of the block, with what is still in it; only a killed process leaves one behind,
    ``.tmp-<process id>-<purpose>``, until the next ``sweep``.
    """
    folder = parent / f"{SCRATCH}{os.getpid()}-{purpose}"
    make_folder(parent)
    with locked(folder, as_folder=True):
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked(path: Path, *, as_folder: bool = False) -> Iterator[None]:
    """Make a file, or a folder, at ``path`` and hold its lock; what another process left there is taken over, emptied."""
    while True:
        if as_folder:
            path.mkdir(exist_ok=True)
        handle = os.open(path, os.O_RDONLY if as_folder else os.O_RDWR | os.O_CREAT, 0o666)
        _lock(handle, wait=True)
        if is_at(handle, path):  # else a sweep removed it between the two calls, or another thread renamed it
            break
        os.close(handle)
    try:
        if as_folder:
            for entry in path.iterdir():
                _remove(entry)
        else:
            os.ftruncate(handle, 0)
        yield
    finally:
        os.close(handle)


@contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold a folder's own lock: processes that put files of one set in place, or look for half sets, take turns."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def sweep(folder: Path, names: str = f"{SCRATCH}*") -> list[str]:
    """Remove the hidden files and folders (``.tmp-…``) in ``folder`` that no living process holds; their names.

    ``names`` is the pattern of other names whose files are locked by whoever needs them.

    What cannot be removed stays, silently: nobody reads it.
    """
    swept = []
    with suppress(OSError):
        for path in sorted(p for p in folder.iterdir() if fnmatchcase(p.name, names)):
            with suppress(OSError):
                if _sweep_one(path):
                    swept.append(path.name)
    return swept


def _sweep_one(path: Path) -> bool:
    """Remove one leftover; False where its writer is alive, or where this system cannot tell."""
    if path.is_symlink() or not (path.is_file() or path.is_dir()):  # no writer of ours makes such a thing
        path.unlink()
        return True
    handle = os.open(path, os.O_RDONLY)
    try:
        if not _lock(handle, wait=False) or not is_at(handle, path):
            return False
        _remove(path)
        return True
    finally:
        os.close(handle)


def _lock(handle: int, *, wait: bool) -> bool:
    """Whether the lock of an open file or folder is now ours; False, too, on file systems without locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def is_at(handle: int, path: Path) -> bool:
    """Whether an open handle is still what lies at ``path``."""
    try:
        return os.path.samestat(os.fstat(handle), path.lstat())
    except OSError:
        return False


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes | str) -> Path:
    """Write bytes, or text in UTF-8, as a whole or not at all; returns ``path``."""
    with aside(path) as scratch:
        scratch.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
