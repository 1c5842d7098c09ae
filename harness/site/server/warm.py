"""Caches warmed at the server's start and after every publish, so that the first visitor does not wait.

The site writes nothing, so what is computed is kept in the server's memory (``keeping``). A thread looks at the file every second
and has computed what the pages open with; until it is, or for ten minutes, visitors see the generation before. At the start it computes
itself: the first visitor waits for the rest of the same computation and starts no second one. After a publish another process does,
so that visitors feel nothing of it.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import math
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness import places
from harness.errors import StoreError
from harness.site.server import first_frames

if TYPE_CHECKING:
    from harness.store.reader import Generation, Reader

EVERY_S = 1.0
"""Between two looks at the database file (one ``stat``)."""
LET_GO_S = 30.0
"""After which nobody is taken to read the generation before the one that is shown; who does computes what was kept of it again."""
DONE = threading.Event()
"""Set once the pages of a database have been computed in this process; a later publish does not clear it, since the pages
then answer all the same."""
_log = logging.getLogger("landscape.site")


def here(reader: Reader, stop: threading.Event) -> bool:
    """Run all steps in this process; False where ``stop`` ended it."""
    for step in first_frames.STEPS:
        if stop.is_set():
            return False
        first_frames.run(step, reader)
    return True


def warm(stop: threading.Event, compute: Callable[[Reader, threading.Event], bool] = here) -> Generation:
    """Run all steps on the present database in every language, then show that; its generation.

    Raises:
        StoreError: the database is there and cannot be read.
    """
    from harness.site.server import view

    with view.GENERATIONS.warming() as reader:
        if not compute(reader, stop):
            return reader.generation
    settle()
    return reader.generation


def beside(stop: threading.Event) -> Generation:
    """``warm`` by a process of its own; by this one where that fails.

    Raises:
        StoreError: the database is there and cannot be read.
    """
    from harness.site.server.keeping import elsewhere

    with elsewhere.Computing() as process:

        def compute(reader: Reader, stop: threading.Event) -> bool:
            try:
                return process.compute(reader, stop)
            except StoreError as error:
                _log.warning("%s; they are computed in the server's own", error)
                return here(reader, stop)

        process.wait(stop)
        return warm(stop, compute)


def settle() -> None:
    """Exempt long-lived objects from garbage collection: Streamlit collects after every script run, which took 0.1 s
    over the libraries' objects alone. And give freed memory back, which threads' pools keep: warming uses much for a while."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # GNU's alone
        libc.malloc_trim(0)


def watch(stop: threading.Event) -> None:
    """Warm now and after every change of the database file, until ``stop`` is set."""
    from harness.site.server import view
    from harness.store.reader import NOWHERE, generation
    from harness.store.remote import in_use

    warmed: Generation | None = None
    done = math.inf
    again: Callable[[threading.Event], Generation] = warm
    while not stop.is_set():
        try:
            in_use.follow()
            current = generation(places.database())
            if current != warmed:
                warmed, done = again(stop), time.monotonic()
                if warmed != NOWHERE:
                    DONE.set()
                    again = beside  # nobody waits for what this process computes, as the first visitor does
            elif time.monotonic() - done > LET_GO_S:
                view.GENERATIONS.let_go()
                settle()
                done = math.inf
        except Exception:
            _log.exception("the database cannot be looked at")
        stop.wait(EVERY_S)
    view.GENERATIONS.release()
