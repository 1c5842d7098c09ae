"""Loading of public runs: Parquet packs of runs published by others, with exactly the tables' columns.

They ship with the project (``data/public_runs``) or were imported (``PACKS`` below the folder of
runs). A file is named after its table, ``run.parquet`` or ``<anything>.run.parquet``; the folders as
a whole replace what was loaded from them before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from harness.errors import BadInput
from harness.store import sql
from harness.store.runs import name_models, refresh_suites

# In the order of loading.
TABLES = ("suite", "task", "run", "result", "outcome", "perf")
# Where imported packs lie, below the folder of runs.
PACKS = "packs"
_BY_RUN = ("run", "result", "outcome", "perf")
_BATCH = 65_536


def load_public(con: duckdb.DuckDBPyConnection, *folders: Path) -> bool:
    """Replace the packed runs by those of ``folders``; True where these differ from the last ones.

    A folder that is absent or empty means none. Runs inside the caller's transaction.

    Raises:
        BadInput: a file has other columns than its table, or rows that contradict the database.
    """
    files = {table: [p for folder in folders for p in public_files(folder, table)] for table in TABLES}
    checksum = sql.sha256(path for table in TABLES for path in files[table])
    before = sql.published(con, "public").get("public")
    if checksum == before or (before is None and not any(files.values())):
        return False
    _forget(con)
    for table in TABLES:
        for path in files[table]:
            _load(con, path, table)
    _note_runs(con, checksum)
    refresh_suites(con)
    name_models(con)
    return True


def public_files(folder: Path, table: str) -> list[Path]:
    """The Parquet files of ``folder`` that hold rows of ``table``, by name."""
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.name == f"{table}.parquet" or p.name.endswith(f".{table}.parquet"))


def _forget(con: duckdb.DuckDBPyConnection) -> None:
    for table in _BY_RUN:
        con.execute(f"DELETE FROM {table} WHERE run_id IN (SELECT name FROM publication WHERE part = 'public-run')")
    for table in ("suite", "task"):
        con.execute(f"DELETE FROM {table}")
    con.execute("DELETE FROM publication WHERE part IN ('public', 'public-run')")


def _note_runs(con: duckdb.DuckDBPyConnection, checksum: str) -> None:
    sql.note(con, "public", "public", checksum)
    con.execute(
        "INSERT INTO publication SELECT 'public-run', run_id, $sum FROM run "
        "WHERE run_id NOT IN (SELECT name FROM publication WHERE part = 'run') ORDER BY run_id",
        {"sum": checksum},
    )
    for table in ("result", "outcome", "perf"):
        row = con.execute(f"SELECT run_id FROM {table} ANTI JOIN run USING (run_id) LIMIT 1").fetchone()
        if row:
            raise BadInput(f"The public runs hold rows of {table} for {row[0]}, which no file of runs names.")


def _load(con: duckdb.DuckDBPyConnection, path: Path, table: str) -> None:
    wanted = list(sql.columns(con, table))
    keep_first = "OR IGNORE " if table in ("suite", "task") else ""
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            if sorted(names) != sorted(wanted):
                raise BadInput(f"{path} has the columns {', '.join(names)}; they must be {', '.join(wanted)}.")
            con.register("public_rows", pa.RecordBatchReader.from_batches(file.schema_arrow, _batches(file)))
            try:
                con.execute(f"INSERT {keep_first}INTO {table} BY NAME SELECT * FROM public_rows")
            finally:
                with suppress(duckdb.TransactionException):  # a failed statement has ended the transaction
                    con.unregister("public_rows")
    except (pa.ArrowException, OSError, duckdb.DataError, duckdb.IntegrityError, duckdb.InvalidInputException) as error:
        raise BadInput(f"{path} cannot be published: {str(error).splitlines()[0]}") from None


def _batches(file: pq.ParquetFile) -> Iterator[pa.RecordBatch]:
    yield from file.iter_batches(batch_size=_BATCH)


def load_reported(con: duckdb.DuckDBPyConnection, runs: Path) -> bool:
    """Replace the imported reported scores by those of the packs; True where there were or are any."""
    folder = runs / PACKS
    files = sorted(folder.glob("*.reported_score.parquet")) if folder.is_dir() else []
    gone = con.execute("DELETE FROM reported_score WHERE source_id LIKE 'import-%' RETURNING 1").fetchall()
    for file in files:
        con.execute(
            "INSERT INTO reported_score BY NAME SELECT * REPLACE (TRY_CAST(as_of AS DATE) AS as_of) FROM read_parquet($file)",
            {"file": str(file)},
        )
    return bool(gone or files)
