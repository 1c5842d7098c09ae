"""The two pages before the gate: who is to sign in, and who has signed in and is not let in. No script, nothing of the data."""

from __future__ import annotations

import html

from harness.i18n.translator import Translator
from harness.site.server import shell
from harness.site.server.asgi import Scope, Send

_STYLE = (
    "body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:20vh auto 0;padding:0 1.5rem;color:#0B121B;"
    "background:#fff}a{display:inline-block;padding:.5rem 1rem;border-radius:6px;background:#14619A;color:#fff;"
    "text-decoration:none}a:focus-visible{outline:3px solid #D55E00}@media(prefers-color-scheme:dark)"
    "{body{color:#E8EAED;background:#12161C}}"
)


def before(scope: Scope, target: str) -> str:
    """The page for who has not signed in; ``target`` is where its link leads."""
    say = Translator(shell.language(scope))
    return _page(say, say("sign_in.text"), say("sign_in.button"), target)


def refused(scope: Scope, base: str, address: str) -> str:
    """The page for who has signed in with an address that is not let in."""
    say = Translator(shell.language(scope))
    text = say("sign_in.refused", address=address) if address else say("sign_in.no_address")
    return _page(say, text, say("sign_in.other"), f"{base}/auth/logout")


def _page(say: Translator, text: str, link: str, target: str) -> str:
    return (
        f'<!doctype html><html lang="{say("language.tag")}"><head><meta charset="utf-8"><title>Landscape</title>'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><style>{_STYLE}</style></head><body><main>'
        f"<h1>Landscape</h1><p>{html.escape(text)}</p>"
        f'<p><a href="{html.escape(target)}">{html.escape(link)}</a></p></main></body></html>\n'
    )


async def answer(scope: Scope, send: Send, status: int, text: str) -> None:
    """Answer with a page that nobody keeps."""
    body = text.encode()
    head = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store")]  # fmt: skip
    await send({"type": "http.response.start", "status": status, "headers": head})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
