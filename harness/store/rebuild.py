"""What the commands call: publish runs, the catalog or public runs, or make the database again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from harness.store import run_folder
from harness.store.catalog import load_catalog
from harness.store.public import PACKS, load_public, load_reported
from harness.store.publish import publish
from harness.store.runs import load_runs


def publish_runs(db: Path, folders: Sequence[Path]) -> list[str]:
    """Publish sealed run folders, all of them or none; return the ids of those that were new.

    Raises:
        BadInput: a folder is no run, is damaged, or differs from what the database holds.
        StoreError: the database cannot be written.
    """
    loaded: list[str] = []

    def change(con: duckdb.DuckDBPyConnection) -> bool:
        loaded.extend(load_runs(con, folders))
        return bool(loaded)

    publish(db, change)
    return loaded


def publish_catalog(db: Path, folder: Path) -> bool:
    """Publish the catalog's files; say whether anything changed.

    Raises:
        BadInput: a file holds what its table cannot.
        StoreError: the database cannot be written.
    """
    return publish(db, lambda con: load_catalog(con, folder))


def publish_public(db: Path, folder: Path, runs: Path | None = None) -> bool:
    """Publish others' public runs, and the packs that were imported below ``runs``; say whether anything changed.

    Raises:
        BadInput: a file has other columns than its table.
        StoreError: the database cannot be written.
    """
    return publish(db, lambda con: load_public(con, folder, *([runs / PACKS] if runs else [])))


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
