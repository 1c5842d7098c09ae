"""Where nobody watches a terminal: a line with the time at every step and every minute."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime, timedelta

import pytest

from harness.runs.command.log_lines import LogLines, progress
from harness.runs.progress import Progress

START = datetime(2026, 3, 1, 22, 59, 30, tzinfo=UTC)


class Clock:
    """Seconds since the start, moved by a test; ``wait`` moves them and ends after the given number of waits."""

    def __init__(self, waits: int = 0) -> None:
        self.at = 0.0
        self.waits = waits

    def now(self) -> datetime:
        return START + timedelta(seconds=self.at)

    def seconds(self) -> float:
        return self.at

    def wait(self, seconds: float) -> bool:
        self.at += seconds
        self.waits -= 1
        return self.waits < 0


def lines(clock: Clock, **options: bool) -> tuple[LogLines, io.StringIO]:
    stream = io.StringIO()
    return LogLines(stream, now=clock.now, seconds=clock.seconds, wait=clock.wait, **options), stream


def score_for_two_minutes(show: LogLines, clock: Clock) -> None:
    """1,000 answers: 400 are in the journal, 30 a minute are scored, for two minutes."""
    show.job("acme/one", "quick")
    show.step("acme/one: loading")
    clock.at = 75
    show.minute()
    with show.bar("acme/one: scoring", 1000) as advance:
        advance(400)
        for _ in range(2):
            clock.at += 60
            advance(30)
            show.minute()
    show.warn("harness: the disk\n  is slow")


def test_text_lines() -> None:
    clock = Clock()
    show, stream = lines(clock)
    score_for_two_minutes(show, clock)
    assert stream.getvalue().splitlines() == [
        "2026-03-01T22:59:30Z acme/one: loading",
        "2026-03-01T23:00:45Z acme/one: loading: for 75 s",
        "2026-03-01T23:00:45Z acme/one: scoring: 1,000 to do",
        "2026-03-01T23:01:45Z acme/one: scoring: 430 of 1,000 (43%), 0.5 a second, about 19 min left",
        "2026-03-01T23:02:45Z acme/one: scoring: 460 of 1,000 (46%), 0.5 a second, about 18 min left",
        "2026-03-01T23:02:45Z acme/one: scoring: 460 of 1,000 in 2 min",
        "2026-03-01T23:02:45Z warning: the disk is slow",
    ]


def test_the_first_long_texts_foretell_no_end() -> None:
    clock = Clock()
    show, stream = lines(clock)
    with show.bar("scoring", 10_000) as advance:
        advance(0)
        for done in (6, 600):
            clock.at += 60
            advance(done)
            show.minute()
    first, second = (line for line in stream.getvalue().splitlines() if "a second" in line)
    assert "scoring: 6 of 10,000" in first and "left" not in first
    assert "scoring: 606 of 10,000" in second and "left" in second


def test_json_lines() -> None:
    clock = Clock()
    show, stream = lines(clock, json_lines=True)
    score_for_two_minutes(show, clock)
    said = [json.loads(line) for line in stream.getvalue().splitlines()]
    names = ["time", "level", "event", "message", "model", "suite", "done", "total", "rate", "eta"]
    assert all(list(line) == names for line in said)
    assert {(line["model"], line["suite"]) for line in said} == {("acme/one", "quick")}
    assert [line["event"] for line in said] == ["step", "step", *["progress"] * 4, "message"]
    assert (said[3]["done"], said[3]["total"], said[3]["rate"], said[3]["eta"]) == (430, 1000, 0.5, 1140)
    assert said[2]["rate"] is None and said[-1]["level"] == "warning"


def test_quiet_leaves_warnings_and_errors_alone() -> None:
    clock = Clock()
    show, stream = lines(clock, quiet=True)
    score_for_two_minutes(show, clock)
    show.error("acme/one: out of memory")
    assert stream.getvalue().splitlines() == [
        "2026-03-01T23:02:45Z warning: the disk is slow",
        "2026-03-01T23:02:45Z error: acme/one: out of memory",
    ]


def test_a_line_comes_every_minute_by_itself() -> None:
    clock = Clock(waits=3)
    show, stream = lines(clock)
    show.step("acme/one: loading")
    with show.running():
        pass
    assert [line[:20] for line in stream.getvalue().splitlines()] == [
        f"2026-03-01T{at}Z" for at in ("22:59:30", "23:00:30", "23:01:30", "23:02:30")
    ]


def test_a_secret_in_a_message_is_blanked() -> None:
    show, stream = lines(Clock(), json_lines=True)
    show.error("http://me:hunter2@here/v1 does not answer")
    assert "hunter2" not in stream.getvalue()


@pytest.mark.parametrize(("terminal", "quiet", "log", "bars"), [
    (True, False, "text", True), (True, True, "text", False), (True, False, "json", False), (False, False, "text", False),
])  # fmt: skip
def test_bars_are_for_terminals_alone(
    terminal: bool, quiet: bool, log: str, bars: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Stream(io.StringIO):
        def isatty(self) -> bool:
            return terminal

    monkeypatch.setattr("sys.stderr", Stream())
    monkeypatch.setenv("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    assert (type(progress(quiet=quiet, log=log)) is Progress) == bars
