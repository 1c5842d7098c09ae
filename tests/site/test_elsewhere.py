"""Pages computed in another process after a publish: the server keeps them as if it had computed them, and stays as it is where that fails."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from harness.errors import StoreError
from harness.i18n.translator import Translator
from harness.site.server import first_frames, view, warm
from harness.site.server.keeping import elsewhere
from harness.store.reader import Reader
from tests.site.conftest import Open, changed, texts

PUBLISH = "UPDATE vendor SET name_en = name_en || ' (renamed)' WHERE vendor_id = (SELECT min(vendor_id) FROM vendor)"


@pytest.fixture
def land(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a database of this test's own, which was changed after the server's start."""
    shutil.copy(filled / "land.duckdb", tmp_path / "land.duckdb")
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "land.duckdb"))
    warm.warm(threading.Event())
    changed(tmp_path / "land.duckdb", PUBLISH)
    yield tmp_path
    view.GENERATIONS.release()


def forbidden(monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on this process computes nothing from the database."""

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("the database was asked")

    monkeypatch.setattr(Reader, "sql", refuse)


def test_pages_open_with_what_the_other_process_found(
    land: Path, site: Open, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(first_frames, "run", lambda *_: pytest.fail("computed in the server"))
    warm.beside(threading.Event())
    assert "(renamed)" in set(view.in_language(Translator("en")).frame("vendors")["name_en"].str[-9:])
    assert not caplog.records, "everything could be sent"
    forbidden(monkeypatch)
    page = site(land)
    assert not page.error and "the database was asked" not in texts(page)


def test_results_are_those_of_the_server_itself(land: Path) -> None:
    warm.beside(threading.Event())
    sent = view.held(view.GENERATIONS.shown())
    for kept in (view._FRAMES, view._DERIVED, view._CONTENTS):
        kept.clear()
    warm.here(view.GENERATIONS.shown(), threading.Event())
    own = view.held(view.GENERATIONS.shown())
    assert {key for key, _ in own.frames} <= {key for key, _ in sent.frames}
    assert {key for key, _ in own.derived} <= {key for key, _ in sent.derived}
    frames = dict(sent.frames)
    assert len(own.frames) > 30
    for key, answer in own.frames:
        assert answer.stamp == frames[key].stamp and answer.value.equals(frames[key].value), key


def test_only_what_the_publish_changed_is_computed(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    warm.beside(threading.Event())
    got: list[view.Results] = []
    monkeypatch.setattr(view, "take", got.append)
    changed(land / "land.duckdb", "DELETE FROM gpu_price")
    warm.beside(threading.Event())
    names = {str(key[0]) for results in got for key, _ in (*results.frames, *results.derived)}  # type: ignore[index]
    assert "freshness" in names, "which has the day of the offers of GPUs"
    assert not names & {"vendors", "reported", "scale", "scale_draws"}


@pytest.mark.parametrize("how", ["killed", "another generation"])
def test_a_process_that_ends_early_costs_time_and_no_page(
    land: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    if how == "killed":
        spawned = multiprocessing.get_context("spawn").Process
        start = spawned.start

        def started(process: Any) -> None:
            start(process)
            os.kill(process.pid, signal.SIGKILL)

        monkeypatch.setattr(spawned, "start", started)
    else:
        compute = elsewhere.Computing.compute

        def overtaken(process: elsewhere.Computing, reader: Reader, stop: threading.Event) -> bool:
            changed(land / "land.duckdb", "DELETE FROM gpu_price")  # which the other process finds
            return compute(process, reader, stop)

        monkeypatch.setattr(elsewhere.Computing, "compute", overtaken)
    done: list[str] = []
    monkeypatch.setattr(first_frames, "STEPS", (lambda seen: done.append(seen.language),))
    warm.beside(threading.Event())
    assert done == ["en", "zh"]
    assert "ended early" in caplog.text
    assert len(view.in_language(Translator("en")).frame("vendors"))


def test_a_publish_while_the_process_begins_is_the_one_that_it_computes(
    land: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wait = elsewhere.Computing.wait

    def published_meanwhile(process: elsewhere.Computing, stop: threading.Event) -> None:
        changed(land / "land.duckdb", "UPDATE vendor SET name_en = 'the latest'")
        wait(process, stop)

    monkeypatch.setattr(elsewhere.Computing, "wait", published_meanwhile)
    monkeypatch.setattr(first_frames, "run", lambda *_: pytest.fail("computed in the server"))
    warm.beside(threading.Event())
    assert set(view.in_language(Translator("en")).frame("vendors")["name_en"]) == {"the latest"}
    assert not caplog.records


def test_the_server_ends_while_the_other_process_computes(land: Path) -> None:
    stop = threading.Event()
    stop.set()
    warm.beside(stop)
    assert not [child for child in multiprocessing.active_children() if child.name == "landscape-pages"]


def test_what_cannot_be_sent_is_left_out_and_the_rest_arrives(caplog: pytest.LogCaptureFixture) -> None:
    results = view.Results([], [], [(("a", "1"), (lambda: 1, frozenset())), (("b", "1"), (2, frozenset()))])
    arrived = ForkingPickler.loads(elsewhere._packed(results))
    assert arrived.contents == [(("b", "1"), (2, frozenset()))]
    assert "computed again by who asks" in caplog.text


def test_the_page_that_runs_is_not_run_again_there(land: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "page.py"
    script.write_text("raise SystemExit('the page was run')", encoding="utf-8")
    main = ModuleType("__main__")
    main.__file__ = str(script)
    monkeypatch.setitem(sys.modules, "__main__", main)  # as Streamlit has it while a page runs
    monkeypatch.setattr(first_frames, "run", lambda *_: pytest.fail("computed in the server"))
    warm.beside(threading.Event())
    assert sys.modules["__main__"] is main
