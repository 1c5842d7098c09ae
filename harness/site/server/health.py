"""Health of the site over HTTP: whether the database opens and how old it is, and whether the pages are warm.

``/healthz`` is 200 while the database can be read, ``/readyz`` from when the first pages are computed as well; else 503
with the reason. An answer has times and a version, and no name of a model, vendor, run or folder: it is given to
everybody whose request passes the wall, signed in or not. Streamlit's own ``/_stcore/health`` says that the process lives.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from harness import __version__, places
from harness.errors import LandscapeError
from harness.log_line import stamp
from harness.site.server import shell, warm
from harness.site.server.asgi import Application, Receive, Scope, Send

if TYPE_CHECKING:
    from harness.store.reader import Reader

PATHS = ("/healthz", "/readyz")
EVERY_S = 1.0
"""Between two looks at the database, however many ask."""
ABSENT = "There is no database yet: harness db rebuild makes it."
COLD = "The pages are being computed for the first time."
UNREADABLE = "The database cannot be read; the log says why."
_PLACE = re.compile(r"://|(?<![\w.])/\w")
_log = logging.getLogger("landscape.site")


class Health:
    """What the database says of itself, looked at once a second at most, by one thread."""

    def __init__(self, reader: Callable[[], Reader], seconds: Callable[[], float] = time.monotonic) -> None:
        self._reader, self._seconds = reader, seconds
        self._lock = threading.Lock()
        self._said: tuple[float, dict[str, Any]] | None = None
        self._reason = ""

    def now(self) -> dict[str, Any]:
        """The document of ``/healthz``: ``status`` is ok, or failing with the ``reason``."""
        if not self._lock.acquire(blocking=self._said is None) and self._said is not None:
            return self._said[1]  # somebody else is looking, and a URL may take long to answer
        try:
            if self._said is None or self._seconds() - self._said[0] >= EVERY_S:
                self._said = (self._seconds(), self._look())
            return self._said[1]
        finally:
            self._lock.release()

    def _look(self) -> dict[str, Any]:
        try:
            found = _described(self._reader())
            reason = why = "" if found else ABSENT
        except LandscapeError as error:
            why = str(error).splitlines()[0]
            found, reason = {}, _without_places(why)
        except Exception as error:
            why = reason = f"The database cannot be read ({type(error).__name__}); the log says why."
            found = {}
            _log.exception("the database cannot be read")
        if reason != self._reason and reason:
            _log.error("the site is not healthy: %s", why)  # once, not at every probe
        self._reason = reason
        head = {"status": "failing" if reason else "ok", "version": __version__}
        return head | ({"reason": reason} if reason else found)


class HealthPaths:
    """An ASGI application around another: answers ``/healthz`` and ``/readyz``."""

    def __init__(self, application: Application, health: Health | None = None) -> None:
        self._application = application
        self._health = health or Health(_newest)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = shell.path(scope) if scope["type"] == "http" else ""
        if path not in PATHS:
            await self._application(scope, receive, send)
            return
        said = await asyncio.to_thread(self._health.now)
        if path == "/readyz" and said["status"] == "ok" and not warm.DONE.is_set():
            said = {"status": "starting", "version": __version__, "reason": COLD}
        body = json.dumps(said, ensure_ascii=False).encode() + b"\n"
        head = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
                (b"cache-control", b"no-store")]  # fmt: skip
        status = 200 if said["status"] == "ok" else 503
        await send({"type": "http.response.start", "status": status, "headers": head})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _described(reader: Reader) -> dict[str, Any]:
    """Generation and age of the database, day of the catalog, time of the last run of ours; nothing where there is none."""
    if reader.empty:
        return {}
    row = reader.rows("health")[0]
    inode, nanoseconds = reader.generation
    published = datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    return {
        "database": {
            "generation": f"{inode:x}-{nanoseconds:x}",
            "published": stamp(published),
            "age_s": max(0, round((datetime.now(UTC) - published).total_seconds())),
        },
        "catalog": _text(row["catalog"]),
        "last_run": _text(row["last_run"]),
    }


def _text(value: date | datetime | None) -> str | None:
    if isinstance(value, datetime):
        return stamp(value.replace(tzinfo=UTC))
    return value.isoformat() if value is not None else None


def _without_places(sentence: str) -> str:
    """A sentence with the database's name in place of its path, which is nobody's business over HTTP, as are URLs."""
    path = places.database()
    sentence = sentence.replace(str(path), path.name).replace(str(path.parent), "its folder")
    return UNREADABLE if _PLACE.search(sentence) else sentence


def _newest() -> Reader:
    from harness.site.server import view

    return view.GENERATIONS.newest()
