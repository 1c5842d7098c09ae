"""Run tables: many runs in a few Parquet files, one a table of the database, with exactly its columns.

``<stem>.run.parquet``, ``.result``, ``.outcome``, ``.perf`` and ``.reported_score`` hold numbers and
hashes, no texts. Public runs ship in this form, and so does what an import reads from a file of
thousands of records. The rows are made by the same SQL that publishes run folders (``sql/ingest``).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.files import aside, exclusive, scratch_folder, sync
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


def write(folder: Path, stem: str, runs: Sequence[ImportedRun], level: int = 3) -> list[Path]:
    """Write the runs' rows as ``<stem>.<table>.parquet``; tables without rows have no file.

    All files are whole on disk under hidden names first, then they are renamed, the file of runs last: without it there
    is no pack. It holds the content hashes of all of them.
    """
    import duckdb
    import pyarrow as pa

    from harness.store import content
    from harness.store.public import with_hashes

    ordered = sorted(runs, key=lambda run: run.run_id)
    con = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "2GB"})
    try:
        con.execute("SET TimeZone = 'UTC'")
        con.register("results", pa.concat_tables([r.results for r in ordered]))
        con.register("samples", pa.concat_tables([r.samples.drop_columns(_TEXTS) for r in ordered]))
        tables = {name: _rows(con, name, ordered) for name in reversed(TABLES)}
    finally:
        con.close()
    tables = {name: rows for name, rows in tables.items() if rows.num_rows}
    hashes = {name: content.table_hash(rows) for name, rows in tables.items()}
    tables["run"] = with_hashes(tables["run"], hashes)
    written = []
    with scratch_folder(folder, "pack") as place:
        for name, rows in tables.items():
            _write(place / f"{stem}.{name}.parquet", rows, level)
            sync(place / f"{stem}.{name}.parquet")
        with exclusive(folder):
            for name in tables:
                target = folder / f"{stem}.{name}.parquet"
                (place / target.name).replace(target)
                written.append(target)
            sync(folder)
    return written


def _rows(con: duckdb.DuckDBPyConnection, table: str, runs: Sequence[ImportedRun]) -> Any:
    """The rows of one table, by the SQL that publishes run folders."""
    import pyarrow as pa

    from harness.store import run_folder, sql

    query = sql.text("ingest", table)
    if table in _ORDER:
        return _select(con, f"SELECT * FROM ({query}) ORDER BY {_ORDER[table]}")
    parts = []
    for start in range(0, len(runs), _MANIFESTS):
        part = runs[start : start + _MANIFESTS]
        con.register("manifests", run_folder.manifest_table(run.manifest for run in part))
        parts.append(_select(con, query))
        con.unregister("manifests")
    return pa.concat_tables(parts)


def _select(con: duckdb.DuckDBPyConnection, query: str) -> Any:
    described = con.execute(f"DESCRIBE ({query})").fetchall()
    columns = ", ".join(f"{name}::VARCHAR AS {name}" if kind == "JSON" else str(name) for name, kind, *_ in described)
    return con.sql(f"SELECT {columns} FROM ({query})").to_arrow_table()


def write_reported(folder: Path, stem: str, scores: Sequence[ReportedScore]) -> list[Path]:
    """Write reported scores as ``<stem>.reported_score.parquet``, with the columns of that table."""
    import pyarrow as pa

    from harness.store import content
    from harness.store.public import REPORTED, with_hashes

    folder.mkdir(parents=True, exist_ok=True)
    schema = pa.schema([(f.name, pa.float64() if f.name == "score" else pa.string()) for f in fields(ReportedScore)])
    rows = pa.table({f.name: [getattr(s, f.name) for s in scores] for f in fields(ReportedScore)}, schema=schema)
    target = folder / f"{stem}.{REPORTED}.parquet"
    with aside(target) as scratch:
        _write(scratch, with_hashes(rows, {REPORTED: content.table_hash(rows)}))
    return [target]


def _write(path: Path, table: Any, level: int = 3) -> None:
    """One Parquet file, the same bytes for the same rows."""
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", compression_level=level, row_group_size=1 << 20)


def run_ids(folder: Path) -> set[str]:
    """Ids of the runs in a folder's run tables; those of a damaged file are unknown (publishing names it)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from harness.store.public import packs

    ids: set[str] = set()
    for pack in packs(folder):
        with suppress(pa.ArrowException, OSError, LookupError):
            if "run" in pack.files and pack.files["run"].is_file():
                rows = pq.read_table(pack.files["run"], columns=["run_id"])
                ids.update(str(run_id) for run_id in rows.column("run_id").to_pylist())
    return ids
