"""The database at a URL and this host's copy of it: brought when it changed, changed under a lease, sent whole.

``landscape.remote.json`` beside the copy says which state of the object it is a copy of. A copy that was changed and not
sent is dropped: its runs lie sealed, and the next publish takes them again.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock

from harness import files
from harness.errors import StoreAway, StoreError
from harness.store.remote import lease, lease_terms
from harness.store.remote.objects import Objects

MOST_BYTES = 1 << 40
EVERY_S = 20.0
"""Seconds between two looks of a process that reads for long."""
WAIT = 600.0
"""Seconds that a publish waits for another host's."""


class DatabaseCopy:
    """The database at ``objects``/``name`` and its copy at ``path``."""

    def __init__(
        self, objects: Objects, name: str, path: Path, say: Callable[[str], object] = lambda text: None
    ) -> None:
        self.objects, self.name, self.path, self._say = objects, name, path, say
        self._note = path.with_suffix(".remote.json")
        self._away = False

    def bring(self) -> bool:
        """Bring the database where it changed; whether it did. Without one at the URL the copy stays as it is.

        Raises:
            StoreAway, StoreRefused: as the URL answers.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(str(self.path.with_suffix(".remote.lock"))):
            about = self.objects.stat(self.name)
            if about is None or self._is_copy_of(about.token):
                return False
            files.sweep(self.path.parent)  # what a killed process had brought in part
            fetched = self.objects.fetch(self.name, self.path, MOST_BYTES)
            if fetched is not None:
                self._remember(fetched.token)
            return fetched is not None

    def look(self) -> None:
        """Bring the database where it changed; where the URL does not answer the copy goes on, which is said once.

        Raises:
            StoreError: there is no copy yet.
        """
        try:
            self.bring()
        except StoreError as error:
            if not self.path.exists():
                raise
            if not self._away:
                self._say(f"harness: {error} The copy of the database on this host goes on.")
            self._away = True
        else:
            if self._away:
                self._say(f"harness: {self.objects.shown} answers again.")
            self._away = False

    @contextmanager
    def publishing(self) -> Iterator[Change]:
        """Change the database alone among hosts: the copy is the newest state in the block, and is sent at its end.

        Raises:
            LeaseHeld: another host's publish does not end.
            StoreAway, StoreRefused: as the URL answers; the database there is unchanged.
        """
        with lease.hold(self.objects, self.name, lease_terms.terms(), wait=WAIT) as held:
            there = self.objects.stat(self.name) is not None
            if there:
                self.bring()
            change = Change(fresh=not there)
            yield change
            if change.changed or not there:
                self._refuse_lost(held)
                self.objects.send(self.path, self.name, read_back=False)
                about = self.objects.stat(self.name)
                self._refuse_lost(held)
                if about is not None:
                    self._remember(about.token)

    def _refuse_lost(self, held: lease.Lease) -> None:
        if not held.still_held():
            raise StoreAway(
                f"Another host took over publishing to {self.objects.shown}/{self.name}, for this one was silent too long; "
                "publish again."
            )

    def _is_copy_of(self, token: str) -> bool:
        try:
            note = json.loads(self._note.read_bytes())
            return bool(note == {"object": token, "file": _state(self.path)})
        except (OSError, ValueError):
            return False

    def _remember(self, token: str) -> None:
        files.write_atomically(self._note, json.dumps({"object": token, "file": _state(self.path)}))


@dataclass
class Change:
    """What a publish does to the database: begin from nothing, change anything."""

    fresh: bool
    changed: bool = False


def _state(path: Path) -> list[int]:
    about = path.stat()
    return [about.st_ino, about.st_mtime_ns, about.st_size]


class Follower:
    """Looks after a copy for a process that reads for long: at most every ``every`` seconds, in the background."""

    def __init__(self, copy: DatabaseCopy, every: float = EVERY_S, now: Callable[[], float] = time.monotonic) -> None:
        self._copy, self._every, self._now = copy, every, now
        self._next = float("-inf")
        self._problem: StoreError | None = None
        self._lock = threading.Lock()

    def look(self) -> threading.Thread | None:
        """Look where it is time to; the thread that does, which nobody needs to wait for. The first copy is waited for.

        Raises:
            StoreError: there is no copy yet, and the URL does not answer.
        """
        with self._lock:
            if self._now() < self._next:
                if self._problem is not None and not self._copy.path.exists():
                    raise self._problem  # not asked again so soon, and not taken for an absent database
                return None
            self._next = self._now() + self._every
            self._problem = None
            if not self._copy.path.exists():
                try:
                    self._copy.look()
                except StoreError as error:
                    self._problem = error
                    raise
                finally:
                    self._next = self._now() + self._every
                return None
        thread = threading.Thread(target=self._quietly, name="database", daemon=True)
        thread.start()
        return thread

    def _quietly(self) -> None:
        try:
            self._copy.look()
        except StoreError:
            return
