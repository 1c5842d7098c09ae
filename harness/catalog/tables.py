"""Rows of the catalog's files with their line numbers, and the findings of files that cannot be read."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from harness import places
from harness.catalog import staged_commit
from harness.catalog.schema import BENCHMARKS, TABLES, Table

MAX_FILE = 64 * 1024 * 1024  # bytes; the largest table holds well under 10 MB


@dataclass(frozen=True, order=True)
class Finding:
    """One finding of the catalog: file, row (1 is the heading), column and message.

    An ``error`` cannot be right; a ``warning`` is for a person to look at, who may list its rule and key in
    ``harness/catalog/rules/reviewed.csv``.
    """

    file: str
    row: int
    column: str
    message: str
    level: str = "error"
    rule: str = ""
    key: str = ""

    def __str__(self) -> str:
        position = f"{self.file}, row {self.row}" if self.row else self.file
        position = f"{position}, column {self.column}" if self.column else position
        reviewable = f" [{self.rule}: {self.key}]" if self.level == "warning" else ""
        return f"{position}: {self.message}{reviewable}"


Row = dict[str, str]


@dataclass
class Catalog:
    """All tables as text, with the row of the file of every record."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {t.name: [] for t in TABLES})
    lines: dict[str, list[int]] = field(default_factory=lambda: {t.name: [] for t in TABLES})

    def numbered(self, name: str) -> Iterator[tuple[int, Row]]:
        """Rows of one table, each after its row of the file."""
        return zip(self.lines[name], self.rows[name], strict=True)

    def keyed(self, table: Table) -> dict[tuple[str, ...], Row]:
        """Rows of one table by their key."""
        return {key_of(table, row): row for row in self.rows[table.name]}


def key_of(table: Table, row: Mapping[str, str]) -> tuple[str, ...]:
    """The natural key of a row."""
    return tuple(row[c] for c in table.key)


def _decoded(table: Table, raw: bytes) -> tuple[str, list[Finding]]:
    """Text of a file, and a finding with row and column where the bytes are no UTF-8."""
    if len(raw) > MAX_FILE:
        return "", [Finding(table.file, 0, "", f"holds {len(raw):,} bytes; at most {MAX_FILE:,} are allowed")]
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        pass
    findings, text = [], raw.decode("utf-8", errors="replace")
    for number, line in enumerate(_records(text), start=1):
        for index, cell in enumerate(line):
            if "\ufffd" in cell:
                name = table.names[index] if index < len(table.names) else ""
                findings.append(Finding(table.file, number, name, "is not UTF-8"))
    return text, findings or [Finding(table.file, 1, "", "is not UTF-8")]


def _records(text: str) -> Iterable[list[str]]:
    csv.field_size_limit(MAX_FILE)
    return csv.reader(io.StringIO(text, newline=""), strict=True)


def read_table(folder: Path, table: Table) -> tuple[list[Row], list[int], list[Finding]]:
    """Rows of one file, the row of the file of each, and the findings of its form."""
    path = folder / table.file
    if not path.is_file():
        return [], [], [Finding(table.file, 0, "", "the file is missing")]
    text, findings = _decoded(table, path.read_bytes())
    rows: list[Row] = []
    lines: list[int] = []
    if not text:
        return rows, lines, findings or [Finding(table.file, 1, "", "the heading is missing")]
    number = 0
    try:
        for number, cells in enumerate(_records(text), start=1):
            if number == 1:
                findings += _heading(table, cells)
                if tuple(cells) != table.names:
                    break
            elif len(cells) != len(table.names):
                name = table.names[min(len(cells), len(table.names) - 1)]
                message = f"has {len(cells)} cells, the table has {len(table.names)} columns"
                findings.append(Finding(table.file, number, name, message))
            else:
                rows.append(dict(zip(table.names, cells, strict=True)))
                lines.append(number)
    except csv.Error as error:
        findings.append(Finding(table.file, number + 1, table.names[0], f"is not readable as CSV: {error}"))
    return rows, lines, findings


def _heading(table: Table, cells: list[str]) -> list[Finding]:
    """Findings of a heading: columns missing, unknown or in another order."""
    if tuple(cells) == table.names:
        return []
    findings = [Finding(table.file, 1, n, "this column is missing") for n in table.names if n not in cells]
    findings += [Finding(table.file, 1, c[:60], "the table has no such column") for c in cells if c not in table.names]
    expected = ",".join(table.names)
    return findings or [Finding(table.file, 1, cells[0][:60], f"the columns stand in another order than {expected}")]


def read(folder: Path) -> tuple[Catalog, list[Finding]]:
    """All tables of the catalog, and the findings of their form; an interrupted refresh is finished first."""
    staged_commit.finish(folder)
    catalog, findings = Catalog(), []
    for table in TABLES:
        rows, lines, problems = read_table(folder, table)
        catalog.rows[table.name], catalog.lines[table.name] = rows, lines
        findings += problems
    return catalog, findings


def benchmark_units(folder: Path) -> dict[str, str]:
    """Unit of each benchmark's scores by its id, its name and its family (the test without set-up, which others' tables name).

    Of the packaged catalog where ``folder`` has no such table; a family of several units is left out.
    """
    place = folder if (folder / BENCHMARKS.file).is_file() else places.packaged_catalog()
    rows = read_table(place, BENCHMARKS)[0]
    families: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        families[row["family"]].add(row["unit"])
    named = {row[by]: row["unit"] for row in rows for by in ("benchmark_id", "name_en")}
    return {family: next(iter(units)) for family, units in families.items() if len(units) == 1} | named


def is_empty(folder: Path) -> bool:
    """True where a folder holds none of the catalog's files (or does not exist), an interrupted refresh finished."""
    staged_commit.finish(folder)
    return not any((folder / t.file).is_file() for t in TABLES)


def as_csv(table: Table, rows: Iterable[Row]) -> str:
    """A table's file: heading, then rows in the order of their key, lines ended by a newline alone."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.names)
    for row in sorted(rows, key=lambda r: tuple(r[c] for c in (*table.key, *table.names))):
        writer.writerow([row[c] for c in table.names])
    return out.getvalue()
