"""Progress of a model from the lines that ``harness run --log json`` writes."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

from harness.fleet.nodes.watch import Shown, after, hung
from harness.runs.command.log_lines import LogLines


class Log:
    """The real log of a command, by the minute, and what is seen of it."""

    def __init__(self) -> None:
        self.now = 0.0
        self.stream = io.StringIO()
        self.lines = LogLines(
            self.stream, json_lines=True, now=lambda: datetime(2026, 1, 1, tzinfo=UTC), seconds=lambda: self.now
        )
        self.lines.job("m:1", "quick")
        self.shown = Shown(0.0)

    def see(self) -> Shown:
        for line in self.stream.getvalue().splitlines():
            self.shown = after(self.shown, line, self.now)
        self.stream.seek(0)
        self.stream.truncate()
        return self.shown

    def minute(self) -> Shown:
        self.now += 60
        self.lines.minute()
        return self.see()


def test_a_step_that_lasts_is_no_progress() -> None:
    log = Log()
    log.lines.step("m:1: loading")
    assert (log.see().doing, log.see().suite, log.see().moved) == ("m:1: loading", "quick", 0.0)
    for _ in range(3):
        shown = log.minute()
    assert (shown.moved, hung(shown, log.now, 3.0), hung(shown, log.now, 3.1)) == (0.0, True, False)
    log.lines.step("m:1: computing scores")
    assert log.see().moved == 180.0


def test_a_count_that_grows_is_progress_and_one_that_stands_is_none() -> None:
    log = Log()
    with log.lines.bar("m:1: scoring", 100) as advance:
        advance(5)
        assert (log.see().doing, log.see().total) == ("scoring", 100)
        log.minute()
        advance(10)
        shown = log.minute()
        assert (shown.done, shown.moved) == (15, 120.0) and shown.rate and shown.left
        shown = log.minute()
        assert (shown.done, shown.moved) == (15, 120.0)


def test_what_is_no_line_of_a_log_changes_nothing_and_errors_are_kept() -> None:
    shown = Shown(1.0, doing="loading")
    for line in ("", "Traceback", "[1]", "{}", '{"message": 3}', "[" * 100_000):
        assert after(shown, line, 9.0) is shown
    for number in range(9):
        shown = after(shown, json.dumps({"message": f"e{number}", "level": "error", "event": "message"}), 9.0)
    assert shown.problems == ("e4", "e5", "e6", "e7", "e8")


def test_suites_that_are_left_behind_are_sealed_but_for_those_with_an_error() -> None:
    log = Log()
    counts = []
    for suite, word in (("quick", ""), ("core-en", "no data"), ("core-zh", ""), ("own", "")):
        log.lines.job("m:1", suite)
        log.lines.step("m:1: loading")
        if word:
            log.lines.error(f"m:1: {word}")
        counts.append(log.see().sealed)
    assert counts == [0, 1, 1, 2]
