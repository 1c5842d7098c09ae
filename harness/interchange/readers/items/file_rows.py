"""The rows of one file of a source of items: its lines, table rows or document, each as the cells that the mapping names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, parquet, table
from harness.interchange.readers.items.item_mapping import ItemMapping
from harness.interchange.readers.items.layout import Step
from harness.interchange.readers.items.name_pattern import name_pattern
from harness.interchange.readers.items.rows import Found, cells, rows
from harness.interchange.readers.items.source_files import SourceFile, documents_beside

SUFFIXES = (".csv", ".tsv", ".jsonl", ".jsonl.gz", ".parquet")
DOCUMENT = ".json"
"""A file that is one document: of a source whose mapping says where its rows lie."""
EFFORTS = ("effort", "reasoning_effort", "thinking_effort")
"""Columns that sources have for efforts: where a mapping names none of them, efforts are not averaged unseen."""
_EACH = (Step("*", name_pattern("*")),)


@dataclass(frozen=True, slots=True)
class FileRow:
    """A row: a number that is its alone in the file, where it stands (``line 3``), and its cells."""

    number: int
    place: str
    cells: dict[str, Any]


def file_rows(file: SourceFile, spec: ItemMapping) -> Iterator[FileRow]:
    """The rows of a file.

    Raises:
        BadInput: the file or one beside it is broken or too large, has no rows where the mapping says, a column or key
            stands twice, or a line has too few cells or too many.
    """
    beside = documents_beside(file, spec.layout)
    columns = {*spec.columns, *EFFORTS}
    named = tuple(file.words.values())  # two models' files may be equal, byte by byte
    for line, kind, value in _values(file.path, spec):
        at = f"{kind} {line}" if line else ""
        if not spec.layout.steps and line:
            if not isinstance(value, dict):
                raise BadInput(f"{at} is no JSON object")
            found = Found(value, (), file.words, beside)
            yield FileRow(found.number(*named, line) if named else line, at, _cells(found, columns, spec))
            continue
        try:
            for found in rows(value, spec.layout.steps or _EACH, spec.columns, file.words, beside):
                place = ", ".join(part for part in (at, found.place) if part)
                yield FileRow(found.number(*named, line), place, _cells(found, columns, spec))
        except BadInput as problem:
            raise BadInput(f"{at} {problem}".strip()) from None


def _cells(found: Found, columns: set[str], spec: ItemMapping) -> dict[str, Any]:
    """The row's cells, with the words that the mapping splits some into."""
    row = cells(found, columns)
    for column, patterns in spec.layout.split.items():
        cell = row.get(column)
        read = (pattern.read(cell) for pattern in patterns) if isinstance(cell, str) else ()
        row |= next((words for words in read if words is not None), {})
    return row


def words_of(file: SourceFile, spec: ItemMapping) -> dict[str, str | None]:
    """What a file's name, and what lies beside it, say for the mapping's keys of words."""
    try:
        beside = documents_beside(file, spec.layout)
    except BadInput:
        beside = {}
    row = _cells(Found({}, (), file.words, beside), spec.columns, spec)
    return {key: spec.word(key, row) for key in spec.texts}


def _values(path: Path, spec: ItemMapping) -> Iterator[tuple[int, str, Any]]:
    """Lines and rows with their numbers and kind (``row`` of Parquet, ``line`` of text); a document whole, as line 0."""
    if path.name.endswith(DOCUMENT):
        yield 0, "", bounded.parse_json(bounded.read_bytes(path, bounded.MAX_JSON), unique=True)
    elif path.name.endswith(".parquet"):
        wanted = None if spec.layout.steps or any("." in c for c in spec.columns) else {*spec.columns, *EFFORTS}
        for number, row in enumerate(parquet.rows(path, wanted), 1):
            yield number, "row", row
    elif path.name.endswith((".csv", ".tsv")):
        for number, row in _table_rows(path, spec):
            yield number, "line", row
    else:
        for line in bounded.read_lines(path, unique=True):
            if line.problem:
                raise BadInput(f"line {line.number} {line.problem}")
            yield line.number, "line", line.value


def _table_rows(path: Path, spec: ItemMapping) -> Iterator[tuple[int, dict[str, str | None]]]:
    rows_of = table.read(path, strict=True, delimiter="\t" if path.name.endswith(".tsv") else ",")
    named = set(rows_of.columns) if spec.layout.steps else spec.columns
    if twice := sorted(c for c in named if rows_of.columns.count(c) > 1):
        raise BadInput(f"has several columns named {', '.join(twice)}")
    for line in rows_of.lines:
        if len(line.cells) != len(rows_of.columns):
            raise BadInput(f"has {len(line.cells)} cells under {len(rows_of.columns)} columns in line {line.number}")
        yield line.number, {c: cell or None for c, cell in zip(rows_of.columns, line.cells, strict=True)}
