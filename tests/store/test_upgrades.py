"""A database of every earlier version, filled with what that version could hold, becomes one made new: by publish and by rebuild."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.__main__ import run
from harness.errors import StoreRefused
from harness.interchange.imported_run import ReportedScore
from harness.interchange.run_parquet import write_reported
from harness.store import migrations
from harness.store.catalog import FILES
from harness.store.public import PACKS
from harness.store.reader import Reader
from harness.store.rebuild import publish_all, rebuild
from tests.store.conftest import NOTHING, make_catalog, make_run, reseal

CURRENT = len(migrations.shipped())
OLD = range(1, CURRENT)
BY_RUN = ("run", "result", "outcome", "perf")
READ_ANEW = 9
"""From this step on what an older version had read of the catalog is read anew."""
IMPORTED = ReportedScore(
    "acme-one", "mmlu", "acc", 0.6, "fraction", None, "Board", "third-party", "2025-07-01", "import-1"
)
HASHED = 10
"""From this step on a run may have hashes of its answers: one that has them was sealed by a version that knew it."""
VALUES = {
    "VARCHAR": "'stale'",
    "DATE": "DATE '2024-01-01'",
    "DOUBLE": "0.25",
    "BOOLEAN": "true",
    "BIGINT": "1",
    "INTEGER": "1",
}
"""A value of each type, for rows of a catalog that nobody has any more."""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Catalog and runs: two own runs, one of them with hashes of its answers, and a pack of an imported score."""
    folder = tmp_path_factory.mktemp("sources")
    runs, catalog = folder / "runs", make_catalog(folder / "catalog")
    make_run(runs, 1)
    hashed = make_run(runs, 2, seed=1)
    samples = pq.read_table(hashed / "samples.parquet")
    where = samples.schema.get_field_index("answer_hash")
    answers = pa.array([f"{number:064x}" for number in range(samples.num_rows)], pa.string())
    pq.write_table(samples.set_column(where, "answer_hash", answers), hashed / "samples.parquet")
    reseal(hashed)
    write_reported(runs / PACKS, "import-0123456789abcdef", [IMPORTED])
    return catalog, runs


@pytest.fixture(scope="module")
def new(sources: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of this version, made from the sources."""
    db = tmp_path_factory.mktemp("new") / "new.duckdb"
    rebuild(db, sources[0], NOTHING, sources[1])
    return db


def make_old(db: Path, new: Path, version: int) -> Path:
    """A database at ``version``: its runs and records of publications are those of the sources that could be then.

    Its catalog is another one, or the sources' where the version read it as it is read now.
    """
    with closing(duckdb.connect(str(db))) as con:
        con.execute(
            "CREATE TABLE migration (number INTEGER PRIMARY KEY, name VARCHAR NOT NULL, checksum VARCHAR NOT NULL)"
        )
        for step in migrations.shipped()[:version]:
            con.execute(step.sql)
            con.execute("INSERT INTO migration VALUES (?, ?, ?)", [step.number, step.name, step.checksum])
        tables = con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'migration' ORDER BY 1"
        ).fetchall()
        con.execute("ATTACH $new AS new (READ_ONLY)", {"new": str(new)})
        for (table,) in tables:
            columns = con.execute(f"DESCRIBE {table}").fetchall()
            if table in FILES.values() and version < READ_ANEW:
                values = ", ".join(f"{VALUES[kind]} AS {name}" for name, kind, *_ in columns)
                con.execute(f"INSERT INTO {table} BY NAME SELECT {values}")
                continue
            had = ", ".join(name for name, *_ in columns)
            run_id = {"publication": "name"}.get(table, "run_id" if table in BY_RUN else "NULL")
            con.execute(
                f"INSERT INTO {table} BY NAME SELECT {had} FROM new.{table} WHERE $all OR {run_id} IS NULL "
                f"OR {run_id} NOT IN (SELECT run_id FROM new.outcome WHERE answer_hash IS NOT NULL)",
                {"all": version >= HASHED},
            )
    return db


def rows(db: Path) -> dict[str, list[str]]:
    """The rows of every table and view, sorted."""
    reader = Reader(db)
    names = reader.sql(
        "SELECT table_name AS name FROM duckdb_tables() WHERE database_name = 'land' AND table_name <> 'migration' "
        "UNION ALL SELECT view_name FROM duckdb_views() WHERE database_name = 'land' AND NOT internal"
    )["name"]
    assert len(names) > 30
    return {name: sorted(reader.sql(f'SELECT t::VARCHAR AS row FROM "{name}" AS t')["row"]) for name in names}


@pytest.fixture(scope="module")
def expected(new: Path) -> dict[str, list[str]]:
    """The rows of a database of this version."""
    found = rows(new)
    assert len(found["run"]) == 2 and any("'answer_hash': 1" in row for row in found["outcome"])
    return found


Renew = Callable[[Path, tuple[Path, Path]], object]
WAYS: dict[str, Renew] = {
    "publish": lambda db, sources: publish_all(db, sources[0], NOTHING, sources[1]),
    "rebuild": lambda db, sources: rebuild(db, sources[0], NOTHING, sources[1]),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("version", OLD)
def test_a_database_of_an_earlier_version_becomes_one_made_new(
    version: int, way: str, new: Path, expected: dict[str, list[str]], sources: tuple[Path, Path], tmp_path: Path
) -> None:
    db = make_old(tmp_path / "old.duckdb", new, version)
    with duckdb.connect(str(db), read_only=True) as con:
        assert con.execute("SELECT count(*) FROM run").fetchone() == (2 if version >= HASHED else 1,)
        stale = con.execute("SELECT count(*) FROM vendor WHERE vendor_id = 'stale'").fetchone()
    assert stale == (1 if version < READ_ANEW else 0,)
    WAYS[way](db, sources)
    found = rows(db)
    assert sorted(name for name in found.keys() | expected.keys() if found.get(name) != expected.get(name)) == []
    assert not publish_all(db, sources[0], NOTHING, sources[1]).changed, "nothing is left to do"


@pytest.mark.parametrize("version", OLD)
def test_a_reader_of_an_earlier_database_gets_one_sentence(
    version: int, new: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    db = make_old(tmp_path / "old.duckdb", new, version)
    before = db.read_bytes()
    with pytest.raises(StoreRefused) as refused:
        Reader(db)
    sentence = "The database was made by an older version of Landscape. Renew it with `harness db rebuild`."
    assert str(refused.value) == sentence
    monkeypatch.setenv("LANDSCAPE_DB", str(db))
    assert run(["runs"]) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.strip().endswith(sentence) and len(said.err.splitlines()) == 1
    assert db.read_bytes() == before


def test_a_migration_that_is_new_is_tried_from_every_version() -> None:
    assert list(OLD) == list(range(1, CURRENT)) and CURRENT >= 11
