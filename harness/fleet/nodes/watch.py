"""Progress of one model as its process's log tells it: suite, items done, rate, time left, and since when nothing has moved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

MOST_PROBLEMS = 5
"""Of the errors that a process logs, the last so many are kept for the sentence that is shown."""


@dataclass(frozen=True)
class Shown:
    """How far a model is. ``doing`` is the step in words; ``rate`` is items a second, ``left`` seconds; None is not known.

    ``moved`` is the second at which it last made progress; ``sealed`` are suites that it has left behind without an error.
    """

    moved: float
    suite: str | None = None
    doing: str = ""
    done: int | None = None
    total: int | None = None
    rate: float | None = None
    left: float | None = None
    problems: tuple[str, ...] = ()
    sealed: int = 0
    failed: bool = False


def after(shown: Shown, line: str, now: float) -> Shown:
    """The progress after one more line of a log; what is no JSON object (a library's warning) changes nothing.

    A line that repeats a step, or a count that has not grown, is written every minute and is no progress.
    """
    try:
        entry: Any = json.loads(line)
    except (ValueError, RecursionError):
        return shown
    if not isinstance(entry, dict) or not isinstance(entry.get("message"), str):
        return shown
    message, event = entry["message"], entry.get("event")
    suite = entry.get("suite") if isinstance(entry.get("suite"), str) else shown.suite
    if suite != shown.suite:
        behind = shown.suite is not None and not shown.failed
        shown = replace(shown, sealed=shown.sealed + behind, failed=False)
    if entry.get("level") == "error":
        shown = replace(shown, problems=(*shown.problems, message)[-MOST_PROBLEMS:], failed=True)
    if event == "progress":
        return _counted(replace(shown, suite=suite), entry, message.split(":")[-2] if ":" in message else message, now)
    if event == "step" and shown.doing and message.startswith(f"{shown.doing}: for "):
        return shown
    doing = message if event == "step" else shown.doing
    return replace(shown, suite=suite, doing=doing, done=None, total=None, rate=None, left=None, moved=now)


def _counted(shown: Shown, entry: Mapping[str, Any], title: str, now: float) -> Shown:
    """The progress after a line with counts."""
    done, total = _whole(entry.get("done")), _whole(entry.get("total"))
    title = title.strip()
    moved = (title, done, total) != (shown.doing, shown.done, shown.total)
    return replace(
        shown,
        doing=title,
        done=done,
        total=total,
        rate=_positive(entry.get("rate")),
        left=_positive(entry.get("eta")),
        moved=now if moved else shown.moved,
    )


def hung(shown: Shown, now: float, minutes: float) -> bool:
    """Whether nothing has moved for so many minutes."""
    return now - shown.moved >= minutes * 60


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _positive(value: object) -> float | None:
    return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0 else None
