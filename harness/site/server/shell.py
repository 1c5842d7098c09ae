"""The page that a browser loads first: Streamlit's, with the site's name, icons and language, and a script that mends the rest.

Streamlit's page says ``lang="en"`` for ever, and writes each choice as a step of the browser's history.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import streamlit
from streamlit import config

from harness.i18n.translator import LANGUAGES, Translator, preferred
from harness.site.server.asgi import Application, Receive, Scope, Send

SCRIPT = Path(__file__).with_suffix(".js")
FOLDER = Path(__file__).with_name("files")
OWN = {
    "/icon.svg": b"image/svg+xml", "/icon-192.png": b"image/png", "/icon-512.png": b"image/png",
    "/manifest.webmanifest": b"application/manifest+json", "/robots.txt": b"text/plain; charset=utf-8",
}  # fmt: skip
"""Paths that this answers itself, each with its type; they lie in ``files``."""
_LINKS = (
    '<link rel="icon" type="image/svg+xml" href="./icon.svg"><link rel="apple-touch-icon" href="./icon-192.png">'
    '<link rel="manifest" href="./manifest.webmanifest"><meta name="theme-color" content="#14619A">'
)
_OF_THE_BODY = frozenset({b"content-length", b"content-encoding", b"etag", b"last-modified"})
AHEAD = ("DataFrame", "Selectbox", "Multiselect", "StreamlitSyntaxHighlighter")
"""Streamlit's modules of what most pages have (tables, choices, commands to copy), read before a page asks for them."""
FILES = re.compile(r"/(_stcore|static|media|component|app|~/\+)(/|$)")
"""Paths of files and of the server itself: what they answer is no page of the site."""


@cache
def page(code: str = "en") -> str:
    """The HTML of every page of the site, its head in one language."""
    say = Translator(code)
    static = Path(streamlit.__file__).parent / "static"
    source = (static / "index.html").read_text(encoding="utf-8")
    modules = [found for name in AHEAD for found in static.glob(f"static/js/{name}.*.js")]
    ahead = " ".join(f"./{module.relative_to(static).as_posix()}" for module in modules)
    described = f'<meta name="description" content="{html.escape(say("nav.description"))}">'
    head = f'<head><meta name="ahead" content="{ahead}">'
    head += f"<script>{SCRIPT.read_text(encoding='utf-8')}</script>{described}{_LINKS}"
    # its own icon, and the address of an interface for programs that this site does not offer
    cleaned = re.sub(r'<link rel="(shortcut icon|service-desc)"[^>]*>', "", source)
    cleaned = re.sub(
        r"<noscript>.*?</noscript>", f"<noscript>{html.escape(say('nav.no_script'))}</noscript>", cleaned, flags=re.S
    )
    cleaned = re.sub(r'<html lang="[^"]*">', f'<html lang="{say("language.tag")}">', cleaned)
    return re.sub(r"<title>.*?</title>", "<title>Landscape</title>", cleaned).replace("<head>", head, 1)


class Shell:
    """An ASGI application around another, whose pages it answers with ``page``."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        asked = path(scope) if scope["type"] == "http" else ""
        if asked in OWN:
            await _file(asked, scope["method"], send)
            return
        if scope["type"] != "http" or FILES.match(asked):
            await self._application(scope, receive, send)
            return
        body, replaced = page(language(scope)).encode(), False

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal replaced
            if message["type"] == "http.response.start":
                replaced = is_page(message)
                if replaced:
                    message = {**message, "headers": _described(message["headers"], body)}
            elif replaced:
                if message.get("more_body"):
                    return
                message = {"type": message["type"], "body": b"" if scope["method"] == "HEAD" else body}
            await send(message)

        await self._application(scope, receive, sending)


def path(scope: Scope) -> str:
    """The path of a request, below the one that the site is served under (Streamlit's ``server.baseUrlPath``)."""
    base = str(config.get_option("server.baseUrlPath")).strip("/")
    return str(scope["path"]).removeprefix(f"/{base}") if base else str(scope["path"])


async def _file(path: str, method: str, send: Send) -> None:
    """Answer with one of the site's own files."""
    body = (FOLDER / path[1:]).read_bytes()
    head = [(b"content-type", OWN[path]), (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"max-age=86400")]  # fmt: skip
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})


def language(scope: Scope) -> str:
    """The code of the language that the address names, else of the browser's first."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", [""])[-1]
    spoken = next((value for name, value in scope.get("headers", ()) if name == b"accept-language"), b"")
    return asked if asked in LANGUAGES else preferred(spoken.decode("latin-1"))


def _described(headers: Iterable[tuple[bytes, bytes]], body: bytes) -> list[tuple[bytes, bytes]]:
    """The headers of Streamlit's page, for this one."""
    others = [pair for pair in headers if pair[0].lower() not in _OF_THE_BODY]
    return [*others, (b"content-length", str(len(body)).encode())]


def is_page(start: MutableMapping[str, Any]) -> bool:
    """Whether an answer that begins so is Streamlit's page."""
    headers = start.get("headers", ())
    html = any(name.lower() == b"content-type" and value.startswith(b"text/html") for name, value in headers)
    return html and start["status"] == 200
