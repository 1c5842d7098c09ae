"""Hundreds of corrupted cells: each is refused with file, row and column, and nothing on disk changes."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest

from harness import places
from harness.catalog import checks, tables
from harness.catalog.refresh import refresh
from harness.catalog.rules.cell_rules import complaint
from harness.catalog.schema import TABLES, Column, Table
from harness.catalog.tables import Row, as_csv
from harness.errors import BadInput
from tests.catalog.conftest import TODAY, small_rows

FORMULAS = ("=1+1", '=HYPERLINK("http://x.example")', "+SUM(A1)", "-cmd|' /C calc'!A0", "@SUM(A1:A9)")
MARKUP = (
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "a <img src=x onerror=alert(1)>",
    "&lt;i&gt;",
    "javascript:alert(1)",
)
NUMERIC = {"amount", "positive", "count", "number"}
TYPED = NUMERIC | {"date", "partial-date", "boolean", "country", "currency", "choice", "list", "hub-id", "url", "place"}


def corruptions(column: Column, chance: random.Random) -> list[tuple[str, str]]:
    """Every way to spoil a cell of this column: (kind, text)."""
    ways = [("formula", chance.choice(FORMULAS)), ("markup", chance.choice(MARKUP)), ("huge", "x" * 10_000_000)]
    if column.kind in TYPED:
        ways.append(("wrong type", "no such thing"))
    if column.ref or column.name == "id":
        ways.append(("unknown key", "no-such-row"))
    if column.kind in {"amount", "positive", "count"}:
        ways.append(("negative", "-0.5"))
    if column.kind in {"date", "partial-date"}:
        ways.append(("future", "2031-01-01"))
    if column.required:
        ways.append(("empty", ""))
    return ways


def found(folder: Path, table: Table, line: int, column: str) -> bool:
    findings = checks.check(folder, TODAY)
    return any((f.file, f.row, f.column) == (table.file, line, column) and f.message for f in findings)


def spoil(folder: Path, table: Table, row: int, column: str, text: str) -> int:
    """Write the small catalog with one spoilt cell; the file row where it stands."""
    rows: list[Row] = small_rows()[table.name]
    rows[row][column] = text
    (folder / table.file).write_text(as_csv(table, rows), encoding="utf-8")
    ordered, lines, _ = tables.read_table(folder, table)
    return next(n for r, n in zip(ordered, lines, strict=True) if r == rows[row])


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_every_corrupted_cell_is_refused_at_its_place(small: Path, table: Table) -> None:
    chance = random.Random(table.name)
    sound = (small / table.file).read_bytes()
    tried = 0
    for row in range(len(small_rows()[table.name])):
        for column in table.columns:
            for kind, text in corruptions(column, chance):
                if kind == "huge" and (row or column is not table.columns[-1]):
                    assert "characters" in complaint(text, column, TODAY)
                    continue  # once a table is enough of ten megabytes on disk
                line = spoil(small, table, row, column.name, text)
                assert found(small, table, line, column.name), (table.name, column.name, kind)
                tried += 1
    (small / table.file).write_bytes(sound)
    assert tried >= 3 * len(table.columns)
    assert checks.check(small, TODAY) == []


@pytest.mark.parametrize("table", TABLES, ids=lambda t: t.name)
def test_broken_utf8_in_any_cell_is_refused_at_its_place(small: Path, table: Table) -> None:
    sound = (small / table.file).read_bytes()
    lines = sound.split(b"\n")
    for index, column in enumerate(table.names):
        cells = lines[1].split(b",")
        cells[index] = cells[index][:1] + b"\xff\xfe" + cells[index][1:]
        (small / table.file).write_bytes(b"\n".join([lines[0], b",".join(cells), *lines[2:]]))
        assert found(small, table, 2, column), column


def test_corrupted_cells_of_the_real_catalog_are_refused() -> None:
    catalog, _ = tables.read(places.packaged_catalog())
    chance = random.Random(11)
    for _ in range(4):
        table = chance.choice(TABLES)
        index = chance.randrange(len(catalog.rows[table.name]))
        column = chance.choice(table.columns)
        kind, text = chance.choice([w for w in corruptions(column, chance) if w[0] != "huge"])
        row = catalog.rows[table.name][index]
        kept, row[column.name] = row[column.name], text
        findings = checks.check_tables(catalog, dt.date(2027, 1, 1))
        row[column.name] = kept
        place = (table.file, catalog.lines[table.name][index], column.name)
        assert place in {(f.file, f.row, f.column) for f in findings}, (place, kind, text)


def test_a_refused_import_leaves_every_file_as_it_was(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "packaged_catalog", lambda: small)
    rows = small_rows()["prices"]
    rows[0]["currency"] = "DOLLAR"  # someone spoilt the file by hand
    (small / "prices.csv").write_text(as_csv(TABLES[4], rows), encoding="utf-8")
    before = {p.name: p.read_bytes() for p in small.iterdir()}
    file = tmp_path / "api-2026-07-15.json"
    file.write_text('{"cloudy": {"id": "cloudy", "name": "Cloudy", "models": {}}}', encoding="utf-8")
    with pytest.raises(BadInput, match="nothing was written"):
        refresh(small, "models.dev", [file], today=TODAY)
    assert {p.name: p.read_bytes() for p in small.iterdir()} == before
