"""Publishing of an import to the database: run folders, run tables beside the public runs, reported scores."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from harness.interchange import run_parquet
from harness.interchange.imported_run import ImportReport

if TYPE_CHECKING:
    import duckdb


def publish(db: Path, report: ImportReport, public_runs: Path, runs: Path) -> None:
    """Publish an import in one go: all of it or none.

    Raises:
        BadInput: something contradicts what the database holds.
        StoreError: the database cannot be written.
    """
    from harness.store.publish import publish as publish_change
    from harness.store.runs import load_runs

    def change(con: duckdb.DuckDBPyConnection) -> bool:
        loaded = bool(load_runs(con, report.folders)) if report.folders else False
        return (load_run_tables(con, public_runs, runs) if report.tables else False) or loaded

    publish_change(db, change)


def load_run_tables(con: duckdb.DuckDBPyConnection, public_runs: Path, runs: Path) -> bool:
    """Load the public runs, the run tables of ``runs`` and its reported scores together; inside a transaction."""
    from harness.store.public import load_public, load_reported

    changed = load_public(con, public_runs, runs / run_parquet.FOLDER)
    return load_reported(con, runs) or changed
