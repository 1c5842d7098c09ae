"""The page that a browser loads first: Streamlit's, with the site's name and a script that keeps its language right.

Streamlit's page says ``lang="en"`` for ever, and writes each choice as a step of the browser's history.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any

import streamlit

from harness.site.server.asgi import Application, Receive, Scope, Send

SCRIPT = Path(__file__).with_suffix(".js")
_OF_THE_BODY = frozenset({b"content-length", b"content-encoding", b"etag", b"last-modified"})
FILES = re.compile(r"/(_stcore|static|media|component|app|~/\+)(/|$)")
"""Paths of files and of the server itself: what they answer is no page of the site."""


@cache
def page() -> str:
    """The HTML of every page of the site."""
    html = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    named = re.sub(r"<title>.*?</title>", "<title>Landscape</title>", html)
    return named.replace("<head>", f"<head><script>{SCRIPT.read_text(encoding='utf-8')}</script>", 1)


class Shell:
    """An ASGI application around another, whose pages it answers with ``page``."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._body = page().encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or FILES.match(scope["path"]):
            await self._application(scope, receive, send)
            return
        replaced = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                replaced = message["status"] == 200 and _is_html(message.get("headers", ()))
                if replaced:
                    message = {**message, "headers": self._described(message["headers"])}
            elif replaced:
                if message.get("more_body"):
                    return
                message = {"type": message["type"], "body": b"" if scope["method"] == "HEAD" else self._body}
            await send(message)

        await self._application(scope, receive, sending)

    def _described(self, headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        """The headers of Streamlit's page, for this one."""
        others = [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY]
        return [*others, (b"content-length", str(len(self._body)).encode())]


def _is_html(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    return any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)
