"""The units of a mapping that says in which files its source lies, or that its source is a JSON document."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from harness.errors import BadInput
from harness.interchange.imported_run import Refused, Unit
from harness.interchange.readers.items.file_rows import DOCUMENT
from harness.interchange.readers.items.item_mapping import ItemMapping, read_item_mapping
from harness.interchange.readers.items.source_files import SourceFile, below, matched

FORMAT = "items"


def mapped(path: Path, mapping: Path) -> Iterator[Unit | Refused] | None:
    """The one unit of all files that the mapping names below a path; or each JSON document there, where it is for such.

    None where the mapping is for single tables, which are recognised one by one.
    """
    spec = read_item_mapping(mapping)
    if spec.layout.files:
        return _one_source(path, mapping, spec)
    if path.name.endswith(DOCUMENT) and not path.is_dir():
        return iter([Unit(FORMAT, path, (path,), path.name, mapping)])
    return None


def _one_source(path: Path, mapping: Path, spec: ItemMapping) -> Iterator[Unit | Refused]:
    patterns = " or ".join("/".join(part.text for part in file) for file in spec.layout.files)
    if not path.is_dir():
        if matched(path, spec.layout) is None:
            raise BadInput(f"{path.name} is no file that the mapping names (`files`: {patterns}).")
        yield Unit(FORMAT, path, (path,), path.name, mapping)
        return
    files: list[Path] = []
    for found in below(path, spec.layout):
        if isinstance(found, SourceFile):
            files.append(found.path)
        else:
            yield found
    if not files:
        raise BadInput(f"There is no file below {path.name} that the mapping names (`files`: {patterns}).")
    yield Unit(FORMAT, path, tuple(files), path.name, mapping)
