"""A lease at a URL: one of several hosts holds a name, for as long as it renews it.

    .locks/<name>/00000007        {"token": …, "process": …, "host": …, "place": …, "since": …, "renewals": 12, "released": false}

Whoever takes a name makes the object of the next number, which the file system gives to one alone; the highest number
holds. It renews its object while it lives. No two hosts' clocks are compared: who waits looks whether the renewals of the
holder change while a time passes by its own clock, and takes the next number where they do not. Who was passed over, a
process that was asleep, sees a higher number than its own before it seals or publishes.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness.errors import BadInput, StoreAway, StoreError, StoreRefused
from harness.store.remote.objects import Objects

FOLDER = ".locks"
MOST_BYTES = 4096
"""Of a lease that is read."""
STALE = 60.0
"""Seconds without a renewal after which a holder is passed over (``LANDSCAPE_LEASE``)."""
RENEWALS = 4
"""Renewals in that time: three may fail."""
LEAVING = 5.0
"""Seconds that a release waits for a renewal on its way."""
_NUMBER = re.compile(r"\d{8}")


class LeaseHeld(StoreError):
    """Another process holds the lease. ``holder`` says who, for people."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"Another process holds it{holder}.")
        self.holder = holder


@dataclass(frozen=True)
class Terms:
    """How leases are held: seconds until a silent holder is passed over, a clock, and a way to wait.

    ``place`` names what one process at a time works in and this one does (by a lock of the system): a holder of the same
    place is dead. Empty where nothing is known of that. ``say`` is told whom this process waits for.
    """

    stale: float = STALE
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], object] = time.sleep
    place: str = ""
    say: Callable[[str], object] = lambda text: None

    @property
    def renew(self) -> float:
        """Seconds from one renewal to the next."""
        return self.stale / RENEWALS


def place_of(folder: Path) -> str:
    """A name of a folder on this machine since it was started, 32 hex digits; empty where the system does not tell."""
    try:
        boot, about = Path("/proc/sys/kernel/random/boot_id").read_text().strip(), folder.stat()
    except OSError:
        return ""
    return hashlib.sha256(f"{boot}|{about.st_dev}|{about.st_ino}".encode()).hexdigest()[:32]


def terms() -> Terms:
    """The terms in use.

    Raises:
        BadInput: ``LANDSCAPE_LEASE`` is no number of seconds from 1 on.
    """
    given = os.environ.get("LANDSCAPE_LEASE", "").strip()
    if not given:
        return Terms()
    try:
        stale = float(given)
    except ValueError:
        stale = 0.0
    if not 1 <= stale <= 86_400:
        raise BadInput(f"LANDSCAPE_LEASE is {given[:40]!r}; give seconds, from 1 to 86400.")
    return Terms(stale)


class Lease:
    """A lease that this process took. Use ``hold``."""

    def __init__(self, objects: Objects, name: str, number: int, record: dict[str, Any], terms: Terms) -> None:
        self.number = number
        self.lost = False
        self._objects, self._name, self._record, self._terms = objects, name, record, terms
        self._ended, self._writing = threading.Event(), threading.Lock()
        self._thread = threading.Thread(target=self._renew_often, name="lease", daemon=True)
        self._thread.start()

    def still_held(self) -> bool:
        """Whether nobody took the next number; asked of the URL.

        Raises:
            StoreAway: the URL does not answer.
        """
        number, record = newest(self._objects, self._name)
        if number != self.number or record.get("token") not in (None, self._record["token"]):
            self.lost = True
        return not self.lost

    def renew(self) -> None:
        """Say that this process lives, unless it was passed over."""
        with self._writing:
            if self.still_held() and not self._record["released"]:
                self._record["renewals"] += 1
                self._objects.write(_path(self._name, self.number), _bytes(self._record))

    def release(self) -> None:
        """Let others take the name at once; where the URL does not answer they wait until it is stale."""
        self._ended.set()
        self._thread.join(LEAVING)
        if not self._writing.acquire(timeout=LEAVING):  # a renewal hangs: the URL does not answer
            return
        try:
            with suppress(StoreError):
                if self.still_held():
                    self._record["released"] = True
                    self._objects.write(_path(self._name, self.number), _bytes(self._record))
        finally:
            self._writing.release()

    def _renew_often(self) -> None:
        while not self._ended.wait(self._terms.renew) and not self.lost:
            with suppress(StoreError, OSError):  # the next one may come through; else another host takes over
                self.renew()


@contextmanager
def hold(objects: Objects, name: str, terms: Terms, *, wait: float | None = None) -> Iterator[Lease]:
    """Hold a name inside the block.

    A live holder is waited for ``wait`` seconds; with None it is enough that it renews once, or is new.

    Raises:
        LeaseHeld: another process holds it and lives.
        StoreAway, StoreRefused: as the URL answers.
    """
    lease = take(objects, name, terms, wait=wait)
    try:
        yield lease
    finally:
        lease.release()


def take(objects: Objects, name: str, terms: Terms, *, wait: float | None = None) -> Lease:
    """Take a name; the caller releases it. As ``hold``."""
    began = since = terms.now()
    seen: tuple[object, ...] | None = None
    while True:
        number, holder = newest(objects, name)
        state = (number, holder.get("token"), holder.get("renewals"))
        if state != seen:
            if seen is not None and wait is None and number:
                raise LeaseHeld(_who(holder))
            if number and holder.get("released") is not True:
                terms.say(f"waiting up to {terms.stale:g} s to see whether the holder of this plan lives{_who(holder)}")
            seen, since = state, terms.now()
        dead = bool(terms.place) and holder.get("place") == terms.place
        if not number or dead or holder.get("released") is True or terms.now() - since >= terms.stale:
            if (lease := _take_next(objects, name, number, terms)) is not None:
                return lease
            continue
        if wait is not None and terms.now() - began >= wait:
            raise LeaseHeld(_who(holder))
        terms.sleep(min(1.0, terms.renew / 2))


def newest(objects: Objects, name: str) -> tuple[int, dict[str, Any]]:
    """The highest number of a name and what its holder wrote; 0 where nobody ever held it."""
    for _ in range(10):
        numbers = [int(n) for n in objects.names(f"{FOLDER}/{name}").objects if _NUMBER.fullmatch(n)]
        if not numbers:
            return 0, {}
        raw = objects.read(_path(name, max(numbers)), MOST_BYTES)
        if raw is not None:
            return max(numbers), _parsed(raw)
    raise StoreAway(f"{objects.shown}/{FOLDER}/{name} names holders that cannot be read.")


def _take_next(objects: Objects, name: str, number: int, terms: Terms) -> Lease | None:
    """The lease of the next number; None where another was first. Numbers before the last one are removed."""
    record = {
        "token": secrets.token_hex(16),
        "process": os.getpid(),
        "host": socket.gethostname(),
        "place": terms.place,
        "since": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "renewals": 0,
        "released": False,
    }
    if number >= 99_999_999:
        raise StoreRefused(f"{objects.shown}/{FOLDER}/{name} has a number that no process of ours gives.")
    if not objects.make(_path(name, number + 1), _bytes(record)):
        return None
    if newest(objects, name)[0] != number + 1:  # others took, and cleared away, numbers beyond it since we looked
        return None
    with suppress(StoreError):
        for old in objects.names(f"{FOLDER}/{name}").objects:
            if _NUMBER.fullmatch(old) and int(old) < number + 1:
                objects.remove(f"{FOLDER}/{name}/{old}")
    return Lease(objects, name, number + 1, record, terms)


def _path(name: str, number: int) -> str:
    return f"{FOLDER}/{name}/{number:08d}"


def _bytes(record: dict[str, Any]) -> bytes:
    return json.dumps(record).encode()


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        record = json.loads(raw)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _who(holder: dict[str, Any]) -> str:
    """``: process P on host H since T`` as far as the lease says so."""
    try:
        return f": process {int(holder['process'])} on {str(holder['host'])[:80]} since {str(holder['since'])[:20]}"
    except (ValueError, LookupError, TypeError):
        return ""
