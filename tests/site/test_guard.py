"""The wall around the server: foreign hosts, closed paths, and the headers of every answer."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from harness.errors import BadInput
from harness.site.server import asgi, guard

PASSED = 299
"""The status of the application behind the wall: where an answer has it, the request went through."""


async def behind(scope: asgi.Scope, _receive: asgi.Receive, send: asgi.Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept", "headers": [(b"server", b"inner")]})
    else:
        await send(
            {
                "type": "http.response.start",
                "status": PASSED,
                "headers": [(b"Server", b"inner"), (b"X-Frame-Options", b"SAMEORIGIN")],
            }
        )
        await send({"type": "http.response.body", "body": b"in"})


def ask(kind: str = "http", *, path: str = "/", method: str = "GET", **sent: str | list[str]) -> list[dict[str, Any]]:
    """What a request's sender gets; ``sent`` are headers (``host``: ours where none is given)."""
    values = {"host": "localhost:8501", **sent}
    pairs = [
        (name.encode(), value.encode())
        for name, several in values.items()
        for value in ([several] if isinstance(several, str) else several)
    ]
    scope = {
        "type": kind,
        "path": path,
        "headers": pairs,
        "server": ("127.0.0.1", 8501),
        **({"method": method} if kind == "http" else {}),
    }
    messages: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": f"{kind}.connect"}

    async def send(message: Any) -> None:
        messages.append(dict(message))

    asyncio.run(guard.Guard(behind, frozenset({"board.example.org"}))(scope, receive, send))
    return messages


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:80", "[::1]:8501", "Board.Example.Org.:443"])
def test_known_hosts_come_through(host: str) -> None:
    assert ask(host=host)[0]["status"] == PASSED
    assert (
        ask("websocket", path="/_stcore/stream", host=host, origin=f"https://{host}")[0]["type"] == "websocket.accept"
    )


@pytest.mark.parametrize(
    "host",
    ["rebound.example", "rebound.example:8501", "REBOUND.example.", "10.0.0.9:8501", "", "localhost@rebound.example"],
)
def test_a_foreign_host_is_refused_though_the_origin_matches(host: str) -> None:
    refused = ask(host=host, origin=f"http://{host}")
    assert (refused[0]["status"], len(refused)) == (403, 2)
    if host:
        assert host.encode() not in refused[1]["body"], "the header is not repeated to its sender"
    assert ask("websocket", path="/_stcore/stream", host=host, origin=f"http://{host}") == [
        {"type": "websocket.close", "code": 1008}
    ]


def test_no_host_and_two_hosts_are_refused() -> None:
    assert ask(host=[])[0]["status"] == 403
    assert ask(host=["localhost", "rebound.example"])[0]["status"] == 403


@pytest.mark.parametrize(
    "origin", ["http://rebound.example", "null", "http://localhost.rebound.example:8501", "http://[::1", "file://"]
)
def test_another_sites_page_opens_no_websocket(origin: str) -> None:
    assert ask("websocket", path="/_stcore/stream", origin=origin)[0]["type"] == "websocket.close"


@pytest.mark.parametrize(
    "path",
    [
        "/_stcore/metrics",
        "/_stcore/metrics/",
        "/under/_stcore/metrics",
        "/_stcore/agent/mcp",
        "/_stcore/upload_file/a/b",
    ],
)
def test_figures_programs_and_uploads_are_closed(path: str) -> None:
    assert ask(path=path)[0]["status"] == 404
    assert ask(path="/_stcore/health")[0]["status"] == PASSED


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE"])
def test_nothing_is_taken_in(method: str) -> None:
    assert ask(method=method)[0]["status"] == 405


def test_every_answer_carries_the_headers_once_and_no_banner() -> None:
    answers = [
        ask()[0],
        ask(host="rebound.example")[0],
        ask(path="/_stcore/metrics")[0],
        ask(method="PUT")[0],
        ask("websocket")[0],
    ]
    for answer in answers:
        names = [name.lower() for name, _ in answer["headers"]]
        assert names.count(b"x-frame-options") == 1 and b"server" not in names
        sent = {name: value.decode() for name, value in answer["headers"]}
        assert (sent[b"x-frame-options"], sent[b"x-content-type-options"], sent[b"referrer-policy"]) == (
            "DENY",
            "nosniff",
            "no-referrer",
        )
        assert "frame-ancestors 'none'" in sent[b"content-security-policy"]


def test_the_policy_allows_the_pages_own_scripts_and_no_others() -> None:
    page = "<script>alert('Hello, world.');</script><script src=x></script>"  # the standard's example of a hash
    policy = dict(part.split(" ", 1) for part in guard.policy(page).split("; "))
    assert policy["script-src"] == "'self' 'sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=' 'wasm-unsafe-eval'"
    assert policy["default-src"] == "'none'"
    assert not re.search(r"'unsafe-eval|\*|https?:", " ".join(policy.values()))


def test_named_sites_may_frame_the_pages_and_no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_FRAMES", "https://board.example.org/, http://[::1]:8000")
    sent = dict(guard.headers())
    assert b"frame-ancestors https://board.example.org http://[::1]:8000" in sent[b"content-security-policy"]
    assert b"x-frame-options" not in sent


@pytest.mark.parametrize(
    "wrong", ["*", "board.example.org", "https://a.example/page", "https://a.example; script-src *"]
)
def test_what_is_no_origin_frames_nothing(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("LANDSCAPE_FRAMES", wrong)
    with pytest.raises(BadInput, match="LANDSCAPE_FRAMES"):
        guard.headers()
