"""Addresses that are no page: where they lead, what the first page then says."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from harness.site.overview.no_such_page import nearest
from harness.site.server import asgi, shell
from harness.site.server.unknown_pages import UnknownPages
from tests.site.conftest import PAGES, Open, texts

HTML = (200, b"text/html; charset=utf-8")


def ask(path: str, query: str = "", answer: tuple[int, bytes] = HTML) -> tuple[int, dict[bytes, bytes], bytes]:
    """Status, headers and body, where the inner application answers as ``answer`` says, with the body ``page``."""

    async def inner(_scope: asgi.Scope, _receive: asgi.Receive, send: asgi.Send) -> None:
        await send({"type": "http.response.start", "status": answer[0], "headers": [(b"content-type", answer[1])]})
        await send({"type": "http.response.body", "body": b"pa", "more_body": True})
        await send({"type": "http.response.body", "body": b"ge"})

    messages: list[Any] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> dict[str, Any]:
        return {}

    scope: asgi.Scope = {"type": "http", "path": path, "method": "GET", "query_string": query.encode(), "headers": []}
    asyncio.run(UnknownPages(inner)(scope, receive, send))
    assert [m["type"] for m in messages].count("http.response.start") == 1
    return messages[0]["status"], dict(messages[0]["headers"]), b"".join(m["body"] for m in messages[1:])


@pytest.mark.parametrize("path", ["/", *(f"/{page}" for page in PAGES if page != "overview"), "/model/"])
def test_a_page_is_answered(path: str) -> None:
    assert ask(path) == (200, {b"content-type": HTML[1]}, b"page")


@pytest.mark.parametrize(
    ("path", "answer"),
    [("/static/a.html", HTML), ("/_stcore/health", HTML), ("/media/r.html", HTML), ("/favicon.png", (200, b"image/png")),
     ("/gone", (404, b"text/html")), ("/moved", (307, b"text/html"))],
)  # fmt: skip
def test_files_and_errors_stay_as_they_are(path: str, answer: tuple[int, bytes]) -> None:
    assert ask(path, answer=answer) == (answer[0], {b"content-type": answer[1]}, b"page")


@pytest.mark.parametrize(
    ("path", "query", "leads", "asked"),
    [
        ("/runs", "", "/", {"unknown": ["runs"]}),
        ("/runs/", "lang=zh&pins=a%2Cb", "/", {"lang": ["zh"], "pins": ["a,b"], "unknown": ["runs"]}),
        ("/a/b/c", "", "/", {"unknown": ["a/b/c"]}),
        ("/overview", "lang=en", "/", {"lang": ["en"]}),
        ("/index.html", "", "/", {}),
        ("//evil.example/x", "", "/", {"unknown": ["evil.example/x"]}),
        ("/\\evil.example", "", "/", {"unknown": ["\\evil.example"]}),
        ("/x", "unknown=y&unknown=z", "/", {"unknown": ["x"]}),
        ("/a\r\nSet-Cookie: b=c", "", "/", {"unknown": ["aSet-Cookie: b=c"]}),
        ("/<script>alert(1)</script>", "", "/", {"unknown": ["<script>alert(1)</script>"]}),
        ("/" + "x" * 900, "", "/", {"unknown": ["x" * 60]}),
        ("/方法论", "", "/", {"unknown": ["方法论"]}),
    ],
)
def test_another_path_leads_to_the_first_page_of_this_site(
    path: str, query: str, leads: str, asked: dict[str, list[str]]
) -> None:
    status, headers, body = ask(path, query)
    assert status == 302 and body == b"" and headers[b"content-length"] == b"0"
    location = headers[b"location"]
    assert location.isascii() and not set(location) & set(b"\r\n <>\\")
    # as a browser resolves it, against the address as it would send it
    found = urlsplit(
        urljoin("https://site.example" + path.replace("//", "/", 1).replace("\\", "%5C"), location.decode())
    )
    assert found.netloc == "site.example" and parse_qs(found.query) == asked
    assert found.path == leads


def test_below_a_base_path_it_leads_to_the_first_page_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell.config, "get_option", {"server.baseUrlPath": "/land/"}.__getitem__)
    assert ask("/land/")[0] == ask("/land/cost")[0] == 200
    for path in ("/land/prices", "/land/prices/", "/land/a/b"):
        status, headers, _ = ask(path)
        where = urlsplit(urljoin("https://site.example" + path, headers[b"location"].decode()))
        assert status == 302 and where.path == "/land/"


@pytest.mark.parametrize(
    ("wanted", "page"),
    [("runs", "runs_and_samples"), ("samples", "runs_and_samples"), ("Costs", "cost"), ("head-to-head", "head_to_head"),
     ("compny", "companies"), ("能力", "capability"), ("models/model", "model")],
)  # fmt: skip
def test_the_nearest_page_is_named(wanted: str, page: str) -> None:
    assert nearest(wanted)[0] == page


def test_what_is_like_no_page_has_none_near() -> None:
    assert nearest("wp-login.php") == [] and nearest("%%%") == []


@pytest.mark.parametrize(("language", "said"), [("en", "There is no page “"), ("zh", "没有“")])
def test_the_first_page_says_so_and_shows_what_was_sent_as_text(
    site: Open, filled: Path, language: str, said: str
) -> None:
    at = site(filled, unknown="runs<b>*x*</b>![](http://e.example/p.png)", lang=language)
    assert not at.exception and not at.error
    shown = next(info.value for info in at.info if said in info.value)
    assert "\\<b\\>\\*x\\*" in shown and "\\!\\[\\]\\(" in shown
    assert at.title, "the rest of the page is there"
    plain = site(filled, lang=language)
    assert not [info for info in plain.info if said in info.value], texts(plain)[:200]


def test_the_nearest_pages_are_linked_in_the_readers_language(site: Open, filled: Path) -> None:
    at = site(filled, unknown="runs", lang="zh")
    link = next(e.proto for e in at.get("page_link") if e.proto.label == "运行与样本")
    assert link.page == "runs_and_samples" and "lang=zh" in link.query_string
