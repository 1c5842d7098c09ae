"""A database at a URL: publishers take turns and none is lost; a reader of another host sees the new one, or the old."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import StoreAway, StoreError
from harness.store.reader import NOWHERE, Database, Reader, generation
from harness.store.remote import database_copy, in_use, lease
from harness.store.remote.database_copy import DatabaseCopy, Follower
from harness.store.remote.objects import Objects
from tests.store.conftest import make_run, publish_sources, published_runs

NAME = "landscape.duckdb"


def host(objects: Objects, folder: Path, said: list[str] | None = None) -> DatabaseCopy:
    folder.mkdir(exist_ok=True)
    return DatabaseCopy(objects, NAME, folder / NAME, (said if said is not None else []).append)


def publish(copy: DatabaseCopy, runs: Path) -> None:
    with copy.publishing() as change:
        publish_sources(copy.path, runs=runs)
        change.changed = True


@pytest.fixture
def sources(tmp_path: Path) -> Callable[[int], Path]:
    def make(number: int) -> Path:
        folder = tmp_path / f"sources-{number}"
        folder.mkdir()
        make_run(folder, number)
        return folder

    return make


@pytest.mark.parametrize("kind", ["s3", "file", "memory"])
def test_every_host_publishes_onto_what_the_others_did(
    address: Callable[[str], str], tmp_path: Path, sources: Callable[[int], Path], kind: str
) -> None:
    place = Objects(address(kind))
    one, two = host(place, tmp_path / "one"), host(place, tmp_path / "two")
    publish(one, sources(1))
    publish(two, sources(2))
    assert len(published_runs(two.path)) == 2 and len(published_runs(one.path)) == 1
    assert one.bring() and len(published_runs(one.path)) == 2
    assert not one.bring() and not two.bring()
    publish(one, sources(3))
    assert two.bring() and len(published_runs(two.path)) == 3


def test_two_publishers_at_once_both_end_in_the_database(
    address: Callable[[str], str], tmp_path: Path, sources: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LANDSCAPE_LEASE", "4")
    place, gate = Objects(address("s3")), threading.Barrier(3)
    folders = [sources(number) for number in range(3)]

    def work(number: int) -> None:
        copy = host(Objects(place.url), tmp_path / f"host-{number}")
        gate.wait()
        publish(copy, folders[number])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    reader = host(place, tmp_path / "reader")
    reader.bring()
    assert len(published_runs(reader.path)) == 3


def test_a_reader_keeps_its_generation_and_sees_the_next(
    objects: Objects, tmp_path: Path, sources: Callable[[int], Path]
) -> None:
    one, site = host(objects, tmp_path / "one"), host(objects, tmp_path / "site")
    publish(one, sources(1))
    time = [0.0]
    follower, database = Follower(site, 20.0, lambda: time[0]), Database(site.path)
    assert follower.look() is None
    before = database.current()
    assert before.sql("SELECT count(*) AS n FROM run")["n"][0] == 1
    publish(one, sources(2))
    time[0] = 19.0
    assert follower.look() is None and database.current() is before
    time[0] = 21.0
    thread = follower.look()
    assert thread is not None
    thread.join()
    assert database.current().sql("SELECT count(*) AS n FROM run")["n"][0] == 2
    assert before.sql("SELECT count(*) AS n FROM run")["n"][0] == 1


def test_a_url_that_was_silent_at_first_is_not_an_absent_database(
    address: Callable[[str], str], away: Callable[[bool], None], tmp_path: Path, sources: Callable[[int], Path]
) -> None:
    place, time = Objects(address("away"), wait=lambda seconds: None), [0.0]
    publish(host(place, tmp_path / "one"), sources(1))
    site = host(place, tmp_path / "site")
    follower = Follower(site, 20.0, lambda: time[0])
    away(True)
    for second in (0.0, 1.0, 19.0):
        time[0] = second
        with pytest.raises(StoreAway):
            follower.look()
    away(False)
    time[0] = 21.0
    assert follower.look() is None and len(published_runs(site.path)) == 1
    assert follower.look() is None


def test_a_reader_works_on_while_the_url_is_silent_and_says_so_once(
    address: Callable[[str], str], away: Callable[[bool], None], tmp_path: Path, sources: Callable[[int], Path]
) -> None:
    place, said = Objects(address("away"), wait=lambda seconds: None), list[str]()
    one, site = host(place, tmp_path / "one"), host(place, tmp_path / "site", said)
    publish(one, sources(1))
    site.look()
    away(True)
    site.look()
    site.look()
    assert len(said) == 1 and "The copy of the database on this host goes on" in said[0]
    assert len(published_runs(site.path)) == 1
    with pytest.raises(StoreAway):
        host(place, tmp_path / "new").look()
    with pytest.raises(StoreError), one.publishing():
        pytest.fail("nobody can publish")
    away(False)
    site.look()
    assert said[1:] == [f"harness: {place.url} answers again."]


def test_the_old_copy_stands_until_the_new_one_is_whole(
    objects: Objects, tmp_path: Path, sources: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, site = host(objects, tmp_path / "one"), host(objects, tmp_path / "site")
    publish(one, sources(1))
    site.bring()
    stands = generation(site.path)
    publish(one, sources(2))
    monkeypatch.setattr(objects._fs, "get_file", lambda source, target: Path(target).write_bytes(b"half of it"))
    with pytest.raises(StoreAway):
        site.bring()
    assert generation(site.path) == stands and len(published_runs(site.path)) == 1
    assert [p.name for p in site.path.parent.iterdir() if p.name.startswith(".tmp-")] == []


def test_what_a_killed_process_had_brought_in_part_is_swept(
    objects: Objects, tmp_path: Path, sources: Callable[[int], Path]
) -> None:
    one, site = host(objects, tmp_path / "one"), host(objects, tmp_path / "site")
    publish(one, sources(1))
    (site.path.parent / f".tmp-1-{NAME}").write_bytes(b"half of it")
    site.bring()
    assert not [path for path in site.path.parent.iterdir() if path.name.startswith(".tmp-")]


def test_a_change_that_was_not_sent_is_made_again_on_what_lies_there(
    objects: Objects, tmp_path: Path, sources: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, first = host(objects, tmp_path / "one"), host(objects, tmp_path / "two"), sources(1)
    publish(one, first)
    send = objects.send
    monkeypatch.setattr(objects, "send", lambda *a, **k: (_ for _ in ()).throw(StoreAway("the line is dead.")))
    second = sources(2)
    with pytest.raises(StoreAway):
        publish(one, second)
    monkeypatch.setattr(objects, "send", send)
    publish(two, sources(3))
    publish(one, second)
    two.bring()
    assert len(published_runs(two.path)) == 3


def test_who_was_passed_over_does_not_publish(
    objects: Objects, tmp_path: Path, sources: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease.Lease, "_renew_often", lambda self: None)
    one, two = host(objects, tmp_path / "one"), host(objects, tmp_path / "two")
    publish(one, sources(1))
    token = objects.stat(NAME)
    with pytest.raises(StoreAway, match="took over"), one.publishing() as change:
        publish_sources(one.path, runs=sources(2))
        change.changed = True
        number, _ = lease.newest(objects, NAME)
        assert lease._take_next(objects, NAME, number, lease.Terms()) is not None
    assert objects.stat(NAME) == token
    two.bring()
    assert len(published_runs(two.path)) == 1


def test_the_commands_reader_finds_what_another_host_published(
    bucket: str, tmp_path: Path, sources: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    from harness import places
    from harness.store.opening import open_database

    monkeypatch.setenv("LANDSCAPE_DB", f"s3://{bucket}/x/{NAME}")
    monkeypatch.setenv("LANDSCAPE_CACHE", str(tmp_path / "cache"))
    publish(host(Objects(f"s3://{bucket}/x"), tmp_path / "one"), sources(1))
    assert generation(places.database()) == NOWHERE
    reader: Reader = open_database()
    assert reader.sql("SELECT count(*) AS n FROM run")["n"][0] == 1
    assert reader.path.is_relative_to(tmp_path / "cache")
    reader.close()
    in_use.follow()
    assert database_copy.EVERY_S == 20.0
