"""From a path to units: which files form one run, and which format they have; one after the other."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput, MissingData
from harness.interchange import formats
from harness.interchange.foreign import bounded, table
from harness.interchange.readers import eee, helm, landscape_csv, leaderboard_csv, lm_eval
from harness.interchange.readers.lm_eval_samples import is_sample
from harness.interchange.record import Refused, Unit

# No run lies deeper, and a folder that is its own descendant ends somewhere.
_MAX_DEPTH = 24
_MAX_FILES = 200_000
# Beside results, but no results: read with their run, or nothing to import.
_SILENT = {"README.md", "LICENSE", ".gitattributes", ".gitignore", ".DS_Store"}
# LightEval's items; read with their results file.
_DETAILS = re.compile(r"^details_.+\.parquet$")
_SUFFIXES = (".json", ".jsonl", ".jsonl.gz", ".eval", ".csv")


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
    if path.is_dir():
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
    folder: Path, root: Path, wanted: tuple[formats.Format, ...], mapping: Path | None, depth: int
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
        yield Unit(tree.name, folder, _tree_files(folder), label)
        return
    files = []
    for entry in entries:
        if entry.is_symlink():
            yield Refused(_label(entry, root), "is a symbolic link; links are not followed")
        elif entry.is_dir():
            if depth >= _MAX_DEPTH:
                yield Refused(_label(entry, root), f"lies deeper than {_MAX_DEPTH} folders")
            else:
                yield from _below(entry, root, wanted, mapping, depth + 1)
        elif entry.is_file() and entry.name not in _SILENT and not _DETAILS.match(entry.name):
            files.append(entry)
    yield from _in_folder(files, root, wanted, mapping, alone=False)


def _tree_files(folder: Path) -> tuple[Path, ...]:
    return tuple(sorted(Path(base) / name for base, _, names in os.walk(folder) for name in names))


def _label(path: Path, root: Path) -> str:
    """How messages name a path: below the folder that was asked for, never above it."""
    relative = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    return relative.as_posix() if relative.parts else path.name


def _in_folder(
    files: list[Path], root: Path, wanted: tuple[formats.Format, ...], mapping: Path | None, alone: bool
) -> Iterator[Unit | Refused]:
    """The units among the files of one folder."""
    groups: dict[str, list[Path]] = {}
    dated = lm_eval.dated(_beside(files[0]) if alone else files)
    taken = {file for lines in dated.samples.values() for file in lines}
    taken |= {file for file in files if _is_instances(file)}
    if not alone and any(f.read is lm_eval.read for f in wanted):
        for lines in dated.alone:
            taken.update(lines)
            yield Unit(lm_eval.NEW, lines[0], lines, _label(lines[0], root))
    # Those that others are read with come last.
    for file in sorted(files, key=lambda f: (f in taken, f.name != "results.json")):
        if file in taken and not alone:
            continue
        label = _label(file, root)
        try:
            unit = _unit(file, label, wanted, mapping, dated.samples.get(file, ()))
            if unit is not None and unit.format == lm_eval.NEW and unit.document is not None:
                more = lm_eval.undated(file, unit.document, _beside(file) if alone else files)
                taken.update(more)
                unit = replace(unit, files=(*unit.files, *more))
        except BadInput as problem:
            taken.difference_update(dated.samples.get(file, ()))  # the items still stand for themselves
            yield Refused(label, str(problem), failed=alone or not isinstance(problem, NothingHere))
            continue
        grouped = unit is not None and any(f.grouped for f in wanted if f.name == unit.format)
        if unit is not None and grouped:
            groups.setdefault(unit.format, []).append(file)
        elif unit is not None:
            yield unit
    for name, members in groups.items():
        yield Unit(name, members[0].parent, tuple(members), _label(members[0].parent, root))


def _is_instances(file: Path) -> bool:
    """Whether a file holds the item outcomes of a record beside it."""
    return (
        file.name.endswith(eee.INSTANCES) and file.with_name(file.name.removesuffix(eee.INSTANCES) + ".json").is_file()
    )


def _beside(file: Path) -> list[Path]:
    """The plain files of a file's folder; only itself where the folder cannot be listed."""
    try:
        return [path for path in file.parent.iterdir() if path.is_file() and not path.is_symlink()]
    except OSError:
        return [file]


def _unit(
    file: Path, label: str, wanted: tuple[formats.Format, ...], mapping: Path | None, samples: tuple[Path, ...]
) -> Unit | None:
    """The unit of one file; ``samples`` are lm-eval's that belong to it.

    Raises:
        BadInput: the file fits none of the wanted formats, or cannot be read.
    """
    name = file.name
    if name.endswith((".jsonl", ".jsonl.gz")):
        return _lines(file, label, wanted)
    if name.endswith(".json"):
        return _document(file, label, wanted, samples)
    if name.endswith(".eval") and any(f.name == "inspect" for f in wanted):
        return Unit("inspect", file, (file,), label)
    if name.endswith(".csv"):
        return _table(file, label, wanted, mapping)
    raise NothingHere(f"is of no kind that is read ({', '.join(_SUFFIXES)})")


def _document(file: Path, label: str, wanted: tuple[formats.Format, ...], samples: tuple[Path, ...]) -> Unit:
    document: Any = bounded.read_json(file)
    for known in wanted:
        if known.document is not None and known.document(document):
            files = (file, *samples) if known.read is lm_eval.read else (file,)
            return Unit(known.name, file, files, label, document=document)
    if isinstance(document, dict) and str(document.get("$schema", "")).startswith("http"):
        raise NothingHere("is a JSON schema, no results")
    if reason := helm.without_scores(file.name, document):
        raise NothingHere(reason)
    raise BadInput(_unknown(document, wanted))


def _unknown(document: Any, wanted: tuple[formats.Format, ...]) -> str:
    shape = (
        f"an object with {', '.join(map(repr, sorted(document)[:4]))}" if isinstance(document, dict) else "no object"
    )
    asked = "any format that is read" if wanted is formats.FORMATS else f"the format {wanted[0].name}"
    return f"is not in {asked}: the JSON is {shape[:200]}".encode("utf-8", "replace").decode()


def _lines(file: Path, label: str, wanted: tuple[formats.Format, ...]) -> Unit:
    first = next((line for line in bounded.read_lines(file)), None)
    if first is None:
        raise BadInput("is empty")
    samples = lm_eval.SAMPLES_NAME.match(file.name) or is_sample(first.value)
    if samples and any(f.read is lm_eval.read for f in wanted):
        return Unit(lm_eval.NEW, file, (file,), label)
    found = isinstance(first.value, dict) and "evaluation_results" in first.value
    if any(f.name == eee.FORMAT for f in wanted) and (found or first.problem is not None):
        return Unit(eee.FORMAT, file, (file,), label)
    if first.problem is not None:
        raise BadInput(first.problem)
    raise BadInput("holds JSON lines of no format that is read (lm-eval's are named samples_<task>_<date>.jsonl)")


def _table(file: Path, label: str, wanted: tuple[formats.Format, ...], mapping: Path | None) -> Unit:
    header = table.header(file)
    bounded.check(file, bounded.MAX_LINES_BYTES if landscape_csv.is_table(header) else bounded.MAX_CSV)
    if mapping is not None and any(f.name == leaderboard_csv.FORMAT for f in wanted):
        return Unit(leaderboard_csv.FORMAT, file, (file,), label, mapping)
    for known in wanted:
        if known.header is not None and known.header(header):
            return Unit(known.name, file, (file,), label, mapping)
    if any(f.name == leaderboard_csv.FORMAT for f in wanted):
        return Unit(leaderboard_csv.FORMAT, file, (file,), label, mapping)
    raise BadInput(f"is not in the format {wanted[0].name}: its columns are {', '.join(header)[:120]}")
