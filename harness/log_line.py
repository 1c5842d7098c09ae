"""One line of a log: the time in UTC and a message, or one JSON object with the same fields every time."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Literal

from harness.scrub import scrub

Level = Literal["info", "warning", "error"]
FORMS = ("text", "json")
"""Forms of a log, the values of ``--log``."""
SITE_LOG = "LANDSCAPE_LOG"
"""The variable that carries ``harness site --log`` to the server."""


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")


@dataclass(frozen=True)
class Entry:
    """What a line says. ``done`` and ``total`` count what a bar counts, ``rate`` is in units a second, ``eta`` in seconds."""

    message: str
    level: Level = "info"
    event: str = "message"
    model: str | None = None
    suite: str | None = None
    done: int | None = None
    total: int | None = None
    rate: float | None = None
    eta: float | None = None


@dataclass(frozen=True)
class SiteEntry:
    """What a line of the site's log says; the last four are of a request alone: its path without the query, milliseconds."""

    message: str
    level: Level = "info"
    event: str = "message"
    error: str | None = None
    method: str | None = None
    path: str | None = None
    status: int | None = None
    ms: float | None = None


def as_text(entry: Entry | SiteEntry, time: datetime) -> str:
    """``2026-11-28T21:00:00Z message``; a warning or error is marked as one, and lines of a message are joined."""
    mark = "" if entry.level == "info" else f"{entry.level}: "
    return f"{stamp(time)} {mark}{_one_line(entry.message)}"


def as_json(entry: Entry | SiteEntry, time: datetime) -> str:
    """One JSON object: ``time``, ``level``, ``event``, ``message``, then the entry's other fields; what is not known is null."""
    fields = {name: scrub(value) if isinstance(value, str) else value for name, value in asdict(entry).items()}
    first = {"level": entry.level, "event": entry.event, "message": _one_line(entry.message)}
    return json.dumps(
        {"time": stamp(time), **first, **{n: v for n, v in fields.items() if n not in first}}, ensure_ascii=False
    )


def stamp(time: datetime) -> str:
    """A time in ISO 8601, UTC, whole seconds."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _one_line(text: str) -> str:
    """A text without secrets, on one line, and without the characters by which a terminal takes orders."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(scrub(text).split()))
