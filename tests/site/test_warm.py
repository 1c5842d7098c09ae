"""What is computed before anybody asks: the pages' first frames, again after every publish; and kept frames stay whole."""

from __future__ import annotations

import gc
import re
import shutil
import threading
import weakref
from pathlib import Path

import pytest

from harness.errors import StoreError
from harness.i18n.translator import Translator
from harness.site.capability import scale
from harness.site.server import first_frames, view, warm
from harness.store.reader import Reader
from tests.site.conftest import Open, changed, texts


@pytest.fixture
def land(filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A database of this test's own."""
    shutil.copy(filled / "land.duckdb", tmp_path / "land.duckdb")
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "land.duckdb"))
    return tmp_path


def test_the_first_page_asks_nothing_of_the_database_after_warming(
    land: Path, site: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    warm.warm(threading.Event())

    def refuse(*_: object, **__: object) -> None:
        raise StoreError("the database was asked")

    monkeypatch.setattr(Reader, "sql", refuse)
    page = site(land)
    assert not page.error and "the database was asked" not in texts(page)
    assert len([m for m in page.markdown if re.search(r"\*\*[\d,]+\*\*", m.value)]) == 6 and page.get("plotly_chart")


def test_a_publish_is_warmed_and_seen(land: Path) -> None:
    seen: list[float] = []

    class Stop(threading.Event):
        """Publishes while the watch waits the first time, ends it the third."""

        def wait(self, timeout: float | None = None) -> bool:
            held = view.in_language(Translator("en")).frame("counts").iloc[0]
            seen.append(float(held["vendors"]))
            if len(seen) == 1:
                changed(land / "land.duckdb", "INSERT INTO vendor BY NAME SELECT 'new' AS vendor_id, 'New' AS name_en, "
                                              "'lab' AS segment")  # fmt: skip
            if len(seen) == 3:
                self.set()
            return True

    warmed: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(first_frames, "STEPS", (lambda v: warmed.append(len(v.frame("vendors"))),))
        patch.setattr(warm, "beside", warm.warm)  # a process of its own would not see this step
        warm.watch(Stop())
    assert seen == [12, 13, 13]
    assert warmed == [12, 12, 13, 13]  # in two languages, once before the publish and once after


def test_a_step_that_fails_stops_neither_the_others_nor_the_site(
    land: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    def fail(_: view.View) -> None:
        raise ValueError("broken step")

    monkeypatch.setattr(first_frames, "STEPS", (fail, lambda v: done.append(v.language)))
    warm.warm(threading.Event())
    assert done == ["en", "zh"] and "broken step" in caplog.text


def test_a_page_that_stays_open_keeps_no_replaced_database(land: Path) -> None:
    kept = view.in_language(Translator("en"))
    vendors = len(kept.frame("vendors"))
    for number in range(2):
        assert kept.reader_reference() is not None  # scripts that began before one publish end on their own database
        changed(land / "land.duckdb", f"INSERT INTO vendor BY NAME SELECT 'v{number}' AS vendor_id, 'New' AS name_en, "
                                      "'lab' AS segment")  # fmt: skip
        view.in_language(Translator("en"))
    gc.collect()
    assert kept.reader_reference() is None
    assert len(kept.frame("vendors")) == vendors + 2


class Result:
    """What a page derives: something that a test sees go."""


def test_what_was_derived_from_a_replaced_database_is_let_go(land: Path) -> None:
    """Also what was being computed, for a page of before, while the database was replaced."""
    publish = "UPDATE vendor SET name_en = name_en || '!' WHERE vendor_id = (SELECT min(vendor_id) FROM vendor)"
    gone: list[weakref.ref[object]] = []

    def kept(value: object) -> object:
        gone.append(weakref.ref(value))
        return value

    def derive() -> None:
        seen = view.in_language(Translator("en"))

        def before() -> object:
            seen.frame("vendors")
            return kept(Result())

        def overtaken() -> object:
            seen.frame("vendors")
            changed(land / "land.duckdb", publish)
            view.in_language(Translator("en"))  # another visitor's page, which finds the new database
            return kept(Result())

        seen.derived("before", before)
        seen.derived("overtaken", overtaken)

    for _ in range(3):
        derive()
    changed(land / "land.duckdb", publish)
    view.in_language(Translator("en"))
    gc.collect()
    assert len(gone) == 6 and [one() for one in gone] == [None] * 6


def test_who_changes_a_frame_changes_nobody_elses(land: Path) -> None:
    seen = view.in_language(Translator("en"))
    mine, again = seen.frame("vendors"), seen.frame("vendors")
    mine["segment"] = "changed"
    mine.loc[0, "name_en"] = "changed"
    assert "changed" not in set(again["segment"]) | set(again["name_en"])
    assert "changed" not in set(seen.frame("vendors")["segment"])
    held = seen.derived("kept", lambda: {"a": seen.frame("models"), "b": (seen.frame("models"), 1)})
    held["a"]["name"] = "changed"
    held["b"][0]["name"] = "changed"
    fresh = seen.derived("kept", dict)
    assert "changed" not in set(fresh["a"]["name"]) | set(fresh["b"][0]["name"])


def test_the_scale_is_kept_over_a_publish_of_something_else(land: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = scale.fitted(view.in_language(Translator("en")))
    changed(land / "land.duckdb", "DELETE FROM gpu_price")
    monkeypatch.setattr("harness.analysis.scale.fit.fit_scale", lambda *a, **k: pytest.fail("fitted again"))
    after = scale.fitted(view.in_language(Translator("en")))
    assert before is not None and after is not None and before.rmse == after.rmse
