"""The wall around Streamlit's server: hosts that it answers to, what it does not offer, and the headers of every answer."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import MutableMapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import uvicorn

from harness.access import hosts
from harness.site.server import frames, shell
from harness.site.server.asgi import Application, Receive, Scope, Send

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The site takes nothing in over HTTP: no upload, no form; what a visitor clicks comes through the websocket."""
CLOSED = re.compile(r"/_stcore/(metrics|agent|upload_file|script-health-check)(/|$)")
"""What Streamlit's server offers and this site does not: figures on the process, the interface for programs, uploads."""
REFUSED = (
    b"This site does not answer to that host. Whoever serves it names its hosts: harness site --host NAME "
    b"(or LANDSCAPE_HOSTS=NAME,NAME).\n"
)
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def policy(page: str, framing: Sequence[str] = ()) -> str:
    """The content security policy for Streamlit's page, whose inline scripts are allowed by their hashes.

    Nothing from elsewhere, nothing from text: no script but Streamlit's files, no frame, no form, no plug-in. Styles may
    stand inline, since Streamlit's components and Plotly write them so; images may be ``data:`` and ``blob:`` (icons,
    a chart saved as PNG); Plotly's own file compiles a little WebAssembly, which is no way to run a text as a script.
    ``framing`` are the origins whose pages may frame this one.
    """
    digests = [base64.b64encode(hashlib.sha256(script.encode()).digest()).decode() for script in _INLINE.findall(page)]
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in digests), "'wasm-unsafe-eval'"])
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self'",
            "media-src 'self'",
            "manifest-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors " + (" ".join(framing) or "'none'"),
        ]
    )


def headers() -> list[tuple[bytes, bytes]]:
    """The headers that every answer carries."""
    origins = frames.from_environment()
    values = {
        "content-security-policy": policy(shell.page(), origins),
        **({} if origins else {"x-frame-options": "DENY"}),  # which knows no list of origins
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    }
    return [(name.encode(), value.encode()) for name, value in values.items()]


class Guard:
    """An ASGI application around another: refuses foreign hosts and closed paths, and sets the headers."""

    def __init__(self, application: Application, names: frozenset[str] | None = None) -> None:
        self._application = application
        self._names = hosts.OWN | (hosts.from_environment() if names is None else names)
        self._headers = headers()
        self._own = {name for name, _ in self._headers} | {b"server"}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] not in ("http", "websocket"):
            await self._application(scope, receive, send)
        elif not self._means_us(scope):
            await self._refuse(scope, send, 403, REFUSED)
        elif CLOSED.search(scope["path"]):
            await self._refuse(scope, send, 404, b"Not found\n")
        elif scope.get("method", "GET") not in READING:
            await self._refuse(scope, send, 405, b"This site is read-only.\n")
        else:
            await self._application(scope, receive, self._with_headers(send))

    def _means_us(self, scope: Scope) -> bool:
        """Whether the one ``Host`` is ours and, for a websocket, so is the page that opens it.

        Browsers name that page in ``Origin``; programs send none.
        """
        sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"host"]
        reached = (scope.get("server") or (None,))[0]
        if len(sent) != 1 or not hosts.answers(sent[0], self._names, reached):
            return False
        origins = [value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"]
        return scope["type"] == "http" or all(hosts.answers(_site(origin), self._names, reached) for origin in origins)

    def _with_headers(self, send: Send) -> Send:
        async def sending(message: MutableMapping[str, Any]) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                others = [pair for pair in message.get("headers", ()) if pair[0].lower() not in self._own]
                message = {**message, "headers": [*others, *self._headers]}
            await send(message)

        return sending

    async def _refuse(self, scope: Scope, send: Send, status: int, text: bytes) -> None:
        """End a request; a websocket is closed before it is accepted, which the server answers with 403."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        head = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(text)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": [*head, *self._headers]})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else text})


def without_banner() -> None:
    """Keep the server from naming itself in every answer.

    ``streamlit run`` builds the server with its defaults and hands out no setting for it, so the server's start is
    extended. Twice is as once.
    """
    start = uvicorn.Server.startup
    if getattr(start, "without_banner", False):
        return

    async def startup(self: Any, *arguments: Any, **named: Any) -> None:
        self.config.encoded_headers = [pair for pair in self.config.encoded_headers if pair[0].lower() != b"server"]
        await start(self, *arguments, **named)

    startup.without_banner = True  # type: ignore[attr-defined]
    uvicorn.Server.startup = startup  # type: ignore[method-assign]


def _site(origin: str) -> str:
    """Host and port of an origin; empty, which is nobody's host, for ``null`` and what is no origin."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
