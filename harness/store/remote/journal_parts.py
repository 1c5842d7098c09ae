"""A journal at a URL: the lines of a run's journal as small objects, so that another host goes on from the last whole batch.

    .journal/<plan hash>/<16 hex digits of the head's SHA-256>/head.jsonl
    .journal/<plan hash>/<…>/<number of the lease>-<number>.jsonl       one or more lines, in the order of their names

What a line says is the journal's own affair (``harness.runs.journal.journal``); here a line is bytes. A process that was passed
over writes under its own lease's number and disturbs nobody. Heads of other questions lie beside each other.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from harness import files
from harness.errors import BadInput, StoreAway, StoreError
from harness.store.remote.objects import Objects

FOLDER = ".journal"
HEAD = "head.jsonl"
MOST_BYTES = 256 << 20
"""Of one object: a head names every batch and every reused answer."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds between attempts while the URL does not answer."""
PATIENCE = 30.0
"""Seconds that a batch waits for its object, and the end of a run for those that are not yet at the URL."""
LEAVING = 5.0
"""The same at the end of a run where the URL did not answer before."""
_HEAD_HASH, _PART = re.compile(r"[0-9a-f]{16}"), re.compile(r"\d{8}-\d{8}\.jsonl")
_DONE = b'"done":'


def head_hash(head: bytes) -> str:
    """Name of a head's folder."""
    return hashlib.sha256(head).hexdigest()[:16]


def bring(objects: Objects, plan_hash: str, path: Path, accepts: Callable[[bytes], bool]) -> dict[str, Counter[bytes]]:
    """Join the journal at ``path`` with the one at the URL; what lies at the URL, lines by head.

    Of several whose head ``accepts`` takes, the one with most batches done goes on; lines that only one side has are kept.
    A journal of this host that does not go on is set aside, as ``open_journal`` does.
    """
    there = _read(objects, f"{FOLDER}/{plan_hash}")
    ours = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    ours = [line for line in ours if line.endswith(b"\n")]
    ours_fit = bool(ours) and accepts(ours[0])
    fitting = {name: lines for name, lines in there.items() if accepts(lines[0])}
    best = max(fitting, key=lambda name: (_batches(fitting[name]), name), default=None)
    known = {name: Counter(lines) for name, lines in there.items()}
    if best is None:
        return known
    same = bool(ours) and head_hash(ours[0]) == best
    if ours_fit and not same and _batches(ours) >= _batches(fitting[best]):
        return known
    if ours and not same:
        path.rename(path.with_suffix(f".stale-{os.getpid()}"))
    lines = fitting[best]
    joined = [*lines, *_beyond(ours, known[best])] if same else lines
    if joined != ours:
        path.parent.mkdir(parents=True, exist_ok=True)
        files.write_atomically(path, b"".join(joined))
    return known


def remove(objects: Objects, plan_hash: str) -> None:
    """Remove all journals of a plan from the URL."""
    objects.remove_folder(f"{FOLDER}/{plan_hash}")


def _read(objects: Objects, folder: str) -> dict[str, list[bytes]]:
    """Whole lines of each journal of a plan, by its head's hash; what is damaged is none."""
    journals: dict[str, list[bytes]] = {}
    for name in objects.names(folder).folders:
        if not _HEAD_HASH.fullmatch(name):
            continue
        parts = [p for p in objects.names(f"{folder}/{name}").objects if _PART.fullmatch(p)]
        try:
            head, *texts = objects.read_all([f"{folder}/{name}/{p}" for p in (HEAD, *parts)], MOST_BYTES)
        except BadInput:
            continue
        if head is None or head_hash(head) != name or head.count(b"\n") != 1 or not head.endswith(b"\n"):
            continue
        lines = [line for text in texts if text for line in text.splitlines(keepends=True) if line.endswith(b"\n")]
        journals[name] = [head, *lines]
    return journals


def _batches(lines: Sequence[bytes]) -> int:
    return sum(_DONE in line for line in lines)


def _beyond(lines: Sequence[bytes], known: Counter[bytes]) -> list[bytes]:
    """The lines that ``known`` has not, or not as often, in their order."""
    left = known.copy()
    beyond = []
    for line in lines:
        if left[line] > 0:
            left[line] -= 1
        else:
            beyond.append(line)
    return beyond


class Sender:
    """Brings a journal's lines to the URL in the background, each object after the one before; ``say`` is told of trouble.

    While the URL does not answer the lines wait here (they are in the journal on this host's disk), and nobody waits for
    them.
    """

    def __init__(self, objects: Objects, plan_hash: str, number: int, say: Callable[[str], object]) -> None:
        self._objects, self._folder, self._number, self._say = objects, f"{FOLDER}/{plan_hash}", number, say
        self._waiting: list[bytes] = []
        self._head: bytes | None = None
        self._sent, self._behind, self._ending = 0, False, False
        self._change = threading.Condition()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)

    def begin(self, path: Path, known: dict[str, Counter[bytes]]) -> None:
        """Send what the URL lacks of the journal at ``path``, and from now on what ``add`` is given."""
        head, *lines = path.read_bytes().splitlines(keepends=True)
        name = head_hash(head)
        self._folder += f"/{name}"
        at_url = known.get(name, Counter())
        self._head = None if at_url[head] else head
        self._waiting = _beyond(lines, at_url)
        self._thread.start()

    def add(self, line: bytes, wait: bool) -> None:
        """Send a line; with ``wait`` return once it is at the URL, or the URL does not answer."""
        with self._change:
            self._waiting.append(line)
            self._change.notify_all()
        if wait and not self.flush(PATIENCE):
            self._trouble(StoreAway(f"{self._objects.shown} has not taken a batch in {PATIENCE:g} s."))

    def flush(self, seconds: float | None) -> bool:
        """Wait until all lines are at the URL, or it does not answer; whether all are."""
        with self._change:
            self._change.wait_for(lambda: self._is_done() or self._behind, seconds)
            return self._is_done()

    def close(self) -> None:
        """Stop, after a last while for lines that are not yet at the URL."""
        with self._change:
            self._ending = True
            self._change.notify_all()
        if self._thread.is_alive():
            self._thread.join(LEAVING if self._behind else PATIENCE)

    def _is_done(self) -> bool:
        return self._head is None and not self._waiting

    def _work(self) -> None:
        pause = FIRST_PAUSE
        while True:
            with self._change:
                self._change.wait_for(lambda: self._ending or not self._is_done())
                if self._is_done():
                    return
                head, lines = self._head, list(self._waiting)
            try:
                if head is not None:
                    self._objects.write(f"{self._folder}/{HEAD}", head)
                else:
                    self._objects.write(f"{self._folder}/{self._number:08d}-{self._sent:08d}.jsonl", b"".join(lines))
            except StoreError as error:
                self._trouble(error)
                if self._ending:  # that was the last try
                    return
                with self._change:
                    self._change.wait_for(lambda: self._ending, pause)
                pause = min(2 * pause, LONGEST_PAUSE)
                continue
            pause = FIRST_PAUSE
            self._progress(None if head is not None else len(lines))

    def _trouble(self, error: StoreError) -> None:
        with self._change:
            first, self._behind = not self._behind, True
            self._change.notify_all()
        if first:
            kept = "The run goes on; its journal is kept on this host and brought there when it answers again."
            self._say(f"harness: {error} {kept}")

    def _progress(self, lines: int | None) -> None:
        with self._change:
            if lines is None:
                self._head = None
            else:
                self._sent += 1
                del self._waiting[:lines]
            caught_up = self._behind and self._is_done()
            self._behind = self._behind and not caught_up
            self._change.notify_all()
        if caught_up:
            self._say(f"harness: {self._objects.shown} answers again; the journal there is whole.")
