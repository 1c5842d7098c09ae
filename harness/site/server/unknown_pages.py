"""Addresses that are no page of the site: they lead to the first page, which says so in the visitor's language.

Streamlit answers every path with its page, which then says in English that there is none.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from harness import places
from harness.site.server import shell
from harness.site.server.asgi import Application, Receive, Scope, Send
from harness.site.server.navigation import page_entries

KEY = "unknown"
"""The name that was asked for, in the address of the first page."""
FIRST = ("overview", "index.html")
"""Names of the first page, which has no path of its own."""
MOST = 60
"""Signs of a name that are taken along."""


class UnknownPages:
    """An ASGI application around another: where that would answer a path that is no page's with its page, a redirect."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = shell.path(scope) if scope["type"] == "http" else "/"
        name = asked.strip("/")
        if shell.FILES.match(asked) or not name or name in _pages():
            await self._application(scope, receive, send)
            return
        redirected = False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal redirected
            if message["type"] == "http.response.start" and shell.is_page(message):
                redirected = True
                place = elsewhere(asked, scope.get("query_string", b"").decode("latin-1"))
                head = [(b"location", place.encode()), (b"content-length", b"0"), (b"cache-control", b"no-store")]
                await send({"type": "http.response.start", "status": 302, "headers": head})
                await send({"type": "http.response.body", "body": b""})
            elif not redirected:
                await send(message)

        await self._application(scope, receive, sending)


def elsewhere(path: str, query: str) -> str:
    """The first page's address, relative to ``path``, with what ``query`` holds and the name that is no page's."""
    name = "".join(sign for sign in path.strip("/") if sign.isprintable())[:MOST].strip()
    kept = [(key, value) for key, value in parse_qsl(query, keep_blank_values=True) if key != KEY]
    added = [(KEY, name)] if name and name not in FIRST else []
    asked = urlencode([*kept, *added])
    return "../" * path.count("/", 1) + "./" + (f"?{asked}" if asked else "")


@cache
def _pages() -> frozenset[str]:
    """The paths of the site's pages."""
    return frozenset(entry.name for entry in page_entries(places.asset("pages"))).difference(FIRST)
