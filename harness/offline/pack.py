"""Writing and unpacking of a data pack: the files of data sets and models in one folder or archive.

    pack.json                               what is in it: every file's size and SHA-256, licences, what is absent
    hub/<owner>/<name>/<config>/<split>.parquet
    models/<name>/…                         configuration, tokenizer, safetensors; never pickled weights

A pack holds data: no code, nothing that runs when it is loaded. ``unpack`` takes nothing that ``pack.json`` does not name, checks every hash, writes below its target only,
and goes on where it was stopped: files that are there and right are kept.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import IO

from harness.errors import BadInput, MissingData, RunFailed
from harness.files import aside, sha256, write_atomically
from harness.interchange.foreign.bounded import MB, mapping, read_bytes, sequence
from harness.interchange.foreign.limits.plain_files import opened, special
from harness.offline import archive
from harness.offline.archive import INDEX
from harness.offline.contents_rules import HEAD, MODEL_FILE, disguise, name_problem
from harness.offline.file_list import Entry, copy, read_document, read_entries, refuse_without_room

FORMAT = 1
_TOP = ("hub", "models")
# A plain part of a path: no space at either end, nothing that any system reads as more than a name.
_SAFE = re.compile(r"[\w.\-+=@]([\w.\-+=@ ]*[\w.\-+=@])?")
# Bytes unpacked for each byte of an archive: Parquet and weights shrink by a fifth, JSON to a twentieth; a bomb to a thousandth.
MAX_RATIO = 200
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Contents:
    """Contents of a data pack: files by their place in it, licences, and what is left out."""

    files: dict[str, Path]
    suites: tuple[dict[str, str], ...] = ()
    models: tuple[dict[str, str | None], ...] = ()
    licences: tuple[dict[str, str | None], ...] = ()
    left_out: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Result of unpacking: the files written and those that were there."""

    target: Path
    written: tuple[str, ...] = ()
    # Files that were in the target already, with the right bytes.
    present: tuple[str, ...] = ()
    left_out: tuple[dict[str, str], ...] = field(default=())


def pack(contents: Contents, out: Path, progress: Progress | None = None) -> tuple[Entry, ...]:
    """Write a data pack to a folder, or to an archive where ``out`` ends in ``.tar`` or ``.tar.gz``.

    Raises:
        BadInput: there is nothing to pack.
        RunFailed: the disk refused; a folder keeps what was copied, and the same command goes on.
    """
    try:
        entries = entries_of(contents)
        index = index_of(contents, entries)
        if is_archive(out.name):
            _pack_archive(contents, entries, index, out, progress)
        else:
            _pack_folder(contents, entries, index, out, progress)
    except OSError as error:
        raise RunFailed(
            f"{out} cannot be written: {os.strerror(error.errno or 0)}. The same command goes on."
        ) from None
    return entries


def entries_of(contents: Contents) -> tuple[Entry, ...]:
    """Place, size and SHA-256 of each file.

    Raises:
        BadInput: there is nothing to pack.
    """
    if not contents.files:
        raise BadInput("There is nothing to pack.", [f"{e['what']}: {e['reason']}" for e in contents.left_out])
    return tuple(Entry(name, path.stat().st_size, sha256(path)) for name, path in sorted(contents.files.items()))


def index_of(contents: Contents, entries: Sequence[Entry]) -> bytes:
    """The bytes of a pack's ``pack.json``."""
    document = {
        "format": FORMAT,
        "suites": list(contents.suites),
        "models": list(contents.models),
        "licences": list(contents.licences),
        "left_out": list(contents.left_out),
        "files": [asdict(e) for e in entries],
    }
    return (json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def _pack_folder(
    contents: Contents, entries: Sequence[Entry], index: bytes, out: Path, progress: Progress | None
) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for entry in entries:
        if progress:
            progress(entry.path)
        target = out / entry.path
        if not entry.is_at(target):
            with contents.files[entry.path].open("rb") as handle:
                _place(handle, entry, target)
    write_atomically(out / INDEX, index)


def _pack_archive(
    contents: Contents, entries: Sequence[Entry], index: bytes, out: Path, progress: Progress | None
) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with aside(out) as scratch, tarfile.open(scratch, "w" if out.suffix == ".tar" else "w:gz") as tar:
        tar.addfile(_member(INDEX, len(index)), io.BytesIO(index))
        for entry in entries:
            if progress:
                progress(entry.path)
            with contents.files[entry.path].open("rb") as handle:
                tar.addfile(_member(entry.path, entry.size), handle)


def _member(name: str, size: int) -> tarfile.TarInfo:
    """A member without the packer's name, time or rights."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info


def unpack(source: Path, target: Path, progress: Progress | None = None) -> Unpacked:
    """Unpack a data pack (folder or archive) below ``target``.

    Raises:
        MissingData: there is no pack at ``source``.
        BadInput: the pack is damaged, names a place outside the target, or the target has other content.
        RunFailed: the disk refused, or files were missing or wrong; what was verified is kept.
    """
    if not source.exists():
        raise MissingData(f"There is no pack at {source}.")
    try:
        with _opened(source) as (raw, members):
            most = None if source.is_dir() else MB + MAX_RATIO * source.stat().st_size
            return unpack_parts(raw, members, target, progress, most)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise RunFailed(f"{target} cannot be written: {reason}. Files that were verified are kept.") from None


def unpack_parts(
    raw: bytes, members: archive.Members, target: Path, progress: Progress | None = None, most: int | None = None
) -> Unpacked:
    """Unpack a pack's members below ``target``, given the bytes of its index; at most ``most`` bytes. As ``unpack``."""
    entries, left_out = read_index(raw)
    return _unpack(entries, members, target, left_out, progress, most)


def is_archive(name: str) -> bool:
    """Whether a pack of this name is one file."""
    return name.endswith((".tar", ".tar.gz", ".tgz"))


def read_index(raw: bytes) -> tuple[dict[str, Entry], tuple[dict[str, str], ...]]:
    """The files that a pack names, each checked to lie below the target.

    Raises:
        BadInput: with every problem of the index.
    """
    document = read_document(raw, FORMAT, INDEX, INDEX)
    entries = read_entries(document, INDEX, _path_problem)
    absent = tuple({str(k): str(v) for k, v in mapping(e).items()} for e in sequence(document.get("left_out"))[:1000])
    return entries, absent


def _path_problem(path: object) -> str | None:
    """What is wrong with the place of a file of a pack, as a sentence without its full stop."""
    if not isinstance(path, str) or not is_safe(path):
        return f"{str(path)[:120]!r} is no path below hub/ or models/"
    return f"{path} {reason}" if (reason := name_problem(path)) else None


def is_safe(path: str) -> bool:
    """A relative path below ``hub/`` or ``models/``, of plain parts only."""
    parts = path.split("/")
    plain = all(_SAFE.fullmatch(part) and part.strip(".") for part in parts)
    return plain and len(parts) > 1 and parts[0] in _TOP and len(path) <= 400


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tuple[bytes, archive.Members]]:
    """The index and the other members of a pack, each with its size and a way to open it."""
    if not source.is_dir():
        with archive.reading(source) as parts:
            yield parts
        return
    if not (source / INDEX).is_file():
        raise MissingData(f"{source} is no pack: it holds no {INDEX}.")
    try:
        index = read_bytes(source / INDEX, archive.MAX_INDEX)
    except BadInput as problem:
        raise BadInput(f"{source / INDEX} {problem}.") from None
    yield index, _folder_members(source)


def _folder_members(source: Path) -> archive.Members:
    """Regular files of a folder; links, pipes and the like are none of the pack's."""
    for base, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = Path(base) / name
            relative = path.relative_to(source).as_posix()
            if relative != INDEX and special(path) is None:
                yield relative, path.lstat().st_size, partial(opened, path)


def _unpack(
    entries: dict[str, Entry],
    members: archive.Members,
    target: Path,
    left_out: tuple[dict[str, str], ...],
    progress: Progress | None,
    most: int | None,
) -> Unpacked:
    """Unpack below ``target``; ``most`` bytes at most where the pack is compressed."""
    root = target.resolve()
    other = [e.path for e in entries.values() if _other(root, e)]
    if other:
        raise BadInput(f"{target} holds other content than the pack's; nothing was written.", other[:20])
    present = [e.path for e in entries.values() if e.is_at(root / e.path)]
    _refuse_too_large(entries, set(present), root, most)
    verified, written, problems = set(present), list[str](), list[str]()
    for name, size, open_member in members:
        entry = entries.get(name)
        if entry is None:
            raise BadInput(f"The pack holds {name[:120]!r}, which its {INDEX} does not name.")
        if size != entry.size:
            problems.append(_wrong(entry))
            continue
        if name in verified:
            continue
        if progress:
            progress(name)
        place = root / name
        if not place.parent.resolve().is_relative_to(root):
            raise BadInput(f"{name} would be written outside {target}; a folder there is a link.")
        try:
            with open_member() as handle:
                _place(handle, entry, place)
            written.append(name)
            verified.add(name)
        except BadInput as problem:
            problems.append(str(problem))
    problems += [
        f"{name} is missing" for name in entries if name not in verified and not any(name in p for p in problems)
    ]
    if problems:
        sentences = "\n".join(f"  - {p}" for p in problems[:20])
        raise RunFailed(f"The pack is not whole; {len(verified)} verified files are kept in {target}.\n{sentences}")
    return Unpacked(target, tuple(written), tuple(present), left_out)


def _refuse_too_large(entries: dict[str, Entry], present: set[str], root: Path, most: int | None) -> None:
    """Refuse a pack that says it holds more than its bytes can, or than the disk has room for."""
    wanted = sum(e.size for e in entries.values())
    if most is not None and wanted > most:
        raise BadInput(f"{INDEX} names {wanted:,} bytes, more than such an archive can hold; nothing was written.")
    refuse_without_room(wanted - sum(entries[name].size for name in present), root, "pack")


def _wrong(entry: Entry) -> str:
    return f"{entry.path} does not have the size and SHA-256 that {INDEX} names"


def _other(root: Path, entry: Entry) -> bool:
    """Whether the target has a whole file of that name with other bytes."""
    place = root / entry.path
    return place.is_symlink() or (place.exists() and not entry.is_at(place))


def _place(handle: IO[bytes], entry: Entry, place: Path) -> None:
    """Copy into its place, verified: never more than the size that was named, never under its name before."""
    place.parent.mkdir(parents=True, exist_ok=True)

    def refuse_disguise(block: bytes) -> None:
        if problem := disguise(entry.path, block[:HEAD]):
            raise BadInput(f"{entry.path} {problem}")

    with aside(place) as scratch:
        with scratch.open("wb") as out:
            same = copy(handle, entry, out, refuse_disguise)
        if not same:
            raise BadInput(_wrong(entry))


def model_files(folder: Path) -> dict[str, Path]:
    """The files of a model folder that a pack takes: no pickled weights, no code, no subfolders.

    Raises:
        BadInput: a link leads out of the folder (and out of the hub's cache, whose snapshots are links).
    """
    files = {p.name: p for p in sorted(folder.iterdir()) if p.is_file() and MODEL_FILE.match(p.name)}
    home = folder.resolve()
    cache = next((p for p in home.parents if p.name.startswith("models--") and home.parent.name == "snapshots"), home)
    for name, path in files.items():
        if not path.resolve().is_relative_to(cache):
            raise BadInput(f"{folder / name} is a link out of its folder; put the file itself there to pack it.")
    return files
