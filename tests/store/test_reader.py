"""Readers: generations, isolation, threads, the empty state."""

from __future__ import annotations

import gc
import threading
import weakref
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness import places
from harness.errors import BadInput, StoreError
from harness.store import sql
from harness.store.reader import NOWHERE, Database, Reader, _frame
from tests.store.conftest import make_run, publish_sources


def test_an_absent_database_is_empty_with_all_tables_and_views(db: Path, runs: Path) -> None:
    database = Database(db)
    empty = database.current()
    assert empty.empty and database.generation == NOWHERE
    assert list(empty.sql("FROM leaderboard")["run_id"]) == []
    publish_sources(db, [make_run(runs, 0)])
    assert not database.current().empty
    assert len(database.current().sql("FROM leaderboard")) == 2


def test_a_generation_has_one_reader_and_old_ones_live_as_long_as_their_users(db: Path, runs: Path) -> None:
    publish_sources(db, [make_run(runs, 0)])
    database = Database(db)
    old = database.current()
    assert database.current() is old
    publish_sources(db, [make_run(runs, 1)])
    new = database.current()
    assert new is not old and new.generation != old.generation
    assert (len(old.sql("FROM run")), len(new.sql("FROM run"))) == (1, 2)
    gone = weakref.ref(old)
    del old
    gc.collect()
    assert gone() is None


def test_threads_share_a_reader(db: Path, runs: Path) -> None:
    publish_sources(db, [make_run(runs, i) for i in range(3)])
    database, found = Database(db), []

    def ask() -> None:
        for _ in range(20):
            found.append(len(database.current().sql("FROM outcome WHERE run_id <> $run", {"run": "x"})))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [24] * 160


@pytest.mark.parametrize(
    "text",
    [
        "DELETE FROM vendor",
        "SELECT * FROM read_text('/etc/passwd')",
        "ATTACH '/tmp/other.duckdb' AS other",
        "COPY vendor TO '/tmp/out.csv'",
        "SET enable_external_access = true",
        "INSTALL httpfs",
    ],
)
def test_nothing_but_the_database_can_be_reached_or_changed(market: Reader, text: str) -> None:
    with pytest.raises(StoreError):
        market.sql(text)
    assert len(market.sql("FROM vendor")) == 2


def test_parameters_are_named_bound_and_checked(db: Path, runs: Path) -> None:
    publish_sources(db, [make_run(runs, 0)])
    reader = Reader(db)
    text = "SELECT run_id FROM run WHERE $model IS NULL OR model = $model"
    assert len(reader.sql(text)) == 1
    assert len(reader.sql(text, {"model": "' OR 1=1 --"})) == 0
    with pytest.raises(BadInput, match="has no parameter modell; it has model"):
        reader.sql(text, {"modell": "x"})
    with pytest.raises(StoreError, match="cannot be read"):
        reader.sql("SELEC")
    with pytest.raises(StoreError, match="failed"):
        reader.sql("FROM nowhere")


def test_queries_are_named_files(db: Path, catalog: Path) -> None:
    publish_sources(db, catalog=catalog)
    assert Database(db).frame("list_prices", ratio=3.0, cached=0.0)["output_per_mtok"].tolist() == [3.0]
    with pytest.raises(BadInput, match="no SQL 'nothing'"):
        Reader(db).frame("nothing")
    with pytest.raises(BadInput, match="no SQL"):
        Reader(db).frame("../schema/0001_initial")


def test_every_query_and_view_says_what_a_row_is_and_runs_on_an_empty_database(db: Path) -> None:
    reader = Reader(db)
    queries = sorted(places.asset("sql/queries").glob("*.sql"))
    assert queries
    for path in [*queries, *places.asset("sql/views").glob("*.sql"), *places.asset("sql/ingest").glob("*.sql")]:
        assert path.read_text(encoding="utf-8").startswith("-- one row"), path.name
    for path in queries:
        reader.frame(path.stem)


def test_a_path_through_a_file_is_absent_and_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert Reader(tmp_path / "file" / "x.duckdb").empty
    with pytest.raises(StoreError, match="cannot be read"):
        Reader(tmp_path)


def test_a_closed_reader_says_so(db: Path) -> None:
    reader = Reader(db)
    reader.close()
    with pytest.raises(StoreError):
        reader.sql("SELECT 1")


def test_a_name_of_the_sql_must_be_a_file_of_its_kind() -> None:
    with pytest.raises(BadInput, match="there are"):
        sql.text("views", "none")


def test_a_large_frame_is_as_duckdb_gives_it() -> None:
    """Read a part at a time; texts, numbers and lists that the first parts lack have the types that the whole has."""
    late = ", ".join(
        f"CASE WHEN i > 250000 THEN {value} END AS {name}"
        for name, value in {
            "text": "'x' || i", "number": "i", "list": "[i, 1]", "day": "DATE '2026-01-01'", "truth": "i % 2 = 0",
            "share": "i / 7"}.items()
    )  # fmt: skip
    for rows in (0, 1, 102_400, 102_401, 300_000):
        query = f"SELECT i, 'always ' || i AS known, NULL::VARCHAR AS never, {late} FROM range({rows}) t(i)"
        with duckdb.connect() as con:
            whole = con.execute(query).df()
            pd.testing.assert_frame_equal(_frame(con.execute(query)), whole)
