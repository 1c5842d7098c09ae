"""Reading of a tar archive within bounds: plain or gzip, a backup's Zstandard, small headers, each member once."""

from __future__ import annotations

import contextlib
import gzip
import sys
import tarfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from harness.errors import BadInput
from harness.interchange.foreign.bounded import MB
from harness.interchange.foreign.limits.plain_files import opened

if sys.version_info >= (3, 14):
    from compression.zstd import ZstdError, ZstdFile
else:
    from backports.zstd import ZstdError, ZstdFile

INDEX = "pack.json"
MAX_INDEX = 64 * MB
Members = Iterator[tuple[str, int, Callable[[], IO[bytes]]]]
# Headers that tarfile reads as a whole into memory before the member that they belong to: long names, extra fields.
_EXTRA = (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_MAX_EXTRA = MB
_DAMAGED = (
    tarfile.TarError,
    EOFError,
    zlib.error,
    gzip.BadGzipFile,
    ZstdError,
    RecursionError,
    ValueError,
    OverflowError,
)
_ZSTD = b"\x28\xb5\x2f\xfd"


class _Header(tarfile.TarInfo):
    """A header whose extra fields are bounded."""

    @classmethod
    def frombuf(cls, buf: Any, encoding: str, errors: str) -> _Header:
        header = super().frombuf(buf, encoding, errors)
        if header.type in _EXTRA and header.size > _MAX_EXTRA:
            raise tarfile.ReadError(f"a header of {header.size:,} bytes")
        return header


@contextlib.contextmanager
def reading(source: Path, index: str = INDEX) -> Iterator[tuple[bytes, Members]]:
    """The index of an archive, and its other members one after another: name, size, a way to open it.

    The index is the member that comes first, ``index`` its name: ``pack.json`` of a data pack, which is never Zstandard.

    Raises:
        BadInput: it is no archive, or damaged (also while the members are read).
    """
    try:
        with _opened(source, zstd=index != INDEX) as archive:
            first = archive.next()
            if first is None or first.name != index or not first.isreg() or first.size > MAX_INDEX:
                raise BadInput(f"{source} is none of ours: {index} is not its first member.")
            yield _file(archive, first).read(MAX_INDEX), _members(archive, index)
    except _DAMAGED as error:
        raise BadInput(f"{source} is no readable archive: {str(error)[:200]}.") from None


@contextlib.contextmanager
def _opened(source: Path, *, zstd: bool) -> Iterator[tarfile.TarFile]:
    try:
        plain = opened(source, follow=True)
    except BadInput as problem:
        raise BadInput(f"{source} {problem}.") from None
    with plain:
        magic = plain.read(4)
        plain.seek(0)
        # No other compression: each takes memory of its own, and packs are not written so.
        if zstd and magic == _ZSTD:
            with ZstdFile(plain) as stream, tarfile.open(fileobj=stream, mode="r:", tarinfo=_Header) as archive:
                yield archive
            return
        with tarfile.open(fileobj=plain, mode="r:gz" if magic[:2] == b"\x1f\x8b" else "r:", tarinfo=_Header) as archive:
            yield archive


def _members(archive: tarfile.TarFile, index: str) -> Members:
    names: set[str] = set()
    while (member := archive.next()) is not None:
        archive.members.clear()  # type: ignore[attr-defined]  # tarfile would keep every header
        if not member.isreg() or member.issparse():
            raise BadInput(f"The archive holds {member.name[:120]!r}, which is no plain file.")
        if member.name in names or member.name == index:
            raise BadInput(f"The archive holds {member.name[:120]!r} twice.")
        names.add(member.name)
        yield member.name, member.size, lambda member=member: _file(archive, member)  # type: ignore[misc]


def _file(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    handle = archive.extractfile(member)
    assert handle is not None
    return handle
