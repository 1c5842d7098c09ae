"""SIGTERM as Ctrl-C: the end that Slurm, Docker, systemd and ``timeout`` ask for, at a point where nothing is half done.

The first signal raises ``KeyboardInterrupt`` in the main thread; one that comes later ends the process at once. What
must not be cut in two (sealing and publishing) is done inside ``deferred``. A forward pass that never returns never
lets Python handle the signal: a thread then ends the process (``harness.hung_commands``). SIGUSR1 asks for the same end after
the batch in flight, which ``between_batches`` heeds. Only ``install`` changes how signals are
handled, and only the command line calls it. A forked child dies of SIGTERM as any process does.
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from harness import hung_commands

STOPPED = hung_commands.STOPPED
SENTENCE = "stopped; finished work is kept, and the same command goes on from there."
SIGNALS = (signal.SIGTERM, signal.SIGINT)
SAME_STOP = hung_commands.SAME_STOP


DRAIN = signal.SIGUSR1
"""Asks a command to stop after the batch in flight."""


class Drain:
    """A signal handler that remembers that the command is to stop after the batch in flight."""

    asked = False

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Remember it."""
        self.asked = True


class Handler:
    """A signal handler that stops the command once; ``clock`` in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._first: float | None = None
        self._deferring = 0
        self._waiting = False

    @property
    def answered(self) -> bool:
        """Whether a signal has been handled."""
        return self._first is not None

    @property
    def deferring(self) -> bool:
        """Whether a stop would have to wait."""
        return self._deferring > 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Stop the command, or end the process where it was told before."""
        if self._first is None:
            self._first = self._clock()
            if self._deferring:
                self._waiting = True
            else:
                raise KeyboardInterrupt
        elif self._clock() - self._first >= SAME_STOP:
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)

    @contextmanager
    def deferred(self) -> Iterator[None]:
        """Keep the stop until the block has ended."""
        self._deferring += 1
        try:
            yield
        finally:
            self._deferring -= 1
            if self._waiting and not self._deferring:
                self._waiting = False
                raise KeyboardInterrupt


def install(last_words: Callable[[], str] = lambda: f"harness: {SENTENCE}") -> None:
    """Handle SIGTERM and SIGINT in this process from here on; a signal that its parent ignores (``nohup``) stays ignored.

    ``last_words`` is the line that a command says whose main thread hangs.
    """
    if threading.current_thread() is not threading.main_thread():
        return
    handler = Handler()
    for number in SIGNALS:
        if signal.getsignal(number) in (signal.SIG_DFL, signal.default_int_handler):
            signal.signal(number, handler)
    hung_commands.watch(handler, last_words)
    if signal.getsignal(DRAIN) == signal.SIG_DFL:
        signal.signal(DRAIN, Drain())
    # Blocked while forking: Python drops what comes to a child before it runs, and a child shall die of SIGTERM.
    os.register_at_fork(before=_block, after_in_parent=_unblock, after_in_child=_as_in_any_child)


def _block() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})


def _unblock() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})


def _as_in_any_child() -> None:
    """Handle signals in a forked child as Python does by itself."""
    if isinstance(signal.getsignal(signal.SIGTERM), Handler):
        signal.set_wakeup_fd(-1)  # else the parent would take the child's signals for its own
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if isinstance(signal.getsignal(signal.SIGINT), Handler):
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if isinstance(signal.getsignal(DRAIN), Drain):
        signal.signal(DRAIN, signal.SIG_DFL)
    _unblock()


def between_batches() -> None:
    """Stop the command here where SIGUSR1 has asked for it.

    Raises:
        KeyboardInterrupt: it has.
    """
    handler = signal.getsignal(DRAIN)
    if isinstance(handler, Drain) and handler.asked:
        raise KeyboardInterrupt


@contextmanager
def deferred() -> Iterator[None]:
    """Let a stop wait until the block has ended, where ``install`` was called; for what takes seconds at most.

    Raises:
        KeyboardInterrupt: at the end of the block, where a signal came meanwhile.
    """
    handler = next((h for h in map(signal.getsignal, SIGNALS) if isinstance(h, Handler)), None)
    if handler is None:
        yield
        return
    with handler.deferred():
        yield
