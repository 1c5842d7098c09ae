"""The page that a browser loads first, and what of the server's answers it replaces."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from harness.site.server import asgi, shell

INNER = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"2"), (b"etag", b"x"), (b"vary", b"y")]


def ask(
    path: str, *, method: str = "GET", status: int = 200, kind: bytes = b"text/html"
) -> tuple[dict[bytes, bytes], bytes]:
    """Headers and body of an answer whose inner body comes in two parts, ``in``."""

    async def inner(_scope: asgi.Scope, _receive: asgi.Receive, send: asgi.Send) -> None:
        await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", kind), *INNER[1:]]})
        await send({"type": "http.response.body", "body": b"i", "more_body": True})
        await send({"type": "http.response.body", "body": b"n"})

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    asyncio.run(shell.Shell(inner)({"type": "http", "path": path, "method": method}, receive, send))
    return dict(messages[0]["headers"]), b"".join(m["body"] for m in messages[1:])


@pytest.mark.parametrize("path", ["/", "/companies", "/nowhere", "/staticky"])
def test_a_page_is_the_sites_own(path: str) -> None:
    headers, body = ask(path)
    assert body.startswith(b"<!--") and b"<title>Landscape</title>" in body and b"documentElement.lang" in body
    assert headers == {b"content-type": b"text/html", b"vary": b"y", b"content-length": str(len(body)).encode()}


def test_a_pages_head_has_no_body() -> None:
    headers, body = ask("/", method="HEAD")
    assert body == b"" and int(headers[b"content-length"]) > 1000


@pytest.mark.parametrize(
    ("path", "changed"),
    [("/media/report.html", {}), ("/static/x.html", {}), ("/", {"status": 404}), ("/icon.png", {"kind": b"image/png"})],
)
def test_files_and_errors_stay_as_they_are(path: str, changed: dict[str, Any]) -> None:
    headers, body = ask(path, **changed)
    assert (body, headers[b"content-length"], headers[b"etag"]) == (b"in", b"2", b"x")
