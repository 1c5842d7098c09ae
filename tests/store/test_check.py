"""The database can be made again, row for row the same, and every difference is found."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput, StoreError
from harness.store.check import check
from harness.store.reader import Reader
from harness.store.rebuild import publish_all, rebuild
from tests.store.conftest import make_catalog, make_run, publish_sources, reseal
from tests.store.test_ingest import make_public

TABLES = "SELECT table_name FROM duckdb_tables() WHERE database_name = 'land' ORDER BY 1"


def make_sources(folder: Path) -> tuple[Path, Path, Path]:
    """Catalog, public runs and three runs below ``folder``."""
    (folder / "elsewhere").mkdir()
    for number in (3, 1, 2):
        make_run(folder / "runs", number)
    return (
        make_catalog(folder / "catalog"),
        make_public(folder / "public", folder / "elsewhere", 7),
        folder / "runs",
    )


@pytest.fixture
def sources(tmp_path: Path) -> tuple[Path, Path, Path]:
    return make_sources(tmp_path)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Path, Path, Path]]:
    """A database and the sources that it was made from; tests change copies of it."""
    folder = tmp_path_factory.mktemp("rebuilt")
    of = make_sources(folder)
    rebuild(folder / "land.duckdb", *of)
    return folder / "land.duckdb", of


def test_rebuild_gives_the_same_rows_as_publishing_in_any_order(
    db: Path, tmp_path: Path, sources: tuple[Path, Path, Path]
) -> None:
    _, public, runs = sources
    for folder in sorted(runs.iterdir(), reverse=True):
        publish_sources(db, [folder])
    publish_sources(db, runs, public=public)
    publish_all(db, *sources)
    again, third = tmp_path / "again.duckdb", tmp_path / "third.duckdb"
    rebuild(again, *sources)
    rebuild(third, *sources)
    a, b, c = Reader(db), Reader(again), Reader(third)
    for table in a.sql(TABLES)["table_name"]:
        assert b.sql(f"FROM {table}").equals(c.sql(f"FROM {table}")), f"{table}: not the same order"
        rows = [r.sql(f"SELECT t::VARCHAR AS row FROM {table} AS t ORDER BY 1")["row"].tolist() for r in (a, b)]
        assert rows[0] == rows[1], table
    assert check(db, *sources) == [] == check(again, *sources)
    assert publish_all(db, *sources).changed is False


def test_publish_all_brings_up_to_date(db: Path, sources: tuple[Path, Path, Path]) -> None:
    assert publish_all(db, *sources).changed is True
    make_run(sources[2], 9)
    assert publish_all(db, *sources).changed is True
    assert check(db, *sources) == []


def test_an_absent_database_is_a_finding_and_a_foreign_one_an_error(db: Path, sources: tuple[Path, Path, Path]) -> None:
    assert check(db, *sources) == [f"There is no database at {db}. Make it with `harness db rebuild`."]
    db.parent.mkdir()
    db.write_bytes(b"x" * 5000)
    with pytest.raises(StoreError):
        check(db, *sources)


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        ("UPDATE outcome SET value = value + 1e-9 WHERE item = 0 AND task = 'text'", "its rows of outcome in the"),
        ("DELETE FROM outcome WHERE item = 0", "6 rows of outcome in the database, 8 in its source"),
        ("INSERT INTO outcome SELECT * REPLACE ('ghost' AS run_id) FROM outcome", "Run ghost: 32 rows of outcome"),
        ("UPDATE result SET score = 1", "its rows of result in the database differ"),
        ("DELETE FROM perf", "its 1 rows of perf are not in the database"),
        ("UPDATE run SET valid = NOT valid", "its rows of run in the database differ"),
        ("UPDATE vendor SET country = 'FR'", "Table vendor: 2 rows in the database, 2 in the catalog's vendors.csv"),
        ("DELETE FROM price", "Table price: 0 rows in the database, 5 in the catalog's prices.csv"),
        ("UPDATE task SET chance = 0", "Table task: 2 rows"),
    ],
)
def test_whatever_is_changed_in_the_database_is_found(
    rebuilt: tuple[Path, tuple[Path, Path, Path]], tmp_path: Path, statement: str, finding: str
) -> None:
    db, sources = shutil.copy(rebuilt[0], tmp_path / "land.duckdb"), rebuilt[1]
    with duckdb.connect(str(db)) as con:
        con.execute(statement)
    problems = check(db, *sources)
    assert any(finding in problem for problem in problems), problems


def test_whatever_is_changed_in_the_sources_is_found(db: Path, sources: tuple[Path, Path, Path]) -> None:
    catalog, public, runs = sources
    rebuild(db, *sources)
    first, second, third = sorted(runs.iterdir())
    shutil.rmtree(first)
    (second / "results.parquet").write_bytes(b"junk")
    path = third / "samples.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("prompt")
    pq.write_table(table.set_column(at, "prompt", pa.array(["changed"] * len(table))), path)
    extra = make_run(runs, 20)
    problems = "\n".join(check(db, *sources))
    assert f"Run {first.name}: 8 rows of outcome in the database have no run folder" in problems
    assert f"{second / 'results.parquet'} is no Parquet file" in problems
    assert f"Run {extra.name}: its 8 rows of outcome are not in the database" in problems
    assert f"Run {third.name}: its rows" not in problems


def test_changed_prompts_are_found_by_the_checksum(db: Path, sources: tuple[Path, Path, Path]) -> None:
    rebuild(db, *sources)
    path = next(sources[2].iterdir()) / "samples.parquet"
    table = pq.read_table(path)
    at = table.schema.get_field_index("prompt")
    pq.write_table(table.set_column(at, "prompt", pa.array(["changed"] * len(table))), path)
    assert check(db, *sources) == [f"{path} has been changed since the run was sealed (its hash says so)."]
    reseal(path.parent)
    assert check(db, *sources) == [f"Run {path.parent.name}: its rows of run in the database differ from its source."]


def test_a_rebuild_that_fails_leaves_the_old_database(db: Path, sources: tuple[Path, Path, Path]) -> None:
    rebuild(db, *sources)
    before = db.read_bytes()
    make_catalog(sources[0], models="wrong\n")
    with pytest.raises(BadInput, match="models.csv, row 1"):
        rebuild(db, *sources)
    assert db.read_bytes() == before


def test_a_rebuild_replaces_what_cannot_be_read(db: Path, sources: tuple[Path, Path, Path]) -> None:
    db.parent.mkdir()
    db.write_bytes(b"x" * 5000)
    rebuild(db, *sources)
    assert check(db, *sources) == []


def test_imported_packs_below_the_runs_are_published_and_rebuilt(
    db: Path, sources: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    make_public(sources[2] / "packs", tmp_path / "elsewhere", 8)
    assert publish_all(db, *sources).changed is True
    assert len(Reader(db).sql("FROM run")) == 5 and check(db, *sources) == []
    assert publish_all(db, *sources).changed is False
    rebuild(db, *sources)
    assert len(Reader(db).sql("FROM run")) == 5
