"""Which generation of the database pages show: the newest whose pages have been computed, so that no visitor waits for a publish."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from harness import places

if TYPE_CHECKING:
    from harness.store.reader import Reader

MOST_BEHIND_S = 600.0
"""Pages go over to a generation that has been in the making for this long, computed or not."""


class Generations:
    """Readers of the newest two generations: a script that began before a change ends on the generation it began with.

    ``opened`` gives the reader of the present file; ``changed`` gets the readers in use whenever a new one is among them. Safe in threads.
    """

    def __init__(self, opened: Callable[[], Reader], changed: Callable[[Sequence[Reader]], None]) -> None:
        self._opened, self._changed = opened, changed
        self._lock = threading.Lock()
        self._newest_two: list[Reader] = []
        self._served: Reader | None = None  # its pages have been computed
        self._coming: tuple[Reader, float] | None = None  # its pages are being computed, since then

    def newest(self) -> Reader:
        """The reader of the present file.

        Raises:
            StoreError: the file is there and cannot be read.
        """
        reader = self._opened()
        with self._lock:
            first = not self._newest_two
            replaced = not first and self._newest_two[-1] is not reader
            if first or replaced:
                self._newest_two = [*self._newest_two[-1:], reader]
            coming = [self._coming[0]] if self._coming else []
            used = [*self._newest_two, *coming, *([self._served] if self._served else [])]
        if replaced:
            self._changed(used)
        return reader

    def let_go(self) -> None:
        """Forget the generation before the one that is shown: no script that began on it runs any more."""
        with self._lock:
            served = self._served
            if served is None or self._coming or self._newest_two[-1:] != [served] or len(self._newest_two) < 2:
                return
            self._newest_two = [served]
        self._changed([served])

    def shown(self) -> Reader:
        """The reader for a page that begins now: of the newest generation that was warmed, else of the present file.

        Raises:
            StoreError: the file is there and cannot be read.
        """
        with self._lock:
            served, coming = self._served, self._coming
        if served is None or served.empty or served.path != places.database():
            return self.newest()
        if coming is not None and time.monotonic() - coming[1] > MOST_BEHIND_S:
            return coming[0]
        return served

    @contextmanager
    def warming(self) -> Iterator[Reader]:
        """The present file's reader, for which pages are computed inside the block; after it they are shown from it.

        Raises:
            StoreError: the file is there and cannot be read; then pages say so as well.
        """
        try:
            reader = self.newest()
        except BaseException:
            self.release()
            raise
        with self._lock:
            self._coming = (reader, time.monotonic())
        try:
            yield reader
        finally:
            with self._lock:
                self._served, self._coming = reader, None

    def release(self) -> None:
        """Nobody computes pages ahead any more: show the present file."""
        with self._lock:
            self._served = self._coming = None
