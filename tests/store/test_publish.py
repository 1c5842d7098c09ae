"""A publish is whole or absent, whatever happens to it, and readers never notice it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import duckdb
import pytest
from filelock import FileLock

from harness import places
from harness.errors import StoreError
from harness.store import migrations
from harness.store.check import check
from harness.store.publish import publish
from harness.store.reader import Reader
from tests.store.conftest import make_run, publish_sources, published_runs

ROOT = Path(__file__).resolve().parents[2]


def process(*args: object, **more: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.store.processes", *map(str, args)],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **more,
    )  # type: ignore[call-overload]  # fmt: skip


def count(db: Path) -> int:
    return int(Reader(db).sql("SELECT count(*) AS n FROM run")["n"][0])


@pytest.mark.parametrize(
    ("processes", "queries", "publishes"), [(1, 40, 3), pytest.param(4, 200, 11, marks=pytest.mark.slow)]
)
def test_readers_see_whole_states_while_runs_are_published(
    db: Path, runs: Path, processes: int, queries: int, publishes: int
) -> None:
    folders = [make_run(runs, i) for i in range(2 * publishes + 2)]
    publish_sources(db, folders[:2])
    readers = [process("read", db, queries) for _ in range(processes)]
    two = process("sessions", db)
    assert two.stdin and two.stdout
    two.stdin.write("\n")
    two.stdin.flush()
    assert two.stdout.readline().split() == ["2", "2", "2", "2"]
    for published in range(2, len(folders), 2):
        publish_sources(db, folders[published : published + 2])
        two.stdin.write("\n")
        two.stdin.flush()
        now = str(published + 2)
        assert two.stdout.readline().split() == [now, now, "2", "2"]
    two.communicate()
    states = []
    for reader in readers:
        out, err = reader.communicate(timeout=120)
        assert out.startswith("ok "), err
        states.append(int(out.split()[1]))
    assert queries < 200 or max(states) > 1, "no reader met a change: the test shows nothing"
    assert two.returncode == 0 and all(r.returncode == 0 for r in readers)


@pytest.mark.parametrize("moment", ["_copy", "_put_in_place", "sync", "replace"])
def test_a_killed_publish_leaves_the_old_file(db: Path, runs: Path, tmp_path: Path, moment: str) -> None:
    first = make_run(runs, 0)
    publish_sources(db, [first])
    before = db.read_bytes()
    second = make_run(runs, 1)
    child = process("die", db, runs, moment)
    child.communicate()
    assert child.returncode == -9
    assert db.read_bytes() == before
    assert publish_sources(db, runs) is True
    assert [p.name for p in db.parent.iterdir() if ".tmp-" in p.name] == []
    assert published_runs(db) == [first.name, second.name]


@pytest.mark.slow
def test_killed_at_any_moment_every_run_is_whole(db: Path, runs: Path, tmp_path: Path) -> None:
    for i in range(30):
        make_run(runs, i)
    for tenths in (6, 7, 8, 9, 11):
        child = process("one_by_one", db, runs)
        try:
            child.communicate(timeout=tenths / 10)
        except subprocess.TimeoutExpired:
            child.kill()
            child.communicate()
        if db.exists():
            rows = Reader(db).sql("SELECT run_id, count(*) AS n FROM outcome GROUP BY run_id")
            assert set(rows["n"]) <= {8} and len(rows) == count(db)
    assert process("one_by_one", db, runs).communicate()[0] == "ok\n"
    assert count(db) == 30
    assert check(db, _empty(tmp_path), tmp_path / "none", runs) == []


def _empty(tmp_path: Path) -> Path:
    folder = tmp_path / "empty"
    folder.mkdir(exist_ok=True)
    return folder


def test_two_writers_take_turns(db: Path, runs: Path) -> None:
    folders = [make_run(runs, i) for i in range(8)]
    threads = [threading.Thread(target=publish_sources, args=(db, [folder])) for folder in folders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(db) == 8


def test_a_lock_that_is_held_too_long_is_a_sentence(db: Path) -> None:
    db.parent.mkdir()
    with (
        FileLock(str(db.parent / ".landscape.duckdb.lock")),
        pytest.raises(StoreError, match="Another publish"),
    ):
        publish(db, lambda con: True, wait=0.05)


def test_a_failing_change_leaves_the_file_and_no_rubbish(db: Path, runs: Path) -> None:
    publish_sources(db, [make_run(runs, 0)])
    before = db.read_bytes()

    def half(con: duckdb.DuckDBPyConnection) -> bool:
        con.execute("DELETE FROM outcome")
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        publish(db, half)
    with pytest.raises(StoreError, match="could not be written: Catalog Error.*The database is unchanged"):
        publish(db, lambda con: bool(con.execute("FROM nowhere")))
    assert db.read_bytes() == before
    assert sorted(p.name for p in db.parent.iterdir() if "lock" not in p.name) == ["landscape.duckdb"]


@pytest.mark.parametrize("room", [-1, 50_000])
def test_a_full_disk(db: Path, runs: Path, tmp_path: Path, room: int) -> None:
    """Without room for the copy, and with room for the copy but not for what is new."""
    publish_sources(db, [make_run(runs, 0)])
    before = db.read_bytes()
    big = tmp_path / "big"
    big.mkdir()
    make_run(big, 1, items=40_000)
    out, err = process("small_disk", db, big, len(before) + room).communicate()
    assert out.startswith("StoreError The disk is full"), out + err
    assert db.read_bytes() == before
    assert not [p for p in db.parent.iterdir() if ".tmp-" in p.name]


def test_a_folder_that_may_not_be_written(runs: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="landscape-test-"))
    folder.chmod(0o555)
    me = os.geteuid()
    if me == 0:  # root may write everywhere: be nobody for a moment
        os.seteuid(65534)
    try:
        with pytest.raises(StoreError, match=f"{folder} cannot be written .*Set LANDSCAPE_DB"):
            publish(folder / "x.duckdb", lambda con: True)
    finally:
        os.seteuid(me)
        shutil.rmtree(folder)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="could not be written"):
        publish(tmp_path / "file" / "x.duckdb", lambda con: True)


def test_foreign_corrupt_and_newer_files_are_refused_and_kept(db: Path, tmp_path: Path) -> None:
    publish(db, lambda con: True)
    newer, edited, foreign, garbage = (tmp_path / f"{n}.duckdb" for n in ("newer", "edited", "foreign", "garbage"))
    for path in (newer, edited):
        shutil.copy(db, path)
    with duckdb.connect(str(newer)) as con:
        con.execute("INSERT INTO migration VALUES (99, 'future', 'x')")
    with duckdb.connect(str(edited)) as con:
        con.execute("UPDATE migration SET checksum = 'x' WHERE number = 1")
    with duckdb.connect(str(foreign)) as con:
        con.execute("CREATE TABLE theirs AS SELECT 1 AS a")
    garbage.write_bytes(b"no database" * 1000)
    for path, sentence in (
        (newer, "made by a newer version"),
        (edited, "made by another version"),
        (foreign, "no Landscape database"),
        (garbage, "DuckDB database"),
    ):
        before = path.read_bytes()
        with pytest.raises(StoreError, match=sentence):
            publish(path, lambda con: True)
        with pytest.raises(StoreError, match=sentence):
            Reader(path)
        assert path.read_bytes() == before


def test_a_database_that_another_program_writes_is_refused(db: Path) -> None:
    publish(db, lambda con: True)
    Path(f"{db}.wal").write_bytes(b"")
    with pytest.raises(StoreError, match="another program has it open"):
        publish(db, lambda con: True)
    publish(db, lambda con: True, fresh=True)
    assert not Path(f"{db}.wal").exists()


def test_an_older_database_is_renewed_by_the_next_publish(
    db: Path, runs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish_sources(db, [make_run(runs, 0)])
    shutil.copytree(places.asset("sql"), tmp_path / "sql")
    last = len(migrations.shipped())
    (tmp_path / f"sql/schema/{last + 1:04d}_more.sql").write_text("ALTER TABLE source ADD COLUMN more VARCHAR;")
    (tmp_path / "sql/views/99_more.sql").write_text("CREATE VIEW more AS SELECT 1 AS a;")
    monkeypatch.setattr(migrations.places, "asset", lambda name: tmp_path / name)
    with pytest.raises(StoreError, match="older version"):
        Reader(db)
    assert publish(db, lambda con: False) is True
    reader = Reader(db)
    assert "more" in reader.sql("FROM source").columns and len(reader.sql("FROM more")) == 1
    numbers = reader.sql("SELECT number, name FROM migration ORDER BY number")
    assert numbers["number"].tolist() == [*range(last + 2)]
    assert publish(db, lambda con: False) is False


def test_migrations_are_numbered_without_gaps(tmp_path: Path) -> None:
    (tmp_path / "0002_b.sql").write_text("SELECT 1;")
    with pytest.raises(StoreError, match="not numbered"):
        migrations.shipped(tmp_path)
