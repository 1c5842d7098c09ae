"""The units of a path: the files that one reader reads together, and their format, one unit after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput, MissingData
from harness.interchange import formats
from harness.interchange.foreign import bounded, table
from harness.interchange.foreign.limits import plain_files
from harness.interchange.formats import Format
from harness.interchange.imported_run import Refused, Unit

# No run lies deeper, and a folder that is its own descendant ends somewhere.
_MAX_DEPTH = 24
_MAX_FILES = 200_000
# Files that lie beside results in repositories and folders of any tool, and hold none.
_SILENT = {"README.md", "LICENSE", ".gitattributes", ".gitignore", ".DS_Store"}


_LINES = (".jsonl", ".jsonl.gz")
_MAPPED = "is a table that is read with a mapping only (`--mapping FILE`)"


class NothingHere(BadInput):
    """A file that holds nothing to import, as its name or shape says."""


def find(path: Path, name: str = "auto", mapping: Path | None = None) -> Iterator[Unit | Refused]:
    """The units at a file or below a folder, sorted by path; what fits no format is refused by name.

    Raises:
        MissingData: there is nothing at ``path``.
        BadInput: ``name`` is no format.
    """
    wanted = formats.named(name)
    if not wanted:
        raise BadInput(f"There is no format {name!r}; there are auto, {', '.join(formats.NAMES)}.")
    if not path.exists():
        raise MissingData(f"There is nothing at {path}.")
    mapped = formats.of_mapping(mapping) if mapping is not None else None
    units = mapped.mapped(path, mapping) if mapping and mapped in wanted and mapped and mapped.mapped else None
    if units is not None:
        yield from units
    elif path.is_dir():
        yield from _below(path, path, wanted, mapping, 0)
    else:
        yield from _in_folder([path], path.parent, wanted, mapping, alone=True)


def count(path: Path) -> int:
    """The number of files at or below a path, for a progress bar; stops counting at a bound."""
    if not path.is_dir():
        return 1
    total = 0
    for _, _, files in os.walk(path):
        total += len(files)
        if total > _MAX_FILES:
            break
    return total


def _below(
    folder: Path, root: Path, wanted: tuple[Format, ...], mapping: Path | None, depth: int
) -> Iterator[Unit | Refused]:
    label = _label(folder, root)
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        yield Refused(label, f"cannot be read: {os.strerror(error.errno or 0)}")
        return
    names = {entry.name for entry in entries}
    tree = next((f for f in wanted if f.folder is not None and f.folder(folder, names)), None)
    if tree is not None:
        yield from _tree(tree.name, folder, root, label)
        return
    files = []
    for entry in entries:
        if reason := plain_files.special(entry):
            yield Refused(_label(entry, root), reason)
        elif entry.is_dir():
            if depth >= _MAX_DEPTH:
                yield Refused(_label(entry, root), f"lies deeper than {_MAX_DEPTH} folders")
            else:
                yield from _below(entry, root, wanted, mapping, depth + 1)
        elif entry.is_file() and entry.name not in _SILENT and not _is_detail(entry.name):
            files.append(entry)
    yield from _in_folder(files, root, wanted, mapping, alone=False)


def _is_detail(name: str) -> bool:
    return any(f.detail is not None and f.detail(name) for f in formats.FORMATS)


def _tree(name: str, folder: Path, root: Path, label: str) -> Iterator[Unit | Refused]:
    """The unit of a folder that one reader reads as a whole. Links, pipes and the like in it are refused by name.

    A linked folder would be read through: with one, the whole unit is refused.
    """
    files: list[Path] = []
    for base, folders, names in os.walk(folder):
        if linked := [Path(base) / f for f in folders if (Path(base) / f).is_symlink()]:
            yield Refused(label, f"holds {_label(min(linked), root)}, which {plain_files.LINK}")
            return
        files += [Path(base) / n for n in names]
    files.sort()
    odd = {file: reason for file in files if (reason := plain_files.special(file))}
    for file, reason in odd.items():
        yield Refused(_label(file, root), reason)
    yield Unit(name, folder, tuple(f for f in files if f not in odd), label)


def _label(path: Path, root: Path) -> str:
    """How messages name a path: below the folder that was asked for, never above it."""
    relative = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    return relative.as_posix() if relative.parts else path.name


def _in_folder(
    files: list[Path], root: Path, wanted: tuple[Format, ...], mapping: Path | None, alone: bool
) -> Iterator[Unit | Refused]:
    """The units among the files of one folder, or of one file that was asked for by its name (``alone``)."""
    groups: dict[Format, list[Path]] = {}
    companions: set[Path] = set()
    siblings = _beside(files[0]) if alone else files
    # Documents first: the lines files that belong to one are its companions.
    for file in sorted(files, key=lambda f: f.name.endswith(_LINES)):
        if file in companions:
            continue
        label = _label(file, root)
        try:
            format, document = _recognise(file, wanted, mapping)
            if not alone and (reason := format.copy_of(file, document, root)):
                raise NothingHere(reason)
        except BadInput as problem:
            yield Refused(label, str(problem), failed=alone or not isinstance(problem, NothingHere))
            continue
        if format.grouped:
            groups.setdefault(format, []).append(file)
            continue
        unit = Unit(format.name, file, (file,), label, mapping if format.mapping_key else None, document)
        # A lines file that was asked for by its name is read alone, a document with what belongs to it.
        if not alone or document is not None:
            beside = format.companions(unit, siblings)
            companions.update(beside)
            unit = replace(unit, files=(file, *beside))
        yield unit
    for format, members in groups.items():
        folder = members[0].parent
        yield Unit(format.name, folder, tuple(members), _label(folder, root))


def _beside(file: Path) -> list[Path]:
    """The plain files of a file's folder; only itself where the folder cannot be listed."""
    try:
        return [path for path in file.parent.iterdir() if path.is_file() and not path.is_symlink()]
    except OSError:
        return [file]


def _recognise(file: Path, wanted: tuple[Format, ...], mapping: Path | None) -> tuple[Format, Any]:
    """The format of one file, and its parsed document where it is a JSON file.

    Raises:
        BadInput: the file fits none of the wanted formats, or cannot be read.
    """
    mapped = formats.of_mapping(mapping) if mapping is not None else None
    if mapped in wanted and file.name.endswith(mapped.suffixes):
        bounded.check(file, mapped.max_table)
        return mapped, None
    by_name = next((f for f in wanted if f.file_name is not None and f.file_name(file.name)), None)
    if by_name is not None:
        return by_name, None
    if file.name.endswith(_LINES):
        return _of_lines(file, wanted), None
    if file.name.endswith(".json"):
        document = bounded.read_json(file)
        return _of_document(file, document, wanted), document
    if file.name.endswith(".csv"):
        return _of_table(file, wanted), None
    if file.name.endswith(".parquet"):
        raise NothingHere(_MAPPED)
    raise NothingHere(f"is of no kind that is read ({', '.join(formats.SUFFIXES)})")


def _of_document(file: Path, document: Any, wanted: tuple[Format, ...]) -> Format:
    for candidate in wanted:
        if candidate.document is not None and candidate.document(document):
            return candidate
    if isinstance(document, dict) and str(document.get("$schema", "")).startswith("http"):
        raise NothingHere("is a JSON schema, no results")
    for candidate in formats.FORMATS:
        if candidate.without_scores is not None and (reason := candidate.without_scores(file.name, document)):
            raise NothingHere(reason)
    raise BadInput(_unknown(document, wanted))


def _unknown(document: Any, wanted: tuple[Format, ...]) -> str:
    shape = (
        f"an object with {', '.join(map(repr, sorted(document)[:4])) or 'nothing in it'}"
        if isinstance(document, dict)
        else "no object"
    )
    scope = "any format that is read" if wanted is formats.FORMATS else f"the format {wanted[0].name}"
    return f"is not in {scope}: the JSON is {shape[:200]}".encode("utf-8", "replace").decode()


def _of_lines(file: Path, wanted: Sequence[Format]) -> Format:
    first = next((line for line in bounded.read_lines(file)), None)
    if first is None:
        raise BadInput("is empty")
    for candidate in wanted:
        if candidate.line is not None and candidate.line(first):
            return candidate
    if wanted[0].mapping_key:
        raise BadInput(_MAPPED)
    raise BadInput(first.problem or "holds JSON lines of no format that is read")


def _of_table(file: Path, wanted: tuple[Format, ...]) -> Format:
    header = table.header(file)
    candidate = next((f for f in wanted if f.header is not None and f.header(header)), None)
    if candidate is None and wanted[0].mapping_key:
        raise BadInput(_MAPPED)
    if candidate is None:
        raise BadInput(f"is not in the format {wanted[0].name}: its columns are {', '.join(header)[:120]}")
    bounded.check(file, candidate.max_table)
    return candidate
