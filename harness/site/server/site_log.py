"""The site's log in one form: a line a request and a line a message, as text or as JSON, on standard error.

``harness site --log text|json`` (or ``LANDSCAPE_LOG``) asks for it; without, there are Streamlit's own messages and no line a
request. A request is its path alone: what a query says (a search, a choice, a code of a sign-in) names people. An
open page is a websocket; its line comes as it ends, with how long it was open.
"""

from __future__ import annotations

import logging
import os
import re
import sys
import time
import traceback
from collections.abc import Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any, TextIO

from harness.errors import BadInput
from harness.log_line import FORMS, SITE_LOG, Level, SiteEntry, as_json, as_text
from harness.site.server.asgi import Application, Receive, Scope, Send

LONGEST = 200
"""Characters of a path that a line has; no path of the site is as long."""
PROBES = re.compile(r"/(healthz|readyz|_stcore/health)$")
"""Paths that monitors ask every few seconds: answered well they are no line, so that a day's log is of visitors."""
_requests = logging.getLogger("landscape.site.requests")


def form_from_environment() -> str:
    """text, json, or empty where nobody asked for a log.

    Raises:
        BadInput: the variable holds something else.
    """
    form = os.environ.get(SITE_LOG, "").strip().lower()
    if form and form not in FORMS:
        raise BadInput(f"{SITE_LOG} is {form!r}; give {' or '.join(FORMS)}.")
    return form


class LineFormatter(logging.Formatter):
    """Log records as lines of the site's log."""

    def __init__(self, form: str) -> None:
        super().__init__()
        self._line: Callable[[SiteEntry, datetime], str] = as_json if form == "json" else as_text

    def format(self, record: logging.LogRecord) -> str:
        """One line, without its end; a text has the traceback below it, JSON in ``error``."""
        at = datetime.fromtimestamp(record.created, UTC)
        if (entry := getattr(record, "entry", None)) is not None:
            return self._line(entry, at)
        level: Level = (
            "error" if record.levelno >= logging.ERROR else "warning" if record.levelno >= logging.WARNING else "info"
        )
        error = (
            "".join(traceback.format_exception(*record.exc_info)) if record.exc_info and record.exc_info[1] else None
        )
        line = self._line(SiteEntry(record.getMessage(), level, error=error), at)
        return f"{line}\n{error.rstrip()}" if error and self._line is as_text else line


def install(form: str, stream: TextIO | None = None) -> None:
    """Give every logger of this process the site's form, on ``stream`` (standard error). Nothing without a form."""
    if not form:
        return
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(LineFormatter(form))
    logging.root.handlers[:] = [handler]
    logging.root.setLevel(logging.INFO)
    for logger in list(logging.root.manager.loggerDict.values()):
        if isinstance(logger, logging.Logger) and logger.handlers:
            logger.handlers[:] = []
            logger.propagate = True
    _keep_streamlit_from_own_handlers()


def _keep_streamlit_from_own_handlers() -> None:
    """Streamlit gives each of its loggers a handler as it is made, also later; from now on they pass to the root's."""
    from streamlit import logger as streamlits

    def passing(logger: logging.Logger) -> None:
        logger.propagate = True

    def get_logger(name: str) -> logging.Logger:
        made: logging.Logger = own(name)
        made.propagate = True
        return made

    own = getattr(streamlits.get_logger, "__wrapped__", streamlits.get_logger)
    get_logger.__wrapped__ = own  # type: ignore[attr-defined]
    streamlits.setup_formatter = passing
    streamlits.get_logger = get_logger


class RequestLog:
    """An ASGI application around another: a line of the log for each request and each page that was open."""

    def __init__(self, application: Application, seconds: Callable[[], float] = time.monotonic) -> None:
        self._application, self._seconds = application, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        began, status = self._seconds(), 500

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            elif message["type"] == "websocket.accept":
                status = 101
            elif message["type"] == "websocket.close" and status != 101:
                status = 403  # what the server answers to a websocket that is not accepted
            await send(message)

        try:
            await self._application(scope, receive, sending)
        finally:
            if status != 200 or not PROBES.search(scope["path"]):
                _requests.log(logging.INFO, "request", extra={"entry": _entry(scope, status, self._seconds() - began)})


def _entry(scope: Scope, status: int, seconds: float) -> SiteEntry:
    visit = scope["type"] == "websocket"
    method, path = ("GET" if visit else str(scope["method"])), str(scope["path"])[:LONGEST]
    ms = round(seconds * 1000, 1)
    failed = status >= 500 and not PROBES.search(scope["path"])  # a probe's 503 is an answer
    level: Level = "error" if failed else "warning" if status in (403, 429, 503) else "info"
    words = f"{method} {path} {status} {ms:g} ms"
    return SiteEntry(words, level, "visit" if visit else "request", method=method, path=path, status=status, ms=ms)
