"""Atomic writing of files: written under a temporary name, synced, renamed.

A reader sees the old file or the whole new one, also after a crash or a loss of power.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

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


@contextmanager
def aside(path: Path) -> Iterator[Path]:
    """A hidden path in the folder of ``path`` to write to; it replaces ``path`` where the block ends without an error.

    Whatever the block raises, the old file stays and the hidden one is removed; only a killed process leaves one behind,
    ``.tmp-<process id>-<name>``, which no reader looks for.
    """
    scratch = path.with_name(f".tmp-{os.getpid()}-{path.name}")
    try:
        yield scratch
        replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def write_atomically(path: Path, content: bytes | str) -> Path:
    """Write bytes, or text in UTF-8, as a whole or not at all; returns ``path``."""
    with aside(path) as scratch:
        scratch.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
