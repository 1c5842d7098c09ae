"""Reading of a pack's tar archive within bounds: plain or gzip, small headers, each member once."""

from __future__ import annotations

import contextlib
import gzip
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from harness.errors import BadInput
from harness.interchange.foreign.bounded import MB
from harness.interchange.foreign.limits.plain_files import opened

INDEX = "pack.json"
MAX_INDEX = 64 * MB
Members = Iterator[tuple[str, int, Callable[[], IO[bytes]]]]
# Headers that tarfile reads as a whole into memory before the member that they belong to: long names, extra fields.
_EXTRA = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_MAX_EXTRA = MB
_DAMAGED = (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, RecursionError, ValueError, OverflowError)


class _Header(tarfile.TarInfo):
    """A header whose extra fields are bounded."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> _Header:
        header = super().frombuf(buf, encoding, errors)
        if header.type in _EXTRA and header.size > _MAX_EXTRA:
            raise tarfile.ReadError(f"a header of {header.size:,} bytes")
        return header


@contextlib.contextmanager
def reading(source: Path) -> Iterator[tuple[bytes, Members]]:
    """The index of an archive, and its other members one after another: name, size, a way to open it.

    Raises:
        BadInput: it is no archive, or damaged (also while the members are read).
    """
    try:
        with _opened(source) as archive:
            first = archive.next()
            if first is None or first.name != INDEX or not first.isreg() or first.size > MAX_INDEX:
                raise BadInput(f"{source} is no pack: {INDEX} is not its first member.")
            yield _file(archive, first).read(MAX_INDEX), _members(archive)
    except _DAMAGED as error:
        raise BadInput(f"{source} is no readable archive: {str(error)[:200]}.") from None


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tarfile.TarFile]:
    try:
        plain = opened(source, follow=True)
    except BadInput as problem:
        raise BadInput(f"{source} {problem}.") from None
    with plain:
        packed = plain.read(2) == b"\x1f\x8b"
        plain.seek(0)
        # No other compression: each takes memory of its own, and packs are not written so.
        with tarfile.open(fileobj=plain, mode="r:gz" if packed else "r:", tarinfo=_Header) as archive:
            yield archive


def _members(archive: tarfile.TarFile) -> Members:
    names: set[str] = set()
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile would keep every header
        if not member.isreg() or member.issparse():
            raise BadInput(f"The archive holds {member.name[:120]!r}, which is no plain file.")
        if member.name in names or member.name == INDEX:
            raise BadInput(f"The archive holds {member.name[:120]!r} twice.")
        names.add(member.name)
        yield member.name, member.size, lambda member=member: _file(archive, member)  # type: ignore[misc]


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    handle = archive.extractfile(member)
    assert handle is not None
    return handle
