"""A lease at a URL: one of several hosts holds a name, for as long as it renews it.

    .locks/<name>/00000007        {"token": …, "process": …, "host": …, "place": …, "since": …, "renewals": 12, "released": false}

Whoever takes a name makes the object of the next number, which the file system gives to one alone; the highest number
holds. It renews its object while it lives. No two hosts' clocks are compared: who waits looks whether the renewals of the
holder change while a time passes by its own clock, and takes the next number where they do not. Who was passed over, a
process that was asleep, sees a higher number than its own before it seals or publishes.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from harness.errors import StoreError
from harness.store.remote import lease_record
from harness.store.remote.lease_record import holder_words, newest
from harness.store.remote.lease_terms import Terms
from harness.store.remote.objects import Objects

LEAVING = 5.0
"""Seconds that a release waits for a renewal on its way."""


class LeaseHeld(StoreError):
    """Another process holds the lease. ``holder`` says who, for people."""

    def __init__(self, holder: str) -> None:
        super().__init__(f"Another process holds it{holder}.")
        self.holder = holder


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
                lease_record.write(self._objects, self._name, self.number, self._record)

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
                    lease_record.write(self._objects, self._name, self.number, self._record)
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
                raise LeaseHeld(holder_words(holder))
            if number and holder.get("released") is not True:
                terms.say(
                    f"waiting up to {terms.stale:g} s to see whether the holder of this plan lives{holder_words(holder)}"
                )
            seen, since = state, terms.now()
        dead = bool(terms.place) and holder.get("place") == terms.place
        if not number or dead or holder.get("released") is True or terms.now() - since >= terms.stale:
            if (lease := _take_next(objects, name, number, terms)) is not None:
                return lease
            continue
        if wait is not None and terms.now() - began >= wait:
            raise LeaseHeld(holder_words(holder))
        terms.sleep(min(1.0, terms.renew / 2))


def _take_next(objects: Objects, name: str, number: int, terms: Terms) -> Lease | None:
    """The lease of the next number; None where another was first. Numbers before the last one are removed."""
    record = lease_record.new(terms.place)
    if not lease_record.make(objects, name, number + 1, record):
        return None
    if newest(objects, name)[0] != number + 1:  # others took, and cleared away, numbers beyond it since we looked
        return None
    with suppress(StoreError):
        lease_record.remove_before(objects, name, number + 1)
    return Lease(objects, name, number + 1, record, terms)
