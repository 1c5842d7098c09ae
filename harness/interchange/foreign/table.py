"""Foreign CSV files: their header and their rows, within bounds."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits.plain_files import opened


def rows(file: Path) -> list[dict[str, str]]:
    """A CSV's rows by column name.

    Raises:
        BadInput: it is larger than the bound, or no CSV.
    """
    return [dict(zip(table.columns, line.cells, strict=False)) for table in (read(file),) for line in table.lines]


@dataclass(frozen=True, slots=True)
class TableLine:
    """One row of a CSV: the number of its last line in the file, and its cells, as many as it has."""

    number: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV: the names of its columns, without spaces around them, and its rows that are not empty."""

    columns: list[str]
    lines: list[TableLine]


def read(file: Path, *, strict: bool = False, delimiter: str = ",") -> Table:
    """A CSV with the numbers of its lines; ``strict`` refuses quotes that do not close or have text behind them.

    Raises:
        BadInput: it is larger than the bound, or no CSV.
    """
    whole = bounded.decode(bounded.read_bytes(file, bounded.MAX_CSV))
    source = csv.reader(io.StringIO(whole, newline=""), strict=strict, delimiter=delimiter)
    try:
        columns = [name.strip() for name in next(source, [])]
        return Table(columns, [TableLine(source.line_num, cells) for cells in source if any(c.strip() for c in cells)])
    except csv.Error as error:
        raise BadInput(f"is no readable CSV: {error} (line {source.line_num})") from None


def header(file: Path) -> list[str]:
    """The first line's cells; empty where the file is no CSV."""
    try:
        with opened(file) as handle:
            start = handle.readline(64_000)
        return next(csv.reader([start.decode("utf-8-sig").rstrip("\r\n")]), [])
    except (BadInput, OSError, UnicodeDecodeError, csv.Error):
        return []
