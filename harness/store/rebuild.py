"""The database from its three sources, catalog, public runs and own runs: brought up to date, or made again."""

from __future__ import annotations

from pathlib import Path

import duckdb

from harness.store import run_folder
from harness.store.catalog import load_catalog
from harness.store.public import PACKS, load_public, load_reported
from harness.store.publish import publish
from harness.store.runs import load_runs


def publish_all(db: Path, catalog: Path, public_runs: Path, runs: Path) -> bool:
    """Bring the database up to date with all three sources in one publish; say whether anything changed.

    Raises:
        BadInput: one of the sources cannot be loaded.
        StoreError: the database cannot be written.
    """
    return publish(db, lambda con: _load_all(con, catalog, public_runs, runs))


def rebuild(db: Path, catalog: Path, public_runs: Path, runs: Path) -> None:
    """Make the database again from its sources: catalog, public runs, then runs in the order of their ids.

    Raises:
        BadInput: one of the sources cannot be loaded; the old database stands.
        StoreError: the database cannot be written.
    """
    publish(db, lambda con: _load_all(con, catalog, public_runs, runs), fresh=True)


def _load_all(con: duckdb.DuckDBPyConnection, catalog: Path, public_runs: Path, runs: Path) -> bool:
    changed = load_catalog(con, catalog)
    changed = load_public(con, public_runs, runs / PACKS) or changed
    if changed:
        load_reported(con, runs)
    return bool(load_runs(con, run_folder.sealed(runs))) or changed
