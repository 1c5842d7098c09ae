"""The site as a server: ``app.py`` with its caches warmed from the start (``streamlit run`` on this file)."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st

from harness import places
from harness.scrubbed_streams import install


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


install()  # the server is a process of its own: what it logs passes the scrubber, too
app = st.App(places.asset("app.py"), lifespan=lifespan)
