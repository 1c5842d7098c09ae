"""The files of a source of items: those that a mapping names below a folder, their words and what lies beside them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits import plain_files
from harness.interchange.imported_run import Refused, Unit
from harness.interchange.readers.items.layout import Layout
from harness.interchange.readers.items.rows import entries

_MOST_FILES = 200_000


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file of a source: how messages name it, the folder that its pattern begins in, and the words of its path."""

    path: Path
    label: str
    root: Path
    words: Mapping[str, str] = field(default_factory=dict)


def files_of(unit: Unit, layout: Layout) -> list[SourceFile]:
    """The files of a unit, each with the words of its path."""
    if not layout.files:
        return [SourceFile(unit.files[0], unit.label, unit.files[0].parent)]
    files = []
    for path in unit.files:
        if (found := matched(path, layout)) is not None:
            label = path.relative_to(unit.path).as_posix() if path != unit.path else unit.label
            files.append(replace(found, label=label))
    return files


def below(folder: Path, layout: Layout) -> Iterator[SourceFile | Refused]:
    """The files below a folder that the layout names, by their paths; links and the like are refused by name."""
    seen = 0
    for base, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted((*names, *(f for f in folders if (Path(base) / f).is_symlink()))):
            path = Path(base) / name
            label = path.relative_to(folder).as_posix()
            if (seen := seen + 1) > _MOST_FILES:
                yield Refused(folder.name, f"holds more than {_MOST_FILES:,} files")
                return
            found = matched(path, layout)
            if found is None and not (Path(base) / name).is_symlink():
                continue
            if reason := plain_files.special(path):
                yield Refused(label, reason)
            elif found is not None:
                yield SourceFile(path, label, found.root, found.words)


def matched(path: Path, layout: Layout) -> SourceFile | None:
    """A file as the first pattern that the end of its whole path fits names it; none where it fits none."""
    whole = path.parent.resolve() / path.name
    parts = whole.parts
    for patterns in layout.files:
        if len(patterns) > len(parts):
            continue
        words: dict[str, str] = {}
        for pattern, name in zip(patterns, parts[len(parts) - len(patterns) :], strict=True):
            if (read := pattern.read(name)) is None:
                break
            words |= read
        else:
            return SourceFile(path, path.name, whole.parents[len(patterns) - 1], words)
    return None


def documents_beside(file: SourceFile, layout: Layout) -> dict[str, Any]:
    """The documents of the files beside, by their names; a file that is not there has none.

    Raises:
        BadInput: one of them cannot be read, or is not below the folder of the source.
    """
    found: dict[str, Any] = {}
    for name, beside in layout.beside.items():
        path = file.root
        for part in beside.parts:
            path = path / part.format_map(dict(file.words))
            if reason := plain_files.special(path):
                raise BadInput(f"has beside it {'/'.join(path.parts[len(file.root.parts) :])}, which {reason}")
        if not path.is_file():
            continue
        try:
            document = bounded.read_json(path)
            found[name] = entries(document, beside.find) if beside.find else document
        except BadInput as problem:
            raise BadInput(f"has beside it {path.name}, which {problem}") from None
    return found
