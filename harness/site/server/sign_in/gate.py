"""The gate of a site that requires a sign-in: nothing of the data passes to who has not signed in, or is not let in.

Signing in itself is Streamlit's (OpenID Connect by Authlib, at ``/auth/login`` and ``/oauth2callback``); who came through has
a signed cookie. The gate reads it before a request or websocket reaches Streamlit, so that pages, downloads and charts are
behind it alike, whatever a page does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from starlette.requests import cookie_parser
from streamlit.auth_util import encode_provider_token, get_cookie_with_chunks
from streamlit.web.server.server_util import get_cookie_secret
from streamlit.web.server.starlette.starlette_app_utils import decode_signed_value
from streamlit.web.server.starlette.starlette_server_config import USER_COOKIE_NAME

from harness.access.sign_in import CALLBACK, SignIn
from harness.site.server import shell
from harness.site.server.asgi import Application, Receive, Scope, Send
from harness.site.server.sign_in import pages

BEGIN = "/sign-in"
"""Path of the link on the page before the gate; ``to`` is the page that was asked for."""
OPEN = frozenset({*shell.OWN, "/_stcore/health", "/auth/login", "/auth/logout", CALLBACK})
"""Paths before the gate: icons, the process's health, and the way in and out."""
TARGET = "landscape_to"
"""The cookie with the page to show after the sign-in, for as long as that may take."""
TARGET_SECONDS = 600
LONGEST_TARGET = 2000
SESSION_DAYS = 7.0
"""How long a sign-in holds. Streamlit's cookie lives for 30 days; who leaves a company shall not read on for so long."""
Identity = Callable[[Scope], dict[str, Any] | None]


class Gate:
    """An ASGI application around another, for a site whose readers sign in."""

    def __init__(self, application: Application, sign_in: SignIn, identity: Identity | None = None) -> None:
        self._application, self._sign_in = application, sign_in
        self._identity = identity or signed_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
            return
        asked = shell.path(scope)
        if scope["type"] == "http" and asked in OPEN:
            await self._application(
                scope, receive, self._after(scope, send) if asked == CALLBACK else self._secured(send)
            )
            return
        known = self._identity(scope)
        if known is not None and self._sign_in.admits(known):
            if asked == BEGIN:
                await _redirect(send, _base(scope) + "/", [])
            else:
                await self._application(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        elif known is not None:
            await pages.answer(scope, send, 403, pages.refused(scope, _base(scope), str(known.get("email") or "")))
        elif asked == BEGIN:
            await self._begin(scope, send)
        else:
            to = quote(_asked_for(scope), safe="")
            await pages.answer(scope, send, 401, pages.before(scope, f"{_base(scope)}{BEGIN}?to={to}"))

    async def _begin(self, scope: Scope, send: Send) -> None:
        """Send the browser to the provider; what it shall see afterwards goes into a cookie."""
        to = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("to", [""])[-1]
        cookies = [self._cookie(scope, quote(to, safe=""), TARGET_SECONDS)] if local(to) else []
        token = quote(encode_provider_token("default"), safe="")
        await _redirect(send, f"{_base(scope)}/auth/login?provider={token}", cookies)

    def _after(self, scope: Scope, send: Send) -> Send:
        """The provider's answer: who came through goes on to the page that was asked for, once."""
        to = unquote(_cookies(scope).get(TARGET, ""))

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", ()))
                came_in = any(n.lower() == b"set-cookie" and _signs_in(value) for n, value in headers)
                if came_in and message["status"] == 302 and local(to):
                    headers = [pair for pair in headers if pair[0].lower() != b"location"]
                    headers += [(b"location", to.encode("ascii")), (b"set-cookie", self._cookie(scope, "", 0))]
                message = {**message, "headers": headers}
            await secured(message)

        secured = self._secured(send)
        return sending

    def _secured(self, send: Send) -> Send:
        """Streamlit's cookies say nothing of TLS; where the site is reached by it, they are sent over it alone."""

        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start" and self._sign_in.secure:
                headers = [
                    (
                        name,
                        value + b"; Secure"
                        if name.lower() == b"set-cookie" and b"secure" not in value.lower()
                        else value,
                    )
                    for name, value in message.get("headers", ())
                ]
                message = {**message, "headers": headers}
            await send(message)

        return sending

    def _cookie(self, scope: Scope, value: str, seconds: int) -> bytes:
        secure = "; Secure" if self._sign_in.secure else ""
        path = _base(scope) or "/"
        return f"{TARGET}={value}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}".encode("ascii")


def local(target: str) -> bool:
    """Whether a target is a page of this site: a path with a query, in the letters that an address has."""
    return (
        0 < len(target) <= LONGEST_TARGET
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and all("!" <= letter <= "~" and letter not in '\\"<>' for letter in target)
    )


def signed_in(scope: Scope) -> dict[str, Any] | None:
    """What the provider said of who signed in, by the request's cookies; None for everybody else."""
    return claims(_cookies(scope))


def claims(cookies: Mapping[str, str]) -> dict[str, Any] | None:
    """What the signed cookie holds that Streamlit gave after the sign-in; None where there is none, or an old or forged one."""
    secret = get_cookie_secret()

    def decoded(name: str) -> bytes | None:
        value = cookies.get(name)
        return decode_signed_value(secret, name, value, SESSION_DAYS) if value and secret else None

    try:
        raw = get_cookie_with_chunks(decoded, USER_COOKIE_NAME)
        found = json.loads(raw) if raw else None
    except (ValueError, TypeError):
        return None
    return found if isinstance(found, dict) and found.get("is_logged_in") is True else None


def _signs_in(cookie: bytes) -> bool:
    """Whether a ``Set-Cookie`` gives somebody's identity, and takes none away."""
    name, _, value = cookie.partition(b";")[0].partition(b"=")
    return name.decode("latin-1").strip() == USER_COOKIE_NAME and len(value.strip(b'" ')) > 0


def _cookies(scope: Scope) -> dict[str, str]:
    """Cookies of a request, as Streamlit's server reads them: what another application of the host set spoils none."""
    found: dict[str, str] = {}
    for name, value in scope.get("headers", ()):
        if name == b"cookie":
            found |= cookie_parser(value.decode("latin-1"))
    return found


def _base(scope: Scope) -> str:
    """The path that the site is served below, without a slash at its end."""
    return str(scope["path"]).removesuffix(shell.path(scope)) if scope["path"] != shell.path(scope) else ""


def _asked_for(scope: Scope) -> str:
    """Path and query of a page, in the letters of an address."""
    query = scope.get("query_string", b"").decode("latin-1")
    return quote(str(scope["path"]), safe="/-._~") + (f"?{query}" if query else "")


async def _redirect(send: Send, target: str, cookies: list[bytes]) -> None:
    head = [(b"location", target.encode("ascii")), (b"content-length", b"0"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": 302,
                "headers": [*head, *((b"set-cookie", cookie) for cookie in cookies)]})  # fmt: skip
    await send({"type": "http.response.body", "body": b""})
