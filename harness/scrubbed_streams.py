"""The standard streams behind the scrubber: lines are held until they are whole, so that no secret is cut in two."""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import sys
import threading
from collections.abc import Iterable
from typing import Any, TextIO

from harness.scrub import begins_secret, scrub

# A line without an end (one JSON document) is written in parts of about this size, characters.
_LONGEST = 1 << 22
# Characters of such a line that wait for the next part: longer than any key.
_OVERLAP = 1 << 14


class ScrubbedStream:
    """A text stream that blanks secrets; anything but writing is the stream's own (``isatty``, ``fileno``, ``encoding``).

    Text is passed on by whole lines, a carriage return ending one as well. On ``flush`` a terminal also gets the
    beginning of a line, as far as it cannot be the beginning of a secret.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._waiting: list[str] = []
        self._size = 0
        self._lock = threading.RLock()
        with contextlib.suppress(AttributeError):  # where there is no fork
            os.register_at_fork(after_in_child=self._forget)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        """Take text; what ends with it is passed on, scrubbed."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        with self._lock:
            end = max(text.rfind("\n"), text.rfind("\r")) + 1
            if end:
                whole = "".join((*self._waiting, text[:end]))
                self._waiting.clear()
                self._size = 0
                self._stream.write(scrub(whole))
            if text[end:]:
                self._waiting.append(text[end:])
                self._size += len(text) - end
                if self._size > _LONGEST:
                    self._pass_on(self._size - _OVERLAP)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Take several texts."""
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        """Pass on whole lines and, to a terminal, the harmless beginning of the next."""
        with self._lock:
            if self._waiting and self._stream.isatty():
                self._pass_on(begins_secret("".join(self._waiting)))
            self._stream.flush()

    def finish(self) -> None:
        """Pass on all that waits; nobody writes any more."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._waiting:
                self._pass_on(self._size)
            self._stream.flush()

    def close(self) -> None:
        """Pass on all that waits, and close the stream."""
        self.finish()
        self._stream.close()

    def __enter__(self) -> ScrubbedStream:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Any:
        return iter(self._stream)

    def _pass_on(self, count: int) -> None:
        """Pass on the first ``count`` waiting characters, or fewer where a secret would be cut."""
        text = "".join(self._waiting)
        count = min(count, len(text))
        if 0 < count < len(text):
            count = begins_secret(text[:count])
        self._waiting = [text[count:]] if text[count:] else []
        self._size = len(text) - count
        if count:
            self._stream.write(scrub(text[:count]))

    def _forget(self) -> None:
        """In a forked child: the parent passes on what waits."""
        self._waiting, self._size, self._lock = [], 0, threading.RLock()


def install() -> None:
    """Put standard output and standard error of this process behind the scrubber, until it ends.

    Log handlers that are there already write to them from then on. Every traceback, also
    of another thread, every warning and log line passes these two. What code that is not Python writes to the
    descriptors does not, nor does a child process, which is to call this itself.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, ScrubbedStream):
            scrubbed = ScrubbedStream(stream)
            setattr(sys, name, scrubbed)
            atexit.register(scrubbed.finish)
            _put_handlers_behind(scrubbed, stream)


def _put_handlers_behind(scrubbed: ScrubbedStream, stream: TextIO) -> None:
    """Give log handlers that kept the stream the scrubbed one (a server's library has made them before us)."""
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    handlers = (handler for logger in loggers if isinstance(logger, logging.Logger) for handler in logger.handlers)
    for handler in handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is stream:
            handler.setStream(scrubbed)
