"""The site's log: a line a request without what its query says, a line a message in the same form, secrets blanked."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from harness import log_line
from harness.errors import BadInput
from harness.site.server import asgi, site_log

NAMES = ["time", "level", "event", "message", "error", "method", "path", "status", "ms"]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What the log gets; every logger as it was afterwards."""
    from streamlit import logger as streamlits

    loggers = [logging.root, *(v for v in logging.root.manager.loggerDict.values() if isinstance(v, logging.Logger))]
    before = [(item, list(item.handlers), item.level, item.propagate) for item in loggers]
    own = streamlits.get_logger, streamlits.setup_formatter
    yield io.StringIO()
    for item, handlers, level, propagate in before:
        item.handlers[:], item.level, item.propagate = handlers, level, propagate
    streamlits.get_logger, streamlits.setup_formatter = own


def visit(scope: asgi.Scope, *messages: dict[str, Any]) -> None:
    """One request through the log; the application answers with ``messages`` and 42 ms pass."""
    clock = iter([10.0, 10.042])

    async def application(_scope: asgi.Scope, _receive: asgi.Receive, send: asgi.Send) -> None:
        for message in messages:
            await send(message)
        if not messages:
            raise RuntimeError("broken")

    async def receive() -> Any:
        return {}

    async def send(_message: Any) -> None:
        pass

    logged = site_log.RequestLog(application, seconds=lambda: next(clock))
    asyncio.run(logged(scope, receive, send))


def lines(written: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in written.getvalue().splitlines()]


def test_a_request_is_its_path_its_status_and_its_time(written: io.StringIO) -> None:
    site_log.install("json", written)
    scope = {"type": "http", "method": "GET", "path": "/capability", "query_string": b"search=Ada+Lovelace",
             "headers": [(b"cookie", b"_streamlit_user=abc")]}  # fmt: skip
    visit(scope, {"type": "http.response.start", "status": 200}, {"type": "http.response.body"})
    line = lines(written)[0]
    assert list(line) == NAMES
    assert (line["event"], line["method"], line["path"], line["status"], line["ms"]) == (
        "request", "GET", "/capability", 200, 42.0,
    )  # fmt: skip
    assert "Ada" not in written.getvalue() and "cookie" not in written.getvalue()


@pytest.mark.parametrize(
    ("messages", "status", "level"),
    [
        ([{"type": "websocket.accept"}, {"type": "websocket.close"}], 101, "info"),
        ([{"type": "websocket.close"}], 403, "warning"),
    ],
)
def test_an_open_page_is_a_line_as_it_ends(
    written: io.StringIO, messages: list[dict[str, Any]], status: int, level: str
) -> None:
    site_log.install("json", written)
    visit({"type": "websocket", "path": "/_stcore/stream"}, *messages)
    line = lines(written)[0]
    assert (line["event"], line["status"], line["level"]) == ("visit", status, level)


def test_probes_that_are_answered_well_are_no_line(written: io.StringIO) -> None:
    site_log.install("json", written)
    for status in (200, 503):
        scope = {"type": "http", "method": "GET", "path": "/land/healthz", "headers": []}
        visit(scope, {"type": "http.response.start", "status": status}, {"type": "http.response.body"})
    assert [line["status"] for line in lines(written)] == [503]


def test_a_request_that_breaks_is_an_error_and_a_forged_line_stays_one(written: io.StringIO) -> None:
    site_log.install("text", written)
    path = "/a\n2026-01-01T00:00:00Z GET /forged 200 1 ms" + "x" * 500
    with pytest.raises(RuntimeError):
        visit({"type": "http", "method": "GET", "path": path, "headers": []})
    assert len(written.getvalue().splitlines()) == 1 and len(written.getvalue()) < 300
    assert " error: GET /a 2026" in written.getvalue()


def test_a_path_has_no_power_over_the_terminal(written: io.StringIO) -> None:
    site_log.install("text", written)
    path = "/a\x1b[2J\x1b]0;b\x07\x9b31m"
    visit({"type": "http", "path": path, "method": "GET"}, {"type": "http.response.start", "status": 200})
    as_a_person = log_line.as_text(log_line.SiteEntry(f"GET {path}"), datetime(2026, 11, 30, tzinfo=UTC))
    for line in (written.getvalue(), as_a_person):
        assert not [c for c in line if c != "\n" and (ord(c) < 32 or 126 < ord(c) < 160)], line
        assert "/a" in line and "[2J" in line


def test_messages_of_streamlit_and_ours_have_the_same_form(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    from streamlit import logger as streamlits

    monkeypatch.setenv("ACME_API_KEY", "k-verysecret-1234")
    site_log.install("json", written)
    streamlits.get_logger("streamlit.made.later").warning("careful")
    streamlits.update_formatter()  # as Streamlit does once it has read its settings
    logging.getLogger("uvicorn.error").error("down")
    try:
        raise ValueError("k-verysecret-1234")
    except ValueError:
        logging.getLogger("landscape.site").exception("page %s failed", "cost")
    found = lines(written)
    assert [(line["level"], line["message"]) for line in found] == [
        ("warning", "careful"), ("error", "down"), ("error", "page cost failed"),
    ]  # fmt: skip
    assert all(list(line) == NAMES and line["event"] == "message" for line in found)
    assert "Traceback" in found[2]["error"] and "verysecret" not in written.getvalue()


def test_without_a_form_nothing_changes_and_a_wrong_one_is_refused(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = list(logging.root.handlers)
    monkeypatch.delenv("LANDSCAPE_LOG", raising=False)
    site_log.install(site_log.form_from_environment(), written)
    assert logging.root.handlers == before
    monkeypatch.setenv("LANDSCAPE_LOG", "xml")
    with pytest.raises(BadInput, match="LANDSCAPE_LOG is 'xml'; give text or json"):
        site_log.form_from_environment()
