"""A database of an older version ends, after the next publish, with the rows of one made new; runs are never lost."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness.interchange.imported_run import ReportedScore
from harness.interchange.run_parquet import write_reported
from harness.store import migrations
from harness.store.public import PACKS
from harness.store.reader import Reader
from harness.store.rebuild import publish_all, rebuild
from tests.store.conftest import NOTHING, make_run, publish_sources, published_runs

IMPORTED = ReportedScore(
    "acme-one", "mmlu", "acc", 0.6, "fraction", None, "Board", "third-party", "2025-07-01", "import-1"
)
UNKNOWN = ReportedScore("acme-two", "Rare", None, 0.5, "fraction", None, "Board", "third-party", None, "import-1")
# The catalog and the import as version 7 had them: another id of the test, offers without tiers.
VERSION_7 = """
    INSERT INTO vendor BY NAME SELECT 'acme' AS vendor_id, 'Acme' AS name_en, 'startup' AS segment;
    INSERT INTO model BY NAME SELECT 'acme-old' AS model_id, 'acme' AS vendor_id, 'Old' AS name;
    INSERT INTO provider BY NAME SELECT 'host' AS provider_id, 'Host' AS name;
    INSERT INTO price BY NAME SELECT 'host' AS provider_id, 'one-free' AS offer_id, 'acme-old' AS model_id,
        'USD' AS currency, 0 AS input_per_mtok, 0 AS output_per_mtok, DATE '2026-01-01' AS as_of;
    INSERT INTO alias BY NAME SELECT 'model' AS kind, 'old' AS alias, 'acme-old' AS id;
    INSERT INTO benchmark BY NAME SELECT 'mmlu-old' AS benchmark_id, 'mmlu' AS name_en, 'fraction' AS unit, 'scale' AS role;
    INSERT INTO reported_score BY NAME SELECT 'acme-old' AS model_id, 'mmlu' AS benchmark, 0.5 AS score, 's1' AS source_id;
    INSERT INTO reported_score BY NAME SELECT 'acme-one' AS model_id, 'mmlu' AS benchmark, 0.6 AS score,
        'import-1' AS source_id;
    INSERT INTO reported_score BY NAME SELECT 'acme-two' AS model_id, 'Rare' AS benchmark, 0.5 AS score,
        'import-1' AS source_id;
"""
RUN_TABLES = ("suite", "task", "run", "result", "outcome", "perf")
TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'land' AND table_name <> 'migration' ORDER BY 1"


@pytest.fixture
def sources(runs: Path, catalog: Path) -> tuple[Path, Path]:
    """Catalog and runs: an own run, and a pack of imported scores."""
    make_run(runs, 1)
    write_reported(runs / PACKS, "import-0123456789abcdef", [IMPORTED, UNKNOWN])
    return catalog, runs


@pytest.fixture
def new(sources: tuple[Path, Path], tmp_path: Path) -> Path:
    """A database made new from the sources."""
    rebuild(tmp_path / "new.duckdb", sources[0], NOTHING, sources[1])
    return tmp_path / "new.duckdb"


def make_old(db: Path, new: Path, version: int) -> None:
    """A database at ``version`` with rows of version 7, and the runs and records of publications that ``new`` has.

    So every source counts as published, as if its files were the same for the older version.
    """
    db.parent.mkdir()
    with closing(duckdb.connect(str(db))) as con:
        con.execute(
            "CREATE TABLE migration (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL)"
        )
        for step in migrations.shipped()[:version]:
            if step.number == 8:
                con.execute(VERSION_7)
            con.execute(step.sql)
            con.execute("INSERT INTO migration VALUES (?, ?, ?)", [step.number, step.name, step.checksum])
        if version == 7:
            con.execute(VERSION_7)
        con.execute("ATTACH $new AS new (READ_ONLY)", {"new": str(new)})
        for table in (*RUN_TABLES, "publication"):
            had = ", ".join(name for name, *_ in con.execute(f"DESCRIBE {table}").fetchall())
            con.execute(f"INSERT INTO {table} BY NAME SELECT {had} FROM new.{table}")


def rows(db: Path, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of tables, sorted; without names, of all but the schema's own."""
    reader = Reader(db)
    names = tables or reader.sql(TABLES)["table_name"]
    return {n: sorted(map(tuple, reader.sql(f"SELECT t::VARCHAR AS row FROM {n} AS t").to_numpy())) for n in names}


@pytest.mark.parametrize("version", [7, 8])
def test_an_older_database_ends_with_the_rows_of_a_new_one(
    db: Path, new: Path, sources: tuple[Path, Path], version: int
) -> None:
    make_old(db, new, version)
    assert publish_sources(db, sources[1], catalog=sources[0]) is True
    assert rows(db) == rows(new)
    scores = Reader(db).sql("SELECT benchmark_id FROM reported_score WHERE source_id = 'import-1' ORDER BY 1")
    assert scores["benchmark_id"].tolist() == ["Rare", "mmlu"]
    assert len(published_runs(db)) == 1
    assert publish_sources(db, sources[1], catalog=sources[0]) is False


@pytest.mark.parametrize("version", [7, 8])
def test_without_a_catalog_runs_stay_and_no_guess_is_shown(
    db: Path, new: Path, sources: tuple[Path, Path], version: int
) -> None:
    make_old(db, new, version)
    # as an import publishes where the catalog cannot be used
    assert not publish_all(db, None, NOTHING, sources[1]).problems
    assert rows(db, *RUN_TABLES) == rows(new, *RUN_TABLES)
    reader = Reader(db)
    assert reader.sql("FROM price").empty and reader.sql("FROM list_price").empty
    assert set(reader.sql("FROM reported_score")["source_id"]) == {"import-1"}
    assert len(reader.frame("reported")) == 2
    publish_sources(db, sources[1], catalog=sources[0])
    assert rows(db) == rows(new)


def test_a_catalog_that_was_read_since_stays_until_the_next_is_read(
    db: Path, new: Path, sources: tuple[Path, Path]
) -> None:
    db.parent.mkdir()
    db.write_bytes(new.read_bytes())
    with closing(duckdb.connect(str(db))) as con:
        con.execute("DELETE FROM migration WHERE number > 8")  # 0009 changes rows alone
        con.execute("ALTER TABLE outcome DROP COLUMN answer_hash")
        con.execute("DROP TABLE speed")
    publish_all(db, None, NOTHING, sources[1])
    before, after = rows(new), rows(db)
    assert {t for t in before if before[t] != after[t]} == {"publication"}
    publish_sources(db, sources[1], catalog=sources[0])
    assert rows(db) == rows(new)
