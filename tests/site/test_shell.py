"""The page that a browser loads first, and what of the server's answers it replaces."""

from __future__ import annotations

import asyncio
import json
import re
import struct
from pathlib import Path
from typing import Any

import pytest
import streamlit

from harness.site.server import asgi, shell

INNER = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"2"), (b"etag", b"x"), (b"vary", b"y")]


def _scope(path: str, method: str, query: bytes, speaks: bytes) -> asgi.Scope:
    headers = [(b"accept-language", speaks)] if speaks else []
    return {"type": "http", "path": path, "method": method, "query_string": query, "headers": headers}


def ask(
    path: str,
    *,
    method: str = "GET",
    status: int = 200,
    kind: bytes = b"text/html",
    query: bytes = b"",
    speaks: bytes = b"",
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

    asyncio.run(shell.Shell(inner)(_scope(path, method, query, speaks), receive, send))
    return dict(messages[0]["headers"]), b"".join(m["body"] for m in messages[1:])


@pytest.mark.parametrize("path", ["/", "/companies", "/nowhere", "/staticky"])
def test_a_page_is_the_sites_own(path: str) -> None:
    headers, body = ask(path)
    assert body.startswith(b"<!--") and b"<title>Landscape</title>" in body and b"documentElement.lang" in body
    assert headers == {b"content-type": b"text/html", b"vary": b"y", b"content-length": str(len(body)).encode()}


def test_a_page_names_the_modules_that_are_read_ahead() -> None:
    _, body = ask("/")
    named = re.search(rb'<meta name="ahead" content="([^"]+)">', body)
    assert named
    files = [Path(streamlit.__file__).parent / "static" / part for part in named[1].decode().split()]
    assert [file.name.partition(".")[0] for file in files] == list(shell.AHEAD) and all(f.is_file() for f in files)


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


@pytest.mark.parametrize(
    ("query", "speaks", "tag", "says"),
    [
        (b"", b"", b"en", b"Language models compared"),
        (b"lang=zh", b"en-GB,en", b"zh-Hans", "大语言模型".encode()),
        (b"", b"zh-CN,zh;q=0.9", b"zh-Hans", "大语言模型".encode()),
        (b"lang=en", b"zh-CN", b"en", b"Language models compared"),
        (b"lang=%3Cscript%3E", b"", b"en", b"Language models compared"),
    ],
)
def test_a_pages_head_speaks_the_visitors_language(query: bytes, speaks: bytes, tag: bytes, says: bytes) -> None:
    _, body = ask("/cost", query=query, speaks=speaks)
    assert b'<html lang="' + tag + b'">' in body
    description = re.search(rb'<meta name="description" content="([^"]*)">', body)
    assert description and says in description[1]
    assert b"_stcore/agent" not in body and body.count(b'rel="icon"') == 1


def test_the_manifest_and_its_icons_are_answered() -> None:
    headers, body = ask("/manifest.webmanifest")
    assert headers[b"content-type"] == b"application/manifest+json"
    icons = json.loads(body)["icons"]
    assert len(icons) == 3
    for icon in icons:
        headers, picture = ask(f"/{icon['src']}")
        assert headers[b"content-type"].decode() == icon["type"] and len(picture) == int(headers[b"content-length"])
        if picture.startswith(b"\x89PNG"):  # width and height stand in the header of a PNG
            assert struct.unpack(">II", picture[16:24]) == tuple(int(side) for side in icon["sizes"].split("x"))
    assert ask("/icon.svg", method="HEAD")[1] == b""


def test_below_a_base_path_its_files_are_answered_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell.config, "get_option", {"server.baseUrlPath": "/land/"}.__getitem__)
    assert ask("/land/icon.svg") == ask_at_root(monkeypatch, "/icon.svg")
    assert ask("/land/static/x.html")[1] == b"in"
    assert b"<title>Landscape</title>" in ask("/land/capability")[1]


def ask_at_root(monkeypatch: pytest.MonkeyPatch, path: str) -> tuple[dict[bytes, bytes], bytes]:
    """The answer of a site that is served at the root of its host."""
    with monkeypatch.context() as at_root:
        at_root.setattr(shell.config, "get_option", {"server.baseUrlPath": ""}.__getitem__)
        return ask(path)
