"""Results kept in the server's memory, each with what of the database it was computed from: it holds as long as that is the same.

A publish of one run changes a few rows; what was computed from the catalog, or from other runs, is not computed again.
"""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from harness.store.reads import contents

if TYPE_CHECKING:
    from harness.store.reader import Reader

GENERATIONS = 2
"""Results of one name and values that are kept: a script that began before a publish ends on the older generation."""


@dataclass(frozen=True)
class Answer:
    """A result, the parts of the database that it was computed from, and their stamp on that generation."""

    value: Any
    parts: frozenset[contents.Part]
    stamp: contents.Stamp

    def holds(self, reader: Reader) -> bool:
        """Whether it would be computed alike from this reader."""
        return reader.contents.stamp(self.parts) == self.stamp


@dataclass
class _Slot:
    lock: threading.RLock = field(default_factory=threading.RLock)
    answers: deque[Answer] = field(default_factory=lambda: deque(maxlen=GENERATIONS))


def key_of(name: str, values: Mapping[str, Any]) -> Hashable:
    """A key of a name and values: plain values, lists, tuples, sets and dictionaries of them.

    Raises:
        TypeError: a value is something else that cannot be hashed.
    """
    return name, tuple((key, _frozen(value)) for key, value in sorted(values.items()))


def _frozen(value: Any) -> Hashable:
    """A value with its type, for 1, 1.0 and True are equal and not the same question."""
    if isinstance(value, dict):
        return "dict", tuple((_frozen(key), _frozen(part)) for key, part in value.items())
    if isinstance(value, list | tuple):
        return type(value).__name__, tuple(_frozen(part) for part in value)
    if isinstance(value, set | frozenset):
        return "set", frozenset(_frozen(part) for part in value)
    hash(value)
    return type(value).__name__, value


class Kept:
    """Results by key, ``most`` keys at most; safe in threads: who asks for what is being computed waits for it."""

    def __init__(self, most: int) -> None:
        self._slots: OrderedDict[Hashable, _Slot] = OrderedDict()  # the longest unused first
        self._most = most
        self._lock = threading.Lock()

    def get(self, key: Hashable, reader: Reader, compute: Callable[[], Any]) -> Any:
        """The result kept under ``key`` that holds for ``reader``, else that of ``compute``, which is kept.

        All that ``compute`` depends on has to be in ``key`` or read from ``reader``. What read from another reader is not kept.
        """
        with self._slot(key) as slot:
            for answer in slot.answers:
                if answer.holds(reader):
                    contents.note(answer.parts, reader.generation)
                    return answer.value
            with contents.recording() as reads:
                value = compute()
            if reads.generations <= {reader.generation}:
                parts = frozenset(reads.parts)
                slot.answers.appendleft(Answer(value, parts, reader.contents.stamp(parts)))
            return value

    def held(self, reader: Reader) -> list[tuple[Hashable, Answer]]:
        """What is kept and holds for this reader, by key; what is being computed is passed by."""
        with self._lock:
            slots = list(self._slots.items())
        found = []
        for key, slot in slots:
            answer = next((answer for answer in tuple(slot.answers) if answer.holds(reader)), None)
            if answer is not None:
                found.append((key, answer))
        return found

    def put(self, key: Hashable, answer: Answer) -> None:
        """Keep under ``key`` what was computed elsewhere."""
        with self._slot(key) as slot:
            slot.answers.appendleft(answer)

    def sweep(self, readers: Iterable[Reader]) -> None:
        """Drop what holds for none of these readers."""
        alive = tuple(readers)
        with self._lock:
            slots = list(self._slots.items())
        for key, slot in slots:
            if not slot.lock.acquire(blocking=False):  # being computed
                continue
            try:
                held = [answer for answer in slot.answers if any(answer.holds(reader) for reader in alive)]
                slot.answers = deque(held, maxlen=GENERATIONS)
            finally:
                slot.lock.release()
            if not held:
                with self._lock:
                    self._slots.pop(key, None)

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._slots.clear()

    @contextmanager
    def _slot(self, key: Hashable) -> Iterator[_Slot]:
        """The slot of ``key``, locked; it is the one used last."""
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            self._slots.move_to_end(key)
            while len(self._slots) > self._most:
                self._slots.popitem(last=False)
        with slot.lock:
            yield slot


Subject: TypeAlias = tuple[str, Hashable]
"""A result's name and what it is about."""


@dataclass(frozen=True)
class Answered:
    """A result, a hash of all that it was computed from, and the parts of the database that were read for it."""

    value: Any
    content: str
    parts: frozenset[contents.Part]


class ByContent:
    """Of every subject the result computed last, which holds as long as its content is the same, over all generations; the
    ``most`` that were used last.

    Safe in threads; who asks for what is being computed waits for it.
    """

    def __init__(self, most: int) -> None:
        self._values: OrderedDict[Subject, Answered] = OrderedDict()  # the longest unused first
        self._locks: dict[Subject, threading.RLock] = {}
        self._most = most
        self._lock = threading.Lock()

    def get(self, subject: Subject, content: str, reader: Reader, compute: Callable[[], Any]) -> Any:
        """The result kept for ``content``, else that of ``compute``, which is kept; its reads count as reads of ``reader``."""
        with self._lock:
            lock = self._locks.setdefault(subject, threading.RLock())
        with lock:
            with self._lock:
                known = self._values.get(subject)
            if known is None or known.content != content:
                with contents.recording() as reads:
                    value = compute()
                known = Answered(value, content, frozenset(reads.parts))
            else:
                contents.note(known.parts, reader.generation)
            self.put(subject, known)
            return known.value

    def held(self) -> list[tuple[Subject, Answered]]:
        """All that is kept, the longest unused first."""
        with self._lock:
            return list(self._values.items())

    def put(self, subject: Subject, answered: Answered) -> None:
        """Keep what was computed, here or elsewhere."""
        with self._lock:
            self._values[subject] = answered
            self._values.move_to_end(subject)
            while len(self._values) > self._most:
                self._locks.pop(self._values.popitem(last=False)[0], None)

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._values.clear()
            self._locks.clear()
