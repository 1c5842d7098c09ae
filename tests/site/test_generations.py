"""What visitors see while a publish is computed ahead: the generation before, whole, and no longer than ten minutes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from harness.errors import StoreError
from harness.i18n.translator import Translator
from harness.site.server import first_frames, view, warm
from harness.site.server.keeping import generations
from tests.site.conftest import Open, changed, table

NEW_VENDOR = "INSERT INTO vendor BY NAME SELECT 'new' AS vendor_id, 'New' AS name_en, 'lab' AS segment"


@pytest.fixture
def land(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    path = tmp_path / "land.duckdb"
    shutil.copy(filled / "land.duckdb", path)
    monkeypatch.setenv("LANDSCAPE_DB", str(path))
    yield path
    view.GENERATIONS.release()


def vendors(seen: view.View | None = None) -> int:
    """Vendors on a page, or on one that a visitor opens now."""
    return len((seen or view.in_language(Translator("en"))).frame("vendors"))


def warmed_seeing(step_sees: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch) -> None:
    """Warm with one step, which keeps what it sees itself and what a visitor sees meanwhile."""
    monkeypatch.setattr(first_frames, "STEPS", (lambda seen: step_sees.append((vendors(seen), vendors())),))
    warm.warm(threading.Event())


def test_a_visitor_sees_the_generation_before_until_the_new_one_is_computed(
    land: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first: list[tuple[int, int]] = []
    warmed_seeing(first, monkeypatch)
    before = vendors()
    assert first == [(before, before)] * 2  # at the start there is no other
    changed(land, NEW_VENDOR)
    assert vendors() == before
    second: list[tuple[int, int]] = []
    warmed_seeing(second, monkeypatch)
    assert second == [(before + 1, before)] * 2
    assert vendors() == before + 1


def test_runs_and_samples_shows_what_was_just_published(
    land: Path, site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed_seeing([], monkeypatch)
    with duckdb.connect(str(land), read_only=True) as con:
        (run_id,) = con.execute("SELECT min(run_id) FROM run").fetchone() or ("",)
    changed(land, f"UPDATE run SET model = 'org/just-published' WHERE run_id = '{run_id}'")
    listed = table(site(land.parent, "runs_and_samples"), "run_id")
    assert "org/just-published" in set(listed["model"])


def test_publishes_during_the_warm_up_change_nothing_under_it(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = vendors()
    seen: list[int] = []

    def publishing(page: view.View) -> None:
        changed(land, NEW_VENDOR.replace("'new'", f"'new{len(seen)}'"))
        view.GENERATIONS.newest()  # as a probe of the site's health does
        seen.append(vendors(page))

    monkeypatch.setattr(first_frames, "STEPS", (publishing,) * 3)
    warm.warm(threading.Event())
    assert seen == [before] * 6 and vendors() == before
    warmed_seeing([], monkeypatch)
    assert vendors() == before + 6


def test_no_visitor_is_more_than_ten_minutes_behind(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [100.0]
    monkeypatch.setattr(generations.time, "monotonic", lambda: clock[0])
    warmed_seeing([], monkeypatch)
    before = vendors()
    changed(land, NEW_VENDOR)
    with view.GENERATIONS.warming():
        clock[0] += generations.MOST_BEHIND_S
        assert vendors() == before
        clock[0] += 1
        assert vendors() == before + 1


def test_a_database_that_cannot_be_read_is_said_and_not_hidden_behind_the_old_one(
    land: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    warmed_seeing([], monkeypatch)
    land.unlink()
    land.write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError):
        warm.warm(threading.Event())
    with pytest.raises(StoreError):
        vendors()


def test_another_or_a_first_database_is_shown_at_once(
    land: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other.duckdb"
    monkeypatch.setenv("LANDSCAPE_DB", str(other))
    warmed_seeing([], monkeypatch)
    assert vendors() == 0
    shutil.copy(land, other)
    assert vendors() > 0
    warmed_seeing([], monkeypatch)
    monkeypatch.setenv("LANDSCAPE_DB", str(land))
    changed(land, NEW_VENDOR)
    mine = vendors()
    monkeypatch.setenv("LANDSCAPE_DB", str(other))
    assert mine == vendors() + 1


def test_the_generation_before_is_let_go_once_the_new_one_is_shown(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warmed_seeing([], monkeypatch)
    seen = view.in_language(Translator("en"))
    before = vendors(seen)
    view.GENERATIONS.let_go()  # there is none before it
    assert seen.reader_reference() is not None
    changed(land, NEW_VENDOR)
    view.GENERATIONS.newest()
    view.GENERATIONS.let_go()  # the new one is not shown yet
    assert vendors(seen) == before == vendors()
    warmed_seeing([], monkeypatch)
    assert vendors(seen) == before, "a script that is running ends on what it began with"
    view.GENERATIONS.let_go()
    warm.settle()
    assert seen.reader_reference() is None and vendors(seen) == before + 1
    assert len(view._FRAMES.held(view.GENERATIONS.shown()))


def test_the_watch_lets_go_of_it_after_a_while(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, gone = threading.Event(), threading.Event()
    monkeypatch.setattr(first_frames, "STEPS", ())
    monkeypatch.setattr(warm, "EVERY_S", 0.01)
    monkeypatch.setattr(warm, "LET_GO_S", 0.05)
    monkeypatch.setattr(view.GENERATIONS, "let_go", gone.set)
    watching = threading.Thread(target=warm.watch, args=(stop,))
    watching.start()
    assert gone.wait(60)
    stop.set()
    watching.join(60)
