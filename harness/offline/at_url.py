"""Data packs at a URL: packed there, ``pack.json`` last, and unpacked from there, within the bounds of any other pack."""

from __future__ import annotations

import tempfile
from functools import partial
from pathlib import Path
from typing import IO

from harness import files
from harness.errors import BadInput, MissingData
from harness.offline import archive
from harness.offline.archive import INDEX, MAX_INDEX
from harness.offline.file_list import Entry
from harness.offline.pack import (
    Contents,
    Progress,
    Unpacked,
    entries_of,
    index_of,
    is_archive,
    pack,
    read_index,
    unpack,
    unpack_parts,
)
from harness.store.remote.objects import Objects, is_plain

MOST_ARCHIVE = 1 << 40
"""Bytes of an archive that is brought here; the free space of the disk bounds it, too."""


def pack_to(contents: Contents, url: str, scratch: Path, progress: Progress | None = None) -> tuple[Entry, ...]:
    """Write a data pack to a URL: an archive, made in ``scratch`` first, or a folder, file by file.

    What lies there already with the right bytes is not sent again. Without ``pack.json`` there is no pack.

    Raises:
        BadInput: there is nothing to pack.
        StoreAway, StoreRefused: as the URL answers; the same command goes on.
    """
    parent, _, name = url.rstrip("/").rpartition("/")
    if is_archive(name):
        if not is_plain(name):
            raise BadInput(f"{name[:80]!r} is no name of an archive.")
        objects = Objects(parent)
        scratch.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="pack-", dir=scratch) as folder:
            entries = pack(contents, Path(folder) / name, progress)
            objects.send(Path(folder) / name, name)
        return entries
    objects, entries = Objects(url), entries_of(contents)
    for entry in entries:
        if progress:
            progress(entry.path)
        if not objects.holds(contents.files[entry.path], entry.path):
            objects.send(contents.files[entry.path], entry.path)
    objects.write(INDEX, index_of(contents, entries))
    return entries


def unpack_from(url: str, target: Path, progress: Progress | None = None) -> Unpacked:
    """Unpack a data pack (folder or archive) at a URL below ``target``; as ``unpack``.

    Raises:
        MissingData: there is no pack at the URL.
        BadInput, RunFailed: as ``unpack``.
        StoreAway, StoreRefused: as the URL answers; files that were verified are kept.
    """
    parent, _, name = url.rstrip("/").rpartition("/")
    with files.scratch_folder(target, "unpack") as scratch:
        scratch.mkdir(parents=True, exist_ok=True)
        if is_archive(name):
            objects = Objects(parent)
            if objects.fetch(name, scratch / "pack.tar", MOST_ARCHIVE) is None:
                raise MissingData(f"There is no pack at {objects.shown}/{name}.")
            return unpack(scratch / "pack.tar", target, progress)
        objects = Objects(url)
        raw = objects.read(INDEX, MAX_INDEX)
        if raw is None:
            raise MissingData(f"{objects.shown} is no pack: it holds no {INDEX}.")
        return unpack_parts(raw, _members(objects, raw, scratch), target, progress)


def _members(objects: Objects, raw: bytes, scratch: Path) -> archive.Members:
    """The files that a pack's index names, each brought here as it is asked for."""
    for path, entry in read_index(raw)[0].items():
        about = objects.stat(path)
        if about is not None:
            yield path, about.size, partial(_brought, objects, entry, scratch / "member")


def _brought(objects: Objects, entry: Entry, place: Path) -> IO[bytes]:
    if objects.fetch(entry.path, place, entry.size) is None:
        raise BadInput(f"{entry.path} is missing")
    return place.open("rb")
