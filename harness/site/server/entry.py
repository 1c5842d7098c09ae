"""The site as a server: caches warmed from the start, the wall and the log around it; ``app.py`` hands all to Streamlit."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from harness.scrubbed_streams import install
from harness.site.server import site_log
from harness.site.server.asgi import Application
from harness.site.server.guard import Guard, without_banner
from harness.site.server.health import HealthPaths
from harness.site.server.shell import Shell


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
    """The application behind the wall: known hosts only, headers on every answer, no banner; in a log where one is asked for."""
    without_banner()
    install()  # the server is a process of its own: what it logs passes the scrubber, too
    form = site_log.form_from_environment()
    site_log.install(form)
    walled = Guard(HealthPaths(Shell(app)))
    return site_log.RequestLog(walled) if form else walled
