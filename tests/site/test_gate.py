"""The gate before every page: what passes signed out, signed in, and with an address that is not let in."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from harness.access.sign_in import SignIn
from harness.site.server import asgi
from harness.site.server.sign_in import gate

SECRET = "0123456789abcdef0123456789abcdef"
PASSED = 299
READER = {"is_logged_in": True, "email": "grace@example.org", "origin": "http://localhost"}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "get_cookie_secret", lambda: SECRET)
    monkeypatch.setattr(gate, "encode_provider_token", lambda provider: f"token-{provider}")


def cookie(claims: dict[str, Any], secret: str = SECRET) -> str:
    value = create_signed_value(secret, "_streamlit_user", json.dumps(claims)).decode()
    return f"_streamlit_user={value}"


def ask(
    path: str, sent: str = "", *, kind: str = "http", query: str = "", secure: bool = False, answers: Any = None
) -> list[dict[str, Any]]:
    """What one request gets; behind the gate every request is answered with PASSED, or with ``answers``."""
    messages: list[dict[str, Any]] = []

    async def behind(_scope: asgi.Scope, _receive: asgi.Receive, send: asgi.Send) -> None:
        if kind == "websocket":
            await send({"type": "websocket.accept"})
            return
        await send(answers or {"type": "http.response.start", "status": PASSED, "headers": []})
        await send({"type": "http.response.body", "body": b"data"})

    async def receive() -> Any:
        return {}

    async def send(message: Any) -> None:
        messages.append(dict(message))

    scope = {"type": kind, "path": path, "query_string": query.encode(), "headers": [(b"cookie", sent.encode())] if sent else [],
             **({"method": "GET"} if kind == "http" else {})}  # fmt: skip
    required = SignIn(Path("x"), secure, frozenset({"example.org"}))
    asyncio.run(gate.Gate(behind, required)(scope, receive, send))
    return messages


def header(message: dict[str, Any], name: str) -> list[str]:
    return [value.decode() for key, value in message["headers"] if key == name.encode()]


ASKED = [
    "/",
    "/capability",
    "/media/abc.csv",
    "/_stcore/host-config",
    "/static/app.js",
    "/auth/login/x",
    "/component/x",
    "/~/+/",
]


@pytest.mark.parametrize("path", ASKED)
@pytest.mark.parametrize(
    "sent",
    [
        "",
        "_streamlit_user=forged",
        cookie(READER, "another-secret-another-secret-xx"),
        cookie({**READER, "is_logged_in": False}),
        cookie({**READER, "is_logged_in": "true"}),
    ],
)
def test_signed_out_nothing_passes(path: str, sent: str) -> None:
    start, body = ask(path, sent)
    assert start["status"] == 401 and b"data" not in body["body"] and b"<script" not in body["body"]
    assert header(start, "cache-control") == ["no-store"]


def test_signed_out_no_websocket_opens_and_signed_in_it_does() -> None:
    assert ask("/_stcore/stream", kind="websocket") == [{"type": "websocket.close", "code": 1008}]
    assert ask("/_stcore/stream", cookie(READER), kind="websocket") == [{"type": "websocket.accept"}]
    other = cookie({**READER, "email": "eve@evil.com"})
    assert ask("/_stcore/stream", other, kind="websocket") == [{"type": "websocket.close", "code": 1008}]


@pytest.mark.parametrize("path", ["/_stcore/health", "/auth/login", "/auth/logout", "/oauth2callback", "/icon.svg"])
def test_the_way_in_is_open(path: str) -> None:
    assert ask(path)[0]["status"] == PASSED


@pytest.mark.parametrize("path", ASKED)
def test_signed_in_all_passes_and_an_address_that_is_not_let_in_gets_nothing(path: str) -> None:
    assert ask(path, cookie(READER))[0]["status"] == PASSED
    start, body = ask(path, cookie({**READER, "email": "<b>eve</b>@evil.com"}))
    assert start["status"] == 403 and b"data" not in body["body"]
    assert b"&lt;b&gt;eve" in body["body"] and b"/auth/logout" in body["body"]


@pytest.mark.parametrize("other", ['app={"a": 1}', "bad name=1", "b[x]=2", "a=é", "flag", "a=b c"])
def test_another_applications_odd_cookie_signs_nobody_out(other: str) -> None:
    assert ask("/", f"{other}; {cookie(READER)}")[0]["status"] == PASSED
    assert ask("/", f"{cookie(READER)}; {other}")[0]["status"] == PASSED


def test_a_sign_in_of_more_than_a_week_ago_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = cookie(READER)
    monkeypatch.setattr(gate, "SESSION_DAYS", -1.0)
    assert ask("/", sent)[0]["status"] == 401


def test_the_page_asked_for_is_shown_after_the_sign_in() -> None:
    _, body = ask("/land/capability", query="tab=runs&lang=zh")
    assert b'href="/sign-in?to=%2Fland%2Fcapability%3Ftab%3Druns%26lang%3Dzh"' in body["body"]
    begun = ask("/sign-in", query="to=" + quote("/capability?tab=runs&lang=zh", safe=""))[0]
    assert (begun["status"], header(begun, "location")) == (302, ["/auth/login?provider=token-default"])
    kept = header(begun, "set-cookie")[0].split(";")[0]
    answers = {"type": "http.response.start", "status": 302,
               "headers": [(b"location", b"/"), (b"set-cookie", cookie(READER).encode() + b"; HttpOnly")]}  # fmt: skip
    came = ask("/oauth2callback", kept, answers=answers, secure=True)[0]
    assert header(came, "location") == ["/capability?tab=runs&lang=zh"]
    assert all("Secure" in value for value in header(came, "set-cookie")) and len(header(came, "set-cookie")) == 2
    failed = {**answers, "headers": [(b"location", b"/"), (b"set-cookie", b'_streamlit_user=""; Max-Age=0')]}
    assert header(ask("/oauth2callback", kept, answers=failed)[0], "location") == ["/"], (
        "else it would go round for ever"
    )


@pytest.mark.parametrize(
    "target", ["//evil.com", "https://evil.com", "/\\evil.com", "evil", "/a\r\nSet-Cookie: x=1", "", "/中"]
)
def test_no_other_sites_page_is_shown_after_the_sign_in(target: str) -> None:
    begun = ask("/sign-in", query="to=" + quote(target, safe=""))[0]
    assert header(begun, "set-cookie") == [] and not gate.local(target)
    answers = {"type": "http.response.start", "status": 302,
               "headers": [(b"location", b"/"), (b"set-cookie", cookie(READER).encode())]}  # fmt: skip
    came = ask("/oauth2callback", f"landscape_to={quote(target, safe='')}", answers=answers)[0]
    assert header(came, "location") == ["/"]
