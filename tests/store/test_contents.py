"""What a query reads is never named too narrowly: every table whose rows change its answer is among its parts."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness.errors import StoreError
from harness.places import asset
from harness.store.reader import Reader
from harness.store.reads import contents
from tests.site import fixture_db

QUERIES = sorted(path.stem for path in asset("sql/queries").glob("*.sql"))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small database with something of everything, its runs published."""
    folder = tmp_path_factory.mktemp("contents")
    fixture_db.build(folder / "land.duckdb", folder / "runs")
    with duckdb.connect(str(folder / "land.duckdb")) as con:
        con.execute(
            "INSERT INTO publication SELECT 'public-run', run_id, md5(run_id) FROM run "
            "WHERE run_id NOT IN (SELECT name FROM publication WHERE part IN ('run', 'public-run'))"
        )
    return folder / "land.duckdb"


def tables(database: Path) -> list[str]:
    with duckdb.connect(str(database), read_only=True) as con:
        return sorted(
            name
            for (name,) in con.execute(
                "SELECT table_name FROM duckdb_tables() WHERE table_name <> 'migration'"
            ).fetchall()
        )


def after(database: Path, target: Path, statement: str) -> Reader:
    """A reader of a copy in which something changed."""
    shutil.copy(database, target)
    with duckdb.connect(str(target)) as con:
        con.execute(statement)
    return Reader(target)


def answers(reader: Reader, **given: object) -> Iterator[tuple[str, str]]:
    """Every query's answer as text, where it can be asked with these parameters."""
    for name in QUERIES:
        try:
            frame = reader.frame(name, **{k: v for k, v in given.items() if k in parameters(name)})
        except StoreError:  # a parameter that must be given
            continue
        yield name, frame.to_csv()


def text(name: str) -> str:
    return (asset("sql/queries") / f"{name}.sql").read_text(encoding="utf-8")


def parameters(name: str) -> set[str]:
    return set(duckdb.extract_statements(text(name))[0].named_parameters)


def test_a_table_that_changes_an_answer_is_one_of_its_parts(database: Path, tmp_path: Path) -> None:
    reader = Reader(database)
    before, found = dict(answers(reader)), 0
    assert len(before) > 40
    for table in tables(database):
        other = after(database, tmp_path / f"{table}.duckdb", f'DELETE FROM "{table}"')
        for name, said in answers(other):
            if said != before[name]:
                found += 1
                assert ("table", table) in reader.contents.parts(text(name), {}), f"{name} reads {table}"
    assert found > 100


@pytest.mark.parametrize("name", [name for name in QUERIES if contents.RUN_IDS in parameters(name)])
def test_other_runs_change_nothing_of_what_is_asked_of_some(database: Path, tmp_path: Path, name: str) -> None:
    """The rows of runs that were not asked for are no part: their loss changes neither answer nor stamp."""
    reader = Reader(database)
    ids = list(reader.frame("leading_runs")["run_id"].head(4))
    listed = ", ".join(f"'{run_id}'" for run_id in ids)
    gone = "; ".join(f"DELETE FROM {t} WHERE run_id NOT IN ({listed})" for t in sorted(contents.OF_RUNS))
    other = after(database, tmp_path / "other.duckdb", gone)
    parts = reader.contents.parts(text(name), {contents.RUN_IDS: ids})
    given = {contents.RUN_IDS: ids} | dict.fromkeys(parameters(name) - {contents.RUN_IDS})
    try:
        pd.testing.assert_frame_equal(reader.frame(name, **given), other.frame(name, **given))
    except StoreError:
        pytest.skip("needs more than the ids of runs")
    assert reader.contents.stamp(parts) == other.contents.stamp(parts)
    for number, change in enumerate(("publication SET sha256 = 'other' WHERE name", "result SET n = n + 1 WHERE run_id",
                                     "run SET engine = 'other' WHERE run_id")):  # fmt: skip
        renewed = after(database, tmp_path / f"{number}.duckdb", f"UPDATE {change} = '{ids[0]}'")
        assert reader.contents.stamp(parts) != renewed.contents.stamp(parts)


def test_a_change_of_one_table_changes_the_stamp_of_that_table_alone(database: Path, tmp_path: Path) -> None:
    reader = Reader(database)
    other = after(database, tmp_path / "other.duckdb", "UPDATE vendor SET name_en = name_en || '!' WHERE name_en > 'B'")
    changed = {
        name for name in tables(database)
        if reader.contents.stamp({("table", name)}) != other.contents.stamp({("table", name)})
    }  # fmt: skip
    assert changed == {"vendor"}


def test_runs_without_a_record_hold_for_their_generation_alone(database: Path, tmp_path: Path) -> None:
    one, two = (after(database, tmp_path / f"{n}.duckdb", "DELETE FROM publication") for n in (1, 2))
    run_id = str(one.frame("leading_runs")["run_id"].iloc[0])
    for part in (("runs", run_id), ("table", "outcome"), ("runs", "nobody")):
        assert one.contents.stamp({part}) == one.contents.stamp({part})
        assert one.contents.stamp({part}) != two.contents.stamp({part})


def test_reads_count_for_every_block_around_them(database: Path) -> None:
    reader = Reader(database)
    with contents.recording() as outer:
        reader.frame("benchmarks")
        with contents.recording() as inner:
            reader.frame("source_names")
    assert ("table", "source") in inner.parts and ("table", "benchmark") not in inner.parts
    assert outer.parts >= inner.parts | {("table", "benchmark")}
    assert outer.generations == {reader.generation}
