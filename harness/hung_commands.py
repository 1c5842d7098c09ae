"""The end of a command that does not answer SIGTERM or Ctrl-C: its main thread hangs in foreign code (a stuck device, a deadlock).

Python handles a signal between two of its own instructions, and there are none while a library's call does not return.
What C handles at once is a byte on a pipe; a thread reads it, waits, and ends the process. Nothing is half done then,
as after SIGKILL. Foreign code that holds Python's lock stops this thread, too.
"""

from __future__ import annotations

import os
import select
import signal
import threading
import time
from collections.abc import Callable
from typing import Protocol

STOPPED = 130
"""Exit code of a command that Ctrl-C or SIGTERM ended."""
SAME_STOP = 1.0
"""Seconds in which a second signal is the first one again: ``timeout`` sends SIGTERM to the process and to its group."""
HANGS_AFTER = 30.0
"""Seconds without an answer after which the main thread is taken to hang; one operation of a model takes less."""


class Handler(Protocol):
    """What handles signals in the main thread."""

    @property
    def answered(self) -> bool:
        """Whether a signal has been handled."""

    @property
    def deferring(self) -> bool:
        """Whether a stop has to wait: the run is being sealed and published."""


def watch(handler: Handler, last_words: Callable[[], str], grace: float = HANGS_AFTER) -> None:
    """End this process from now on, 130, where ``handler`` does not answer a signal within ``grace`` seconds.

    A second signal, more than a second after the first, ends it at once. ``last_words`` go to standard error.
    """
    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(read, handler, last_words, grace), name="signals", daemon=True).start()


def _watch(signals: int, handler: Handler, last_words: Callable[[], str], grace: float) -> None:
    first: float | None = None
    mine: object = handler
    while True:
        waits = first is not None and not handler.answered
        came = bool(select.select([signals], [], [], SAME_STOP / 4 if waits else None)[0])
        if came and signal.getsignal(os.read(signals, 1)[0]) is not mine:  # somebody else's to answer
            continue
        if first is None:
            first = time.monotonic()
            continue
        waited = time.monotonic() - first
        if came and waited >= SAME_STOP:
            time.sleep(SAME_STOP / 4)  # a main thread that is well ends here, by the same signal
        elif handler.answered or handler.deferring or waited < grace:
            continue
        os.write(2, f"{last_words()}\n".encode())
        os._exit(STOPPED)
