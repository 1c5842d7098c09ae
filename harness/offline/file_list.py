"""The files of a data pack or a backup as its index lists them: place, size in bytes and SHA-256 of each."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from harness.errors import BadInput
from harness.files import existing, sha256
from harness.interchange.foreign.bounded import MB, mapping, parse_json, sequence, whole

LARGEST = 1 << 50
"""Bytes of a file that an index may name."""
SHOWN = 20
"""Problems of an index that a message lists."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a data pack or a backup: its place, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: str

    def is_at(self, place: Path) -> bool:
        """Whether a file has the bytes of this one."""
        return place.is_file() and place.stat().st_size == self.size and sha256(place) == self.sha256


def read_document(raw: bytes, version: int, index: str, holder: str) -> dict[str, Any]:
    """The document of an index (``index`` names it for people, ``holder`` what has its format).

    Raises:
        BadInput: it is no JSON object, or of another version.
    """
    try:
        document = mapping(parse_json(raw))
    except BadInput as problem:
        raise BadInput(f"{index} {problem}.") from None
    if document.get("format") != version:
        raise BadInput(
            f"{holder} has format {document.get('format')!r}; this version reads {version}. Update Landscape."
        )
    return document


def read_entries(
    document: dict[str, Any],
    index: str,
    path_problem: Callable[[object], str | None],
    problems_of_all: Callable[[Iterable[str]], list[str]] = lambda paths: [],
) -> dict[str, Entry]:
    """The files that an index lists, by their places; ``path_problem`` says what is wrong with one, None where nothing is.

    Raises:
        BadInput: with every problem of the index.
    """
    entries: dict[str, Entry] = {}
    problems = []
    for item in map(mapping, sequence(document.get("files"))):
        path, size, digest = item.get("path"), whole(item.get("size"), LARGEST), item.get("sha256")
        if problem := path_problem(path):
            problems.append(problem)
        elif size is None or not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            problems.append(f"{path} has no size or no SHA-256")
        elif str(path) in entries:
            problems.append(f"{path} is named twice")
        else:
            entries[str(path)] = Entry(str(path), size, digest)
    problems += problems_of_all(entries)
    if problems or not entries:
        raise BadInput(f"{index} cannot be used; nothing was written.", problems[:SHOWN] or ["it names no files"])
    return entries


def copy(
    handle: IO[bytes], entry: Entry, out: IO[bytes] | None, look: Callable[[bytes], None] = lambda head: None
) -> bool:
    """Copy a member, never more than a byte beyond the size that was named; whether its bytes are those that were named.

    ``look`` sees the first block before it is written. Without ``out`` the bytes are only compared.
    """
    sha, left = hashlib.sha256(), entry.size + 1
    while left > 0 and (block := handle.read(min(MB, left))):
        if left > entry.size:
            look(block)
        sha.update(block)
        left -= len(block)
        if out is not None:
            out.write(block)
    return left == 1 and sha.hexdigest() == entry.sha256


def refuse_without_room(size: int, folder: Path, what: str) -> None:
    """Refuse to write ``size`` bytes of ``what`` below ``folder`` where its disk has less room.

    Raises:
        BadInput: it has less room.
    """
    place = existing(folder)
    if size > (free := shutil.disk_usage(place).free):
        raise BadInput(f"The {what} needs {size:,} bytes and {place} has room for {free:,}; nothing was written.")
