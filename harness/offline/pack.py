"""Writing and unpacking of a data pack: the files of data sets and models in one folder or archive.

    pack.json                               what is in it: every file's size and SHA-256, licences, what is absent
    hub/<owner>/<name>/<config>/<split>.parquet
    models/<name>/…                         configuration, tokenizer, safetensors; never pickled weights

``unpack`` takes nothing that ``pack.json`` does not name, checks every hash, writes below its target only,
and goes on where it was stopped: files that are there and right are kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO

from harness.errors import BadInput, MissingData, RunFailed
from harness.files import aside, write_atomically
from harness.interchange.foreign.bounded import MB, mapping, parse_json, read_bytes, sequence, whole

FORMAT = 1
INDEX = "pack.json"
_TOP = ("hub", "models")
_MODEL_FILES = re.compile(
    r"^(?!training_args)[\w.\-]+\.(safetensors|json|jinja|txt|model|tiktoken)$|^(LICEN[CS]E|NOTICE|USE_POLICY|README)[\w.\-]*$"
)
# A plain part of a path: no space at either end, nothing that any system reads as more than a name.
_SAFE = re.compile(r"[\w.\-+=@]([\w.\-+=@ ]*[\w.\-+=@])?")
_MAX_INDEX = 64 * MB
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a data pack: its place, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: str


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
    if not contents.files:
        raise BadInput("There is nothing to pack.", [f"{e['what']}: {e['reason']}" for e in contents.left_out])
    try:
        entries = tuple(
            Entry(name, path.stat().st_size, _sha256(path)) for name, path in sorted(contents.files.items())
        )
        index = _index(contents, entries)
        if out.name.endswith((".tar", ".tar.gz", ".tgz")):
            _pack_archive(contents, entries, index, out, progress)
        else:
            _pack_folder(contents, entries, index, out, progress)
    except OSError as error:
        raise RunFailed(
            f"{out} cannot be written: {os.strerror(error.errno or 0)}. The same command goes on."
        ) from None
    return entries


def _index(contents: Contents, entries: Sequence[Entry]) -> bytes:
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
        if not _is(target, entry):
            with contents.files[entry.path].open("rb") as handle:
                _place(handle, entry, target)
    write_atomically(out / INDEX, index)


def _pack_archive(
    contents: Contents, entries: Sequence[Entry], index: bytes, out: Path, progress: Progress | None
) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with aside(out) as scratch, tarfile.open(scratch, "w" if out.suffix == ".tar" else "w:gz") as archive:
        archive.addfile(_member(INDEX, len(index)), io.BytesIO(index))
        for entry in entries:
            if progress:
                progress(entry.path)
            with contents.files[entry.path].open("rb") as handle:
                archive.addfile(_member(entry.path, entry.size), handle)


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
            entries, left_out = read_index(raw)
            return _unpack(entries, members, target, left_out, progress)
    except (tarfile.TarError, EOFError) as error:
        raise BadInput(f"{source} is no readable archive: {error}.") from None
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise RunFailed(f"{target} cannot be written: {reason}. Files that were verified are kept.") from None


def read_index(raw: bytes) -> tuple[dict[str, Entry], tuple[dict[str, str], ...]]:
    """The files that a pack names, each checked to lie below the target.

    Raises:
        BadInput: with every problem of the index.
    """
    try:
        document = mapping(parse_json(raw))
    except BadInput as problem:
        raise BadInput(f"{INDEX} {problem}.") from None
    if document.get("format") != FORMAT:
        raise BadInput(f"{INDEX} has format {document.get('format')!r}; this version reads {FORMAT}. Update Landscape.")
    entries: dict[str, Entry] = {}
    problems = []
    for item in map(mapping, sequence(document.get("files"))):
        path, size, digest = item.get("path"), whole(item.get("size"), 1 << 50), item.get("sha256")
        if not isinstance(path, str) or not is_safe(path):
            problems.append(f"{str(path)[:120]!r} is no path below hub/ or models/")
        elif size is None or not isinstance(digest, str) or not re.fullmatch(r"[0-9a-f]{64}", digest):
            problems.append(f"{path} has no size or no SHA-256")
        elif path in entries:
            problems.append(f"{path} is named twice")
        else:
            entries[path] = Entry(path, size, digest)
    if problems or not entries:
        raise BadInput(f"{INDEX} cannot be used; nothing was written.", problems[:20] or ["it names no files"])
    absent = tuple({str(k): str(v) for k, v in mapping(e).items()} for e in sequence(document.get("left_out"))[:1000])
    return entries, absent


def is_safe(path: str) -> bool:
    """A relative path below ``hub/`` or ``models/``, of plain parts only."""
    parts = path.split("/")
    plain = all(_SAFE.fullmatch(part) and part.strip(".") for part in parts)
    return plain and len(parts) > 1 and parts[0] in _TOP and len(path) <= 400


@contextlib.contextmanager
def _opened(source: Path) -> Iterator[tuple[bytes, Iterator[tuple[str, Callable[[], IO[bytes]]]]]]:
    """The index and the other members of a pack, each with a way to open it."""
    if source.is_dir():
        if not (source / INDEX).is_file():
            raise MissingData(f"{source} is no pack: it holds no {INDEX}.")
        yield read_bytes(source / INDEX, _MAX_INDEX), _folder_members(source)
        return
    with tarfile.open(source, "r:*") as archive:
        first = archive.next()
        if first is None or first.name != INDEX or not first.isreg() or first.size > _MAX_INDEX:
            raise BadInput(f"{source} is no pack: {INDEX} is not its first member.")
        handle = archive.extractfile(first)
        assert handle is not None
        yield handle.read(_MAX_INDEX), _archive_members(archive)


def _folder_members(source: Path) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    for base, folders, names in os.walk(source):
        folders.sort()
        for name in sorted(names):
            path = Path(base) / name
            relative = path.relative_to(source).as_posix()
            if relative != INDEX and path.is_file() and not path.is_symlink():
                yield relative, _opener(path)


def _opener(path: Path) -> Callable[[], IO[bytes]]:
    return lambda: path.open("rb")


def _archive_members(archive: tarfile.TarFile) -> Iterator[tuple[str, Callable[[], IO[bytes]]]]:
    for member in archive:
        if member.name == INDEX:
            continue
        if not member.isreg():
            raise BadInput(f"The archive holds {member.name[:120]!r}, which is no plain file.")

        def opened(member: tarfile.TarInfo = member) -> IO[bytes]:
            handle = archive.extractfile(member)
            assert handle is not None
            return handle

        yield member.name, opened


def _unpack(
    entries: dict[str, Entry],
    members: Iterator[tuple[str, Callable[[], IO[bytes]]]],
    target: Path,
    left_out: tuple[dict[str, str], ...],
    progress: Progress | None,
) -> Unpacked:
    root = target.resolve()
    other = [e.path for e in entries.values() if _other(root, e)]
    if other:
        raise BadInput(f"{target} holds other content than the pack's; nothing was written.", other[:20])
    present = [e.path for e in entries.values() if _is(root / e.path, e)]
    verified, written, problems = set(present), list[str](), list[str]()
    for name, open_member in members:
        entry = entries.get(name)
        if entry is None:
            raise BadInput(f"The pack holds {name[:120]!r}, which its {INDEX} does not name.")
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


def _other(root: Path, entry: Entry) -> bool:
    """Whether the target has a whole file of that name with other bytes."""
    place = root / entry.path
    return place.is_symlink() or (place.exists() and not _is(place, entry))


def _is(place: Path, entry: Entry) -> bool:
    return place.is_file() and place.stat().st_size == entry.size and _sha256(place) == entry.sha256


def _place(handle: IO[bytes], entry: Entry, place: Path) -> None:
    """Copy into its place, verified: never more than the size that was named, never under its name before."""
    place.parent.mkdir(parents=True, exist_ok=True)
    sha, left = hashlib.sha256(), entry.size + 1
    with aside(place) as scratch:
        with scratch.open("wb") as out:
            while left > 0 and (block := handle.read(min(MB, left))):
                sha.update(block)
                out.write(block)
                left -= len(block)
        if left != 1 or sha.hexdigest() != entry.sha256:
            raise BadInput(f"{entry.path} does not have the size and SHA-256 that {INDEX} names")


def _sha256(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def model_files(folder: Path) -> dict[str, Path]:
    """The files of a model folder that a pack takes: no pickled weights, no code, no subfolders."""
    return {p.name: p for p in sorted(folder.iterdir()) if p.is_file() and _MODEL_FILES.match(p.name)}
