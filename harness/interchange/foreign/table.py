"""Foreign CSV files: their header and their rows, within bounds."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.plain_files import opened


def rows(file: Path) -> list[dict[str, str]]:
    """A CSV's rows by column name.

    Raises:
        BadInput: it is larger than the bound, or no CSV.
    """
    source = io.StringIO(bounded.decode(bounded.read_bytes(file, bounded.MAX_CSV)))
    try:
        return [
            {k: v for k, v in row.items() if isinstance(k, str) and isinstance(v, str)}
            for row in csv.DictReader(source)
        ]
    except csv.Error as error:
        raise BadInput(f"is no readable CSV: {error}") from None


def header(file: Path) -> list[str]:
    """The first line's cells; empty where the file is no CSV."""
    try:
        with opened(file) as handle:
            start = handle.readline(64_000)
        return next(csv.reader([start.decode("utf-8-sig").rstrip("\r\n")]), [])
    except (BadInput, OSError, UnicodeDecodeError, csv.Error):
        return []
