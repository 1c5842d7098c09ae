"""Progress where nobody watches a terminal: a time-stamped line at every step and every minute, on standard error."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TextIO

from harness.errors import BadInput
from harness.log_line import FORMS, Entry, Level, as_json, as_text
from harness.runs.progress import Progress, duration, plan_lines

if TYPE_CHECKING:
    from harness.runs.plan import Plan

MINUTE = 60.0
RATE_MINUTES = 10
"""Minutes over which a rate is taken: long enough for batches of uneven size, short enough to follow a task's end."""
LEAST_DONE = 0.01
"""Share of the work from which its rate says something of the rest: the longest requests come first."""


class Gauge:
    """How far some work is: done of ``total``, units a second over the last minutes, and seconds left."""

    def __init__(self, title: str, total: int, seconds: Callable[[], float]) -> None:
        self.title, self.total, self.done = title, total, 0
        self._seconds = seconds
        self._marks: deque[tuple[float, int]] = deque(maxlen=RATE_MINUTES + 1)

    def advance(self, number: int) -> None:
        """Count work done. The first call is what an earlier process did: it counts, but not as this one's pace."""
        self.done += number
        if not self._marks:
            self.mark()

    def mark(self) -> None:
        """Remember how far the work is now."""
        self._marks.append((self._seconds(), self.done))

    def rate(self) -> float | None:
        """Units a second since the oldest mark; None where nothing was done since."""
        if not self._marks:
            return None
        then, before = self._marks[0]
        spent = self._seconds() - then
        return (self.done - before) / spent if spent > 0 and self.done > before else None

    def left(self) -> float | None:
        """Seconds until all is done, at this rate; None at the very beginning, where long texts stand for all."""
        rate = self.rate() if self.done >= LEAST_DONE * self.total else None
        return (self.total - self.done) / rate if rate else None


class LogLines(Progress):
    """Progress as lines of a log. ``quiet`` leaves warnings and errors alone; clocks and waiting can be given by a test.

    ``wait`` sleeps so many seconds and returns whether the command has ended; without it a thread does, until ``close``.
    """

    def __init__(
        self,
        stream: TextIO,
        *,
        json_lines: bool = False,
        quiet: bool = False,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        seconds: Callable[[], float] = time.monotonic,
        wait: Callable[[float], bool] | None = None,
    ) -> None:
        super().__init__()
        self._stream, self._line, self._quiet = stream, as_json if json_lines else as_text, quiet
        self._now, self._seconds = now, seconds
        self._ended, self._lock = threading.Event(), threading.Lock()
        self._wait = wait or self._ended.wait
        self._model: str | None = None
        self._suite: str | None = None
        self._gauge: Gauge | None = None
        self._step = ("", 0.0)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Log every minute while the block runs."""
        thread = threading.Thread(target=self._every_minute, name="log", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join(timeout=1)

    def job(self, model: str, suite: str) -> None:
        """The model and suite of the lines that follow."""
        self._model, self._suite = model or None, suite or None

    def step(self, text: str) -> None:
        """A line, and the step that is named every minute until the next."""
        self._step = (text, self._seconds())
        self._write(text, event="step")

    def say(self, text: str) -> None:
        """A line."""
        self._write(text)

    def warn(self, text: str) -> None:
        """A line, also where only warnings and errors are wanted."""
        self._write(text, level="warning")

    def error(self, text: str) -> None:
        """A line, in any case."""
        self._write(text, level="error")

    def plan(self, plan: Plan) -> None:
        """The plan, a line a sentence."""
        for line in plan_lines(plan):
            self._write(line, event="plan")

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """A line at the start, at every minute and at the end; call what is yielded with the number done."""
        gauge, started = Gauge(title, total, self._seconds), self._seconds()
        self._gauge = gauge
        self._write(f"{title}: {total:,} to do", event="progress", gauge=gauge)
        try:
            yield gauge.advance
        finally:
            self._gauge = None
        took = duration(self._seconds() - started)
        self._write(f"{title}: {gauge.done:,} of {total:,} in {took}", event="progress", gauge=gauge)

    def minute(self) -> None:
        """Write how far the work is."""
        gauge, (step, since) = self._gauge, self._step
        if gauge is None:
            if step:
                self._write(f"{step}: for {duration(self._seconds() - since)}", event="step")
            return
        rate, left = gauge.rate(), gauge.left()
        text = f"{gauge.title}: {gauge.done:,} of {gauge.total:,} ({gauge.done / max(gauge.total, 1):.0%})"
        text += f", {rate:.3g} a second" if rate else ""
        text += f", about {duration(left)} left" if left else ""
        self._write(text, event="progress", gauge=gauge)
        gauge.mark()

    def _every_minute(self) -> None:
        while not self._wait(MINUTE):
            self.minute()

    def _write(self, text: str, *, level: Level = "info", event: str = "message", gauge: Gauge | None = None) -> None:
        if self._quiet and level == "info":
            return
        text = text.removeprefix("harness: ")  # a level says as much
        entry = Entry(text, level, event, self._model, self._suite)
        if gauge is not None:
            entry = Entry(
                text, level, event, self._model, self._suite, gauge.done, gauge.total, gauge.rate(), gauge.left()
            )
        with self._lock:
            self._stream.write(self._line(entry, self._now()) + "\n")
            self._stream.flush()


def progress(*, quiet: bool, log: str) -> Progress:
    """Progress as a command's options and its standard error ask for: bars on a terminal, else lines.

    Raises:
        BadInput: ``log`` is no form of a log.
    """
    if log not in FORMS:
        raise BadInput(f"--log is {log!r}; give {' or '.join(FORMS)}.")
    if sys.stderr.isatty() and not quiet and log == "text":
        return Progress()
    os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")  # read as the hub's library is imported
    return LogLines(sys.stderr, json_lines=log == "json", quiet=quiet)
