"""Loading of the catalog's CSV files into their tables: read as text, then cast; every bad cell is named.

``harness.catalog`` owns the rules of the catalog. Here only what the database cannot hold is refused:
unknown columns, text where a number belongs, a key that stands twice.
"""

from __future__ import annotations

import csv
import glob
from pathlib import Path

import duckdb

from harness.errors import BadInput
from harness.store import sql
from harness.store.runs import name_models

# file → table
FILES = {
    "sources.csv": "source",
    "vendors.csv": "vendor",
    "models.csv": "model",
    "providers.csv": "provider",
    "prices.csv": "price",
    "gpu_prices.csv": "gpu_price",
    "fx.csv": "fx",
    "facts.csv": "fact",
    "relations.csv": "relation",
    "benchmarks.csv": "benchmark",
    "reported_scores.csv": "reported_score",
    "task_costs.csv": "task_cost",
    "aliases.csv": "alias",
}
_NAMED_AT_ONCE = 5


def load_catalog(con: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """Replace the catalog's tables by the files of ``folder``; True where these differ from the last ones.

    A file that is absent is an empty table. Runs inside the caller's transaction.

    Raises:
        BadInput: the folder is missing, or a file holds what its table cannot.
    """
    if not folder.is_dir():
        raise BadInput(f"{folder} is no folder: there is no catalog there.")
    present = [folder / name for name in FILES if (folder / name).is_file()]
    checksum = sql.sha256(present)
    if sql.published(con, "catalog").get("catalog") == checksum:
        return False
    problems: list[str] = []
    for file, table in FILES.items():
        con.execute(f"DELETE FROM {table}")
        if (folder / file).is_file():
            try:
                problems += _load(con, folder / file, table)
            except (duckdb.DataError, duckdb.IntegrityError, duckdb.ProgrammingError) as error:
                problems.append(f"{file}: {str(error).splitlines()[0]}")
                break  # the transaction is lost: the files after this one stay unread
    if problems:
        raise BadInput(f"The catalog in {folder} cannot be published.", problems)
    sql.note(con, "catalog", "catalog", checksum)
    name_models(con)
    return True


def _load(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> list[str]:
    """Fill one table; returns its problems, one sentence each. DuckDB's own errors are raised."""
    types = sql.columns(con, table)
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            heading = next(csv.reader(handle), [])
    except (UnicodeDecodeError, csv.Error) as error:
        return [f"{path.name}: is not readable as CSV in UTF-8 ({error})."]
    if sorted(heading) != sorted(types):
        return [f"{path.name}, row 1: the columns are {', '.join(heading)}; they must be {', '.join(types)}."]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw AS SELECT row_number() OVER () + 1 AS file_row, * FROM read_csv("
        "$path, auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '', "
        "strict_mode = true, max_line_size = 16777216, columns = $columns)",
        {"path": glob.escape(str(path)), "columns": dict.fromkeys(heading, "VARCHAR")},
    )
    problems = _bad_cells(con, path, types)
    if not problems:
        casts = ", ".join(f'"{name}"::{kind} AS "{name}"' for name, kind in types.items())
        con.execute(f"INSERT INTO {table} BY NAME SELECT {casts} FROM raw ORDER BY file_row")
    return problems


def _bad_cells(con: duckdb.DuckDBPyConnection, path: Path, types: dict[str, str]) -> list[str]:
    """Cells that are not of their column's type, one sentence each, with file and row."""
    problems = []
    for name, kind in types.items():
        bad = con.execute(
            f'SELECT file_row, "{name}" FROM raw WHERE "{name}" IS NOT NULL AND TRY_CAST("{name}" AS {kind}) IS NULL '
            f"ORDER BY file_row LIMIT {_NAMED_AT_ONCE}"
        ).fetchall()
        problems += [f"{path.name}, row {row}, column {name}: {str(cell)[:60]!r} is no {kind}." for row, cell in bad]
    return problems
