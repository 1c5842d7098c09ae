"""The generated database at a fiftieth of its size: it obeys the catalog's rules, and the site's queries find rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import duckdb
import pytest

from benchmarks import site_data
from harness.analysis.scale.fit import fit_reported
from harness.catalog import checks
from harness.catalog.schema import DIMENSIONS, TABLES
from harness.store.catalog import FILES
from harness.store.reader import Database

SCALE = 0.02
TODAY = date(2026, 8, 1)  # after every day in the generated tables


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("site") / "land.duckdb"
    site_data.generate(path, SCALE)
    return path


def test_the_generated_tables_pass_the_catalogs_checks(db: Path, tmp_path: Path) -> None:
    with duckdb.connect(str(db), read_only=True) as con:
        for table in TABLES:
            rows = f"SELECT {', '.join(table.names)} FROM {FILES[table.file]}"
            con.execute(f"COPY ({rows}) TO '{tmp_path / table.file}' (HEADER)")
    assert checks.check(tmp_path, TODAY) == []


def test_the_sites_queries_find_scores_positions_and_prices(db: Path) -> None:
    database = Database(db)
    fit = fit_reported(database.frame("reported"))
    assert fit is not None and fit.converged
    assert set(fit.benchmarks["chance"]) == {0.25}
    assert set(database.frame("positions")["dimension"]) == set(DIMENSIONS)
    assert len(database.frame("offers", ratio=3.0, cached=0.0)) == 5000 * SCALE  # the newer of each offer's two rows
