"""Health of the site: what is said of a database that opens, of one that does not, and of pages that are not yet computed."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import threading
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness import __version__
from harness.errors import LandscapeError, MissingData, StoreAway, StoreRefused
from harness.site.server import asgi, first_frames, guard, health, warm
from harness.store.reader import Database, Reader


@pytest.fixture
def land(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of this test's own, published at a known time."""
    path = tmp_path / "secret-folder" / "land.duckdb"
    path.parent.mkdir()
    shutil.copy(filled / "land.duckdb", path)
    os.utime(path, (1_764_547_200, 1_764_547_200))  # 2025-12-01T00:00:00Z
    monkeypatch.setenv("LANDSCAPE_DB", str(path))
    return path


async def behind(_scope: asgi.Scope, _receive: asgi.Receive, send: asgi.Send) -> None:
    await send({"type": "http.response.start", "status": 299, "headers": []})
    await send({"type": "http.response.body", "body": b"page"})


def ask(path: str, said: health.Health, *, host: str = "localhost:8501", method: str = "GET") -> tuple[int, bytes]:
    """Status and body of the answer to one request, through the wall; the connection came in on 10.0.0.9."""
    scope = {"type": "http", "path": path, "method": method, "headers": [(b"host", host.encode())],
             "server": ("10.0.0.9", 8501)}  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request"}

    async def send(message: Any) -> None:
        sent.append(message)

    walled = guard.Guard(health.HealthPaths(behind, said), frozenset())
    asyncio.run(walled(scope, receive, send))
    return sent[0]["status"], sent[1]["body"]


def of(land: Path) -> health.Health:
    return health.Health(Database(land).current)


def test_a_database_that_opens_is_well_with_its_dates(land: Path) -> None:
    with duckdb.connect(str(land), read_only=True) as con:
        newest = max(
            con.execute(f"SELECT max(as_of) FROM {table}").fetchone()[0]  # type: ignore[index]
            for table in ("price", "fact", "reported_score", "model", "vendor")
        )
        run = con.execute("SELECT strftime(max(sealed), '%Y-%m-%dT%H:%M:%SZ') FROM run WHERE origin = 'measured'")
        sealed = run.fetchone()[0]  # type: ignore[index]
    status, body = ask("/healthz", of(land))
    said = json.loads(body)
    assert status == 200
    assert said.pop("database")["published"] == "2025-12-01T00:00:00Z"
    assert said == {"status": "ok", "version": __version__, "catalog": newest.isoformat(), "last_run": sealed}


def test_health_is_asked_for_by_address_and_name_alone(land: Path) -> None:
    assert ask("/healthz", of(land), host="10.0.0.9:8501")[0] == 200, "a probe names the pod's or container's address"
    assert ask("/healthz", of(land), host="127.0.0.1")[0] == 200
    assert ask("/healthz", of(land), host="rebound.example")[0] == 403
    assert ask("/healthz", of(land), method="HEAD") == (200, b"")
    assert ask("/healthz/more", of(land))[0] == 299


def test_what_is_no_database_is_said_in_a_sentence_without_its_folder(land: Path) -> None:
    land.write_bytes(b"no database " * 1000)
    status, body = ask("/healthz", of(land))
    said = json.loads(body)
    assert (status, said["status"]) == (503, "failing")
    assert said["reason"].startswith("land.duckdb cannot be read") and "secret-folder" not in body.decode()
    assert ask("/readyz", of(land))[0] == 503


@pytest.mark.parametrize("kind", [StoreAway, StoreRefused, MissingData])
def test_what_lies_at_a_url_is_not_well_without_a_word_of_the_url(kind: type[LandscapeError]) -> None:
    def reader() -> Reader:
        raise kind("s3://our-bucket/land.duckdb does not answer: no route to http://minio.internal:9000/our-bucket.")

    status, body = ask("/healthz", health.Health(reader))
    said = json.loads(body)
    assert status == 503 and said["status"] == "failing"
    assert "bucket" not in said["reason"] and "minio" not in said["reason"] and "cannot be" in said["reason"]


def test_a_probe_does_not_wait_for_the_look_of_another(land: Path) -> None:
    looking, end, time = threading.Event(), threading.Event(), [0.0]
    calls: list[int] = []

    def reader() -> Reader:
        calls.append(1)
        if len(calls) > 1:
            looking.set()
            end.wait(30)
        return Database(land).current()

    said = health.Health(reader, lambda: time[0])
    first, time[0] = said.now(), 5.0
    slow = threading.Thread(target=said.now)
    slow.start()
    assert looking.wait(30)
    try:
        assert said.now() is first and len(calls) == 2
    finally:
        end.set()
        slow.join()


def test_an_absent_and_an_older_database_are_not_well(land: Path) -> None:
    with duckdb.connect(str(land)) as con:
        con.execute("DELETE FROM migration WHERE number > 5")
    assert "older version" in json.loads(ask("/healthz", of(land))[1])["reason"]
    land.unlink()
    status, body = ask("/healthz", of(land))
    assert status == 503 and "harness db rebuild" in json.loads(body)["reason"]


def test_pages_that_are_not_computed_are_not_ready(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "DONE", done := warm.threading.Event())
    status, body = ask("/readyz", of(land))
    assert (status, json.loads(body)["status"]) == (503, "starting")
    assert ask("/healthz", of(land))[0] == 200
    done.set()
    assert ask("/readyz", of(land))[0] == 200


def test_the_database_is_looked_at_once_a_second_and_again_after_it(land: Path) -> None:
    clock, looks = [100.0], []
    database = Database(land)

    def reader() -> Reader:
        looks.append(clock[0])
        return database.current()

    said = health.Health(reader, seconds=lambda: clock[0])
    for _ in range(50):
        ask("/healthz", said)
    clock[0] = 100.9
    ask("/readyz", said)
    assert looks == [100.0]
    land.unlink()
    clock[0] = 101.0
    assert ask("/healthz", said)[0] == 503
    assert looks == [100.0, 101.0]


def test_a_failure_is_logged_once_and_again_when_it_returns(land: Path, caplog: pytest.LogCaptureFixture) -> None:
    clock = [0.0]
    database = Database(land)
    said = health.Health(database.current, seconds=lambda: clock[0])
    away = land.with_suffix(".away")
    for there in (False, False, True, False):
        if there:
            away.rename(land)
        elif land.exists():
            land.rename(away)
        clock[0] += 1
        said.now()
    assert len([r for r in caplog.records if "not healthy" in r.getMessage()]) == 2


def test_the_watch_says_when_the_first_pages_are_computed(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(warm, "DONE", done := warm.threading.Event())
    monkeypatch.setattr(first_frames, "STEPS", ())

    class Stop(warm.threading.Event):
        """Ends the watch as it waits."""

        def wait(self, timeout: float | None = None) -> bool:
            self.set()
            return True

    away = land.rename(land.with_suffix(".away"))
    warm.watch(Stop())
    assert not done.is_set(), "there is no database"
    away.rename(land)
    warm.watch(Stop())
    assert done.is_set()
