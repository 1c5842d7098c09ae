"""Writing of a backup: each file read twice, hashed and packed; the archive is written aside and renamed when it is whole."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from harness import __version__
from harness.commands.backup import contents
from harness.commands.backup.contents import INDEX, Places
from harness.errors import BadInput, RunFailed
from harness.files import aside
from harness.interchange.foreign.limits.plain_files import opened
from harness.offline.file_list import Entry

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdFile
else:
    from backports.zstd import ZstdFile

FORMAT = 1
ENDING = ".tar.zst"
_LEVEL = 3  # Parquet is compressed already
_BLOCK = 1 << 20
_STAMPED = re.compile(r"landscape-\d{8}T\d{6}Z\.tar\.zst")


@dataclass(frozen=True)
class Written:
    """A backup that was written: its archive, what is in it, what could not be read, and the older ones that were removed."""

    archive: Path
    files: int
    runs: int
    size: int
    left_out: tuple[str, ...]
    removed: tuple[str, ...]


def archive_path(target: Path, now: datetime) -> Path:
    """The archive to write: ``target`` itself where it is named so, else one with the time in the folder ``target``.

    Raises:
        BadInput: there is a file of that name.
    """
    path = (
        target if target.name.endswith(ENDING) else target / f"landscape-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{ENDING}"
    )
    if os.path.lexists(path):
        raise BadInput(f"{path} exists already; a backup takes the place of none. Give another name, or a folder.")
    return path


def write(
    places: Places,
    target: Path,
    now: datetime,
    *,
    journals: bool = False,
    database: bool = False,
    keep: int | None = None,
) -> Written:
    """Write a backup; with ``keep``, remove all but the newest so many of its folder when it is written.

    Raises:
        BadInput: the target cannot be used, or there is nothing to keep.
        RunFailed: a file changed while it was read, or the disk refused; no archive was written.
    """
    if keep is not None and (keep < 1 or target.name.endswith(ENDING)):
        raise BadInput("--keep takes a number from 1 on, and a folder as TARGET.")
    path = archive_path(target, now)
    try:
        with contextlib.ExitStack() as stack:
            handles, left_out = _open(places, stack, journals=journals, database=database)
            if not handles:
                raise BadInput(f"There is nothing to keep: {places.runs} holds no sealed run.")
            entries = [Entry(name, size, _digest(handle, size)) for name, (handle, size) in handles.items()]
            path.parent.mkdir(parents=True, exist_ok=True)
            with aside(path) as scratch:
                _pack(scratch, entries, handles, now)
            size = path.stat().st_size
    except OSError as error:
        raise RunFailed(f"{path} cannot be written: {error.strerror or error}. No archive was written.") from None
    runs = len({contents.unit(e.path) for e in entries if contents.unit(e.path) != e.path})
    removed = tuple(_remove_older(path.parent, keep)) if keep else ()
    return Written(path, len(entries), runs, size, tuple(left_out), removed)


class _Reopened:
    """A file that is opened whenever it is read: there are more of them than a process may hold open."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextlib.contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """The file from its beginning."""
        with opened(self._path) as handle:
            yield handle


class _Open:
    """A file that is held open, since another takes its place (the database) or it is removed (a journal)."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle = handle

    @contextlib.contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """The file from its beginning."""
        self._handle.seek(0)
        yield self._handle


Handles = dict[str, tuple[_Reopened | _Open, int]]


def _open(places: Places, stack: contextlib.ExitStack, *, journals: bool, database: bool) -> tuple[Handles, list[str]]:
    """The files of a backup with the size that each has now, and those that are no plain files, or gone."""
    handles: Handles = {}
    left_out, broken = [], set()
    for name, path in contents.files(places, journals=journals, database=database):
        try:
            if not contents.is_ours(name):
                raise BadInput("has a name that no restore would take")
            handle = opened(path)
        except BadInput as problem:
            left_out.append(f"{path} {problem}")
            broken.add(contents.unit(name))
            continue
        size = os.fstat(handle.fileno()).st_size
        if name == contents.DATABASE or f"/{contents.JOURNALS}/" in name:
            handles[name] = _Open(stack.enter_context(handle)), size
        else:
            handle.close()
            handles[name] = _Reopened(path), size
    return {name: kept for name, kept in handles.items() if contents.unit(name) not in broken}, left_out


def _digest(source: _Reopened | _Open, size: int) -> str:
    """SHA-256 of the first ``size`` bytes; a journal may have grown since."""
    sha = hashlib.sha256()
    try:
        with source.reading() as handle:
            while size and (block := handle.read(min(_BLOCK, size))):
                sha.update(block)
                size -= len(block)
    except BadInput as problem:
        raise RunFailed(f"A file went away while it was read ({problem}). No archive was written; try again.") from None
    return sha.hexdigest()


class _Counted(io.RawIOBase):
    """The first bytes of a file, hashed on their way into the archive."""

    def __init__(self, handle: BinaryIO) -> None:
        self._handle, self.sha = handle, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        block = self._handle.read(size)
        self.sha.update(block)
        return block


def _pack(scratch: Path, entries: list[Entry], handles: Handles, now: datetime) -> None:
    index = {
        "format": FORMAT,
        "version": __version__,
        "made": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "files": [asdict(entry) for entry in entries],
    }
    raw = (json.dumps(index, ensure_ascii=False, indent=1) + "\n").encode()
    with ZstdFile(scratch, "w", level=_LEVEL) as stream, tarfile.open(fileobj=stream, mode="w|") as tar:
        tar.addfile(_member(INDEX, len(raw)), io.BytesIO(raw))
        for entry in entries:
            try:
                with handles[entry.path][0].reading() as handle:
                    counted = _Counted(handle)
                    tar.addfile(_member(entry.path, entry.size), counted)
            except BadInput as problem:
                raise RunFailed(f"{entry.path} {problem} now. No archive was written; try again.") from None
            if counted.sha.hexdigest() != entry.sha256:
                raise RunFailed(f"{entry.path} changed while it was read. No archive was written; try again.")


def _member(name: str, size: int) -> tarfile.TarInfo:
    """A member without the writer's name, time or rights."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info


def _remove_older(folder: Path, keep: int) -> list[str]:
    """Remove all backups of a folder but the newest ``keep``, by the time in their names; files named otherwise stay."""
    stamped = sorted(p for p in folder.iterdir() if _STAMPED.fullmatch(p.name))
    for path in stamped[:-keep]:
        path.unlink()
    return [path.name for path in stamped[:-keep]]
