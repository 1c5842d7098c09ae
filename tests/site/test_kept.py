"""Results are kept as long as what they were computed from is the same, and no longer."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from harness.charts.chart import Chart, blank
from harness.i18n.translator import Translator
from harness.market import leading_runs
from harness.site.capability import leaderboard
from harness.site.server import view
from harness.site.server.keeping.kept import Kept, key_of
from harness.store.reader import Reader
from tests.site.conftest import changed


class Counted:
    """A computation over a query, and how often it was made."""

    def __init__(self, reader: Reader, query: str) -> None:
        self.times, self._reader, self._query = 0, reader, query

    def __call__(self) -> int:
        self.times += 1
        return len(self._reader.frame(self._query))


def copy(filled: Path, target: Path, statement: str = "SELECT 1") -> Reader:
    shutil.copy(filled / "land.duckdb", target)
    changed(target, statement)
    return Reader(target)


def test_what_read_other_tables_is_not_computed_again(filled: Path, tmp_path: Path) -> None:
    kept = Kept(10)
    one = copy(filled, tmp_path / "one.duckdb")
    two = copy(filled, tmp_path / "two.duckdb", "DELETE FROM benchmark")
    for query, times in (("source_names", 0), ("benchmarks", 1)):
        first, second = Counted(one, query), Counted(two, query)
        key = key_of(query, {})
        kept.get(key, one, first)
        assert kept.get(key, two, second) == len(two.frame(query))
        assert (first.times, second.times) == (1, times)
        kept.get(key, one, first)  # who began on the older generation ends on it
        assert first.times == 1


def test_a_result_that_holds_for_no_reader_is_dropped(filled: Path, tmp_path: Path) -> None:
    kept = Kept(10)
    one = copy(filled, tmp_path / "one.duckdb")
    two = copy(filled, tmp_path / "two.duckdb", "DELETE FROM benchmark")
    counted = {query: Counted(one, query) for query in ("source_names", "benchmarks")}
    for query, compute in counted.items():
        kept.get(key_of(query, {}), one, compute)
    kept.sweep([two])
    for query, compute in counted.items():
        kept.get(key_of(query, {}), one, compute)
    assert {query: c.times for query, c in counted.items()} == {"source_names": 1, "benchmarks": 2}


def test_what_read_another_database_is_not_kept(filled: Path, tmp_path: Path) -> None:
    kept = Kept(10)
    one, two = copy(filled, tmp_path / "one.duckdb"), copy(filled, tmp_path / "two.duckdb", "DELETE FROM benchmark")
    stray = Counted(two, "benchmarks")
    for _ in range(2):
        kept.get("key", one, stray)
    assert stray.times == 2


def test_an_error_is_not_kept_and_the_longest_unused_goes_first(filled: Path, tmp_path: Path) -> None:
    kept, reader = Kept(2), copy(filled, tmp_path / "one.duckdb")

    def fails() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        kept.get("a", reader, fails)
    counted = {name: Counted(reader, "benchmarks") for name in "abc"}
    for name in "abac":
        kept.get(name, reader, counted[name])
    kept.get("a", reader, counted["a"])
    kept.get("b", reader, counted["b"])
    assert [counted[name].times for name in "abc"] == [1, 2, 1]


def test_two_who_ask_at_once_compute_once(filled: Path, tmp_path: Path) -> None:
    kept, reader = Kept(2), copy(filled, tmp_path / "one.duckdb")
    begun, go_on, times = threading.Event(), threading.Event(), list[int]()

    def slow() -> int:
        begun.set()
        go_on.wait(60)
        times.append(1)
        return len(times)

    got = list[int]()
    threads = [threading.Thread(target=lambda: got.append(kept.get("key", reader, slow))) for _ in range(3)]
    for thread in threads:
        thread.start()
    begun.wait(60)
    go_on.set()
    for thread in threads:
        thread.join(60)
    assert got == [1, 1, 1]


def test_equal_values_of_other_types_are_other_questions() -> None:
    keys = [key_of("name", {"value": value}) for value in (1, True, 1.0, "1", [1], (1,), {1}, {1: 1}, None)]
    assert len(set(keys)) == len(keys)
    assert key_of("name", {"a": 1, "b": [2]}) == key_of("name", {"b": [2], "a": 1})
    with pytest.raises(TypeError):
        key_of("name", {"value": bytearray(b"x")})


def test_a_board_is_computed_again_only_where_its_runs_changed(
    filled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    db = tmp_path / "land.duckdb"
    shutil.copy(filled / "land.duckdb", db)
    changed(db, "INSERT INTO publication SELECT 'public-run', run_id, md5(run_id) FROM run WHERE run_id NOT IN "
                "(SELECT name FROM publication WHERE part IN ('run', 'public-run'))")  # fmt: skip
    monkeypatch.setenv("LANDSCAPE_DB", str(db))
    made, real = list[int](), leading_runs.index_board

    def counted(queries, runs, scores, kind):  # type: ignore[no-untyped-def]
        made.append(len(runs))
        return real(queries, runs, scores, kind)

    monkeypatch.setattr(leading_runs, "index_board", counted)

    def boards() -> dict[str, int]:
        seen = view.in_language(Translator("en"))
        return {
            origin: len(leaderboard.board(seen, *leaderboard.suites(seen, origin)[0], origin, "overall"))
            for origin in ("measured", "reference")
        }

    before = boards()
    made.clear()
    assert boards() == before and not made
    gone = view.in_language(Translator("en")).frame("leading_runs")
    gone = gone[(gone["origin"] == "measured") & (gone["segment"] != "reference")]["run_id"].iloc[0]
    changed(db, "; ".join(f"DELETE FROM {t} WHERE run_id = '{gone}'" for t in ("run", "result", "outcome", "perf")))
    assert boards() == {**before, "measured": before["measured"] - 1}
    assert len(made) == 1
    made.clear()
    changed(db, "UPDATE task SET chance = chance / 2")
    boards()
    assert len(made) == 2


def test_a_chart_is_drawn_once_a_generation_a_language_and_what_it_was_given(filled: Path, tmp_path: Path) -> None:
    one = copy(filled, tmp_path / "one.duckdb")
    two = copy(filled, tmp_path / "two.duckdb", "DELETE FROM benchmark")  # no table that the chart itself reads
    drawn: list[str] = []

    def ask(reader: Reader, language: str, **values: object) -> Chart:
        seen = view.of(reader, Translator(language))
        label = f"{reader.generation} {language} {values}"

        def draw() -> Chart:
            drawn.append(label)
            return Chart(blank(10), label, "", "", seen.frame("source_names"), "kept-chart")

        return seen.drawn("kept-chart", draw, **values)

    asked = [(one, "en", {}), (one, "zh", {}), (one, "en", {"pinned": ["a"]}), (two, "en", {})]
    titles = [ask(reader, language, **values).title for reader, language, values in asked]
    assert len(set(titles)) == len(asked) == len(drawn)
    again = [ask(reader, language, **values).title for reader, language, values in asked]
    assert again == titles and len(drawn) == len(asked)
    view._sweep([two])  # the older generation is gone
    ask(*asked[3][:2]), ask(*asked[0][:2])
    assert len(drawn) == len(asked) + 1
