"""The database from its sources, catalog, packs of runs and own runs: brought up to date, or made again.

A run folder or pack that is damaged is named and left out; the others go on.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from harness.store import run_folder, sql
from harness.store.catalog import load_catalog
from harness.store.imported import replacing
from harness.store.loading import Loaded
from harness.store.public import PACKS, load_public, load_reported
from harness.store.publish import publish
from harness.store.remote import shared
from harness.store.runs import forget_runs, load_runs
from harness.store.speeds.load import load_speeds


def publish_all(
    db: Path,
    catalog: Path | None,
    public_runs: Path,
    runs: Path,
    measured_runs: Path | None = None,
) -> Loaded:
    """Bring the database up to date with all sources in one publish; what is new and what was left out.

    Without ``catalog`` the catalog's tables stay as they are. Replaced runs are taken out.

    Raises:
        BadInput: the catalog cannot be loaded.
        StoreError: the database cannot be written.
    """
    return _publish(db, catalog, public_runs, runs, measured_runs, fresh=False)


def rebuild(db: Path, catalog: Path, public_runs: Path, runs: Path, measured_runs: Path | None = None) -> Loaded:
    """Make the database again from its sources: catalog, packs, then runs in the order of their ids.

    Raises:
        BadInput: the catalog cannot be loaded; the old database stands.
        StoreError: the database cannot be written.
    """
    return _publish(db, catalog, public_runs, runs, measured_runs, fresh=True)


def _publish(
    db: Path,
    catalog: Path | None,
    public_runs: Path,
    runs: Path,
    measured_runs: Path | None,
    *,
    fresh: bool,
) -> Loaded:
    loaded = Loaded()

    def change(con: duckdb.DuckDBPyConnection) -> bool:
        loaded.add(load_all(con, catalog, public_runs, runs, measured_runs))
        return loaded.changed

    with shared.publishing(db, runs, fresh=fresh) as publication:
        publication.changed = publish(db, change, fresh=publication.fresh)
    return loaded


def load_all(
    con: duckdb.DuckDBPyConnection, catalog: Path | None, public_runs: Path, runs: Path, measured_runs: Path | None
) -> Loaded:
    """Load what the database lacks, source by source, each in transactions of its own.

    Raises:
        BadInput: the catalog cannot be loaded.
    """
    loaded = Loaded()
    renewed = False
    if catalog is not None:
        with sql.transaction(con):
            renewed = load_catalog(con, catalog)
    loaded.changed = renewed
    loaded.add(load_public(con, public_runs, *([measured_runs] if measured_runs else []), runs / PACKS))
    loaded.add(load_reported(con, runs, again=renewed))
    loaded.add(load_runs(con, run_folder.sealed(runs)))
    loaded.add(load_speeds(con, runs))
    if gone := sorted(replacing.absent(runs)):
        with sql.transaction(con):
            loaded.changed = forget_runs(con, gone) or loaded.changed
    for folder in run_folder.unsealed(runs):
        loaded.problems.append(f"{folder} holds a run's tables but no manifest.json: it is no run.")
        loaded.damaged.add(folder.name)
    return loaded
