"""The site as a server: caches warmed from the start, the wall and the log around it; ``app.py`` hands all to Streamlit."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from streamlit import config

from harness.access import sign_in
from harness.scrubbed_streams import install
from harness.site.server import site_log
from harness.site.server.asgi import Application
from harness.site.server.guard import Guard, without_banner
from harness.site.server.health import HealthPaths
from harness.site.server.shell import Shell
from harness.site.server.sign_in.gate import Gate
from harness.site.server.unknown_pages import UnknownPages


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Warm while the server lives."""
    from harness.site.server.warm import watch

    stop = threading.Event()
    thread = threading.Thread(target=watch, args=(stop,), name="warm", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()


def guarded(app: Application) -> Application:
    """The application behind the wall: known hosts only, headers on every answer, no banner; a log and a sign-in where they
    are asked for.

    Raises:
        BadInput: a variable of the environment asks for what cannot be had.
    """
    without_banner()
    install()  # the server is a process of its own: what it logs passes the scrubber, too
    form = site_log.form_from_environment()
    site_log.install(form)
    inner: Application = Shell(UnknownPages(app))
    if (required := sign_in.from_environment()) is not None:
        config.set_option("secrets.files", [str(required.file)])
        inner = Gate(inner, required)
    walled = Guard(HealthPaths(inner))
    return site_log.RequestLog(walled) if form else walled
