"""Pages computed in a process of their own, so that visitors share neither its interpreter's lock nor the memory that it takes.

The process gets what is kept and still holds, computes the rest at a lower priority, hands over what it found after each step, and
ends, which gives back all memory that computing took.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import sys
import threading
from contextlib import suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Self

from harness.errors import StoreError

if TYPE_CHECKING:
    from harness.site.server.view import Results
    from harness.store.reader import Reader

NICENESS = 10
LOOK_S = 0.25
"""Between two looks at whether the server ends."""
_log = logging.getLogger("landscape.site")


class Computing:
    """A process for one generation of the database; it lives as long as the ``with`` block around it, at the most."""

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs,), name="landscape-pages", daemon=True)
        _start(self._process)
        theirs.close()
        return self

    def __exit__(self, *_: object) -> None:
        self._pipe.close()
        self._process.terminate()
        self._process.join()

    def wait(self, stop: threading.Event) -> None:
        """Wait until it has read its libraries, which takes seconds: a publish meanwhile is the one that it then computes."""
        with suppress(EOFError, OSError):  # it ended: ``compute`` says so
            while not stop.is_set() and not self._pipe.poll(LOOK_S):
                pass
            if not stop.is_set():
                self._pipe.recv_bytes()

    def compute(self, reader: Reader, stop: threading.Event) -> bool:
        """Compute the pages of this reader's generation there and keep them here; False where ``stop`` ended it.

        Raises:
            StoreError: the process ended early, or found another generation.
        """
        from harness.site.server import view

        try:
            self._pipe.send_bytes(ForkingPickler.dumps((reader.path, reader.generation)))
            self._pipe.send_bytes(_packed(view.held(reader)))
            while not stop.is_set():
                if not self._pipe.poll(LOOK_S):
                    continue
                found = ForkingPickler.loads(self._pipe.recv_bytes())
                if found is None:
                    return True
                view.take(found)
            return False
        except (EOFError, OSError) as error:
            self._process.join(1)
            raise StoreError(
                f"the process that computes the pages ended early (exit status {self._process.exitcode})"
            ) from error


def _start(process: BaseProcess) -> None:
    """Start it without this process' main module, which would be run there again: Streamlit makes it the page's script."""
    main, none = sys.modules["__main__"], ModuleType("__main__")
    sys.modules["__main__"] = none
    try:
        process.start()
    finally:
        if sys.modules["__main__"] is none:  # else a page has begun meanwhile
            sys.modules["__main__"] = main


def work(pipe: Connection) -> None:
    """What the process does: take what is kept, compute the steps, hand over after each what is new, and None at the end."""
    from harness.scrubbed_streams import install
    from harness.site.server import first_frames, view
    from harness.store.reader import Reader

    install()
    os.nice(NICENESS)
    with suppress(OSError):  # Linux: where memory runs out this process ends, not the server
        Path("/proc/self/oom_score_adj").write_text("500")
    logging.getLogger("streamlit").setLevel(logging.ERROR)  # which misses its server
    pipe.send_bytes(b"ready")
    path, generation = ForkingPickler.loads(pipe.recv_bytes())
    reader = Reader(path)
    if reader.generation != generation:
        return
    view.take(ForkingPickler.loads(pipe.recv_bytes()))
    sent = view.held(reader)
    for step in first_frames.STEPS:
        first_frames.run(step, reader)
        now = view.held(reader)
        pipe.send_bytes(_packed(now.without(sent)))
        sent = now
    pipe.send_bytes(ForkingPickler.dumps(None))


def _packed(results: Results) -> memoryview:
    """Results as bytes; together, since they share frames. What cannot be sent is left out, and computed by who asks for it."""
    try:
        return ForkingPickler.dumps(results)
    except Exception:
        return ForkingPickler.dumps(results.only(_can_be_sent))


def _can_be_sent(result: Any) -> bool:
    try:
        ForkingPickler.dumps(result)
    except Exception as error:
        _log.warning("a result of the pages is computed again by who asks for it: %s", error)
        return False
    return True
