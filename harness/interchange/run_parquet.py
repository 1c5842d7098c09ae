"""Run tables: many runs in a few Parquet files, one a table of the database, with exactly its columns.

``<stem>.run.parquet``, ``.result``, ``.outcome``, ``.perf`` and ``.reported_score`` hold numbers and
hashes, no texts. Public runs ship in this form, and so does what an import reads from a file of
thousands of records. The rows are made by the same SQL that publishes run folders (``sql/ingest``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import RunFailed
from harness.files import aside
from harness.interchange.imported_run import ImportedRun, ReportedScore

if TYPE_CHECKING:
    import duckdb

# The folder of imported run tables, below the folder of runs; a folder without a manifest is no run.
FOLDER = "packs"
TABLES = ("run", "result", "outcome", "perf")
# The order of rows, so that the same runs make the same bytes.
_ORDER = {"result": "run_id, task, metric, filter", "outcome": "run_id, task, metric, filter, item, doc_hash"}
_TEXTS = ["prompt", "target", "response"]
# Manifests looked at together: one of a run with many tasks has 50 kB, and JSON is unfolded in memory.
_MANIFESTS = 100
_ONE = "SELECT $manifest::JSON AS m"
_MANY = "SELECT manifest::JSON AS m FROM manifests"


def write(folder: Path, stem: str, runs: Sequence[ImportedRun], level: int = 3) -> list[Path]:
    """Write the runs' rows as ``<stem>.<table>.parquet``; tables without rows have no file.

    The file of runs comes last and whole: without it the others name no run.
    """
    import duckdb
    import pyarrow as pa

    folder.mkdir(parents=True, exist_ok=True)
    ordered = sorted(runs, key=lambda run: run.run_id)
    con = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "2GB"})
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.register("results", pa.concat_tables([r.results for r in ordered]))
        con.register("samples", pa.concat_tables([r.samples.drop_columns(_TEXTS) for r in ordered]))
        tables = {name: _rows(con, name, ordered) for name in reversed(TABLES)}
    finally:
        con.close()
    return [save(folder / f"{stem}.{name}.parquet", rows, level) for name, rows in tables.items() if rows.num_rows]


def _rows(con: duckdb.DuckDBPyConnection, table: str, runs: Sequence[ImportedRun]) -> Any:
    """The rows of one table, by the SQL that publishes run folders."""
    import pyarrow as pa

    from harness.store import sql

    query = sql.text("ingest", table)
    if table in _ORDER:
        return _select(con, f"SELECT * FROM ({query}) ORDER BY {_ORDER[table]}")
    if _ONE not in query:
        raise RunFailed(f"sql/ingest/{table}.sql has another form than run tables know.")
    parts = []
    for start in range(0, len(runs), _MANIFESTS):
        texts = [json.dumps(r.manifest, ensure_ascii=False, sort_keys=True) for r in runs[start : start + _MANIFESTS]]
        con.register("manifests", pa.table({"manifest": texts}))
        parts.append(_select(con, query.replace(_ONE, _MANY)))
        con.unregister("manifests")
    return pa.concat_tables(parts)


def _select(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    described = con.execute(f"DESCRIBE ({query})").fetchall()
    columns = ", ".join(f"{name}::VARCHAR AS {name}" if kind == "JSON" else str(name) for name, kind, *_ in described)
    return con.sql(f"SELECT {columns} FROM ({query})").to_arrow_table()


def write_reported(folder: Path, stem: str, scores: Sequence[ReportedScore]) -> list[Path]:
    """Write reported scores as ``<stem>.reported_score.parquet``, with the columns of that table."""
    import pyarrow as pa

    folder.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([(f.name, pa.float64() if f.name == "score" else pa.string()) for f in fields(ReportedScore)])
    rows = pa.table({f.name: [getattr(s, f.name) for s in scores] for f in fields(ReportedScore)}, schema=schema)
    return [save(folder / f"{stem}.reported_score.parquet", rows)]


def save(target: Path, table: Any, level: int = 3) -> Path:
    """One Parquet file, whole or absent, the same bytes for the same rows."""
    import pyarrow.parquet as pq

    with aside(target) as scratch:
        pq.write_table(table, scratch, compression="zstd", compression_level=level, row_group_size=1 << 20)
    return target


def run_ids(folder: Path) -> set[str]:
    """Ids of the runs in a folder's run tables."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    ids: set[str] = set()
    for file in sorted(folder.glob("*.run.parquet")) if folder.is_dir() else []:
        try:
            ids.update(pq.read_table(file, columns=["run_id"]).column("run_id").to_pylist())
        except (pa.ArrowException, OSError) as error:
            raise RunFailed(f"{file} cannot be read: {str(error).splitlines()[0]}.") from None
    return ids
