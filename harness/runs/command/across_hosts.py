"""A plan across hosts: its sealed runs, its lease and its journal at the URL of runs; for a folder of one host, nothing.

While the URL does not answer, a run that has begun goes on by itself: its journal and its sealed folder are kept on this
host and brought to the URL when it answers again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import PlanHeld, StoreAway, StoreError
from harness.runs.journal.journal import Journal
from harness.runs.progress import Progress
from harness.store.remote import in_use

if TYPE_CHECKING:
    from collections import Counter

    from harness.store.remote.journal_parts import Sender
    from harness.store.remote.lease import Lease
    from harness.store.remote.run_copies import RunCopies

Accepts = Callable[[bytes], bool]
"""Whether a journal with this first line goes on with the run at hand."""


class OneHost:
    """A plan of a folder that one host works in: nothing to share."""

    def bring_sealed(self) -> None:
        """Bring runs of the plan that other hosts sealed."""

    def bring_journal(self, path: Path, accepts: Accepts) -> None:
        """Join the plan's journal with what other hosts did."""

    def follow(self, journal: Journal) -> None:
        """Let other hosts have the journal's lines from now on."""

    def refuse_lost(self) -> None:
        """Refuse to seal a plan that another host took over."""

    def send(self, folder: Path) -> None:
        """Let other hosts have a run that was just sealed; the plan's journal is not needed any more."""


class SharedPlan(OneHost):
    """A plan that several hosts may ask for, held by this process once it has its ``lease``."""

    def __init__(self, copies: RunCopies, plan_hash: str, show: Progress) -> None:
        self._copies, self._hash, self._show = copies, plan_hash, show
        self._lease: Lease | None = None
        self._sender: Sender | None = None
        self._known: dict[str, Counter[bytes]] = {}

    def bring_sealed(self) -> None:
        """Bring runs of the plan that other hosts sealed."""
        self._copies.bring(ending=f"-{self._hash[:8]}")

    def bring_journal(self, path: Path, accepts: Accepts) -> None:
        """Join the plan's journal with what other hosts did."""
        from harness.store.remote import journal_parts

        self._known = journal_parts.bring(self._copies.objects, self._hash, path, accepts)

    def follow(self, journal: Journal) -> None:
        """Let other hosts have the journal's lines from now on; a durable line is at the URL before the work goes on."""
        from harness.store.remote.journal_parts import Sender

        assert self._lease is not None
        self._sender = Sender(self._copies.objects, self._hash, self._lease.number, self._show.warn)
        self._sender.begin(journal.path, self._known)
        journal.copy = self._line

    def refuse_lost(self) -> None:
        """Refuse to seal a plan that another host took over.

        Raises:
            PlanHeld: another host did.
        """
        assert self._lease is not None
        try:
            self._lease.still_held()
        except StoreError:
            return  # nobody can be asked; two runs of one plan would both be right
        self._refuse()

    def send(self, folder: Path) -> None:
        """Let other hosts have a run that was just sealed; the plan's journal is not needed any more."""
        from harness.store.remote import journal_parts

        try:
            self._copies.send_run(folder.name)
            journal_parts.remove(self._copies.objects, self._hash)
        except StoreError as error:
            self._show.warn(f"harness: {error} {folder.name} is sealed on this host; the next command brings it there.")

    @contextmanager
    def held(self, alone_here: bool) -> Iterator[SharedPlan]:
        """Hold the plan among hosts inside the block. As ``hold``.

        Raises:
            PlanHeld: another host is at work on it.
            StoreAway, StoreRefused: as the URL answers.
        """
        from harness.store.remote import lease, lease_terms

        # Alone in this working copy: whoever held the plan from here is dead, and need not be waited for.
        place = lease_terms.place_of(self._copies.folder) if alone_here else ""
        terms = dataclasses.replace(lease_terms.terms(), place=place, say=self._show.step)
        try:
            with lease.hold(self._copies.objects, self._hash, terms) as self._lease:
                try:
                    yield self
                finally:
                    if self._sender is not None:
                        self._sender.close()
        except lease.LeaseHeld as error:
            raise PlanHeld(
                f"Another host is at work on this very plan ({self._hash[:8]}{error.holder}); wait for it, or stop it first."
            ) from None

    def _line(self, line: bytes, durable: bool) -> None:
        self._refuse()
        assert self._sender is not None
        self._sender.add(line, durable)

    def _refuse(self) -> None:
        if self._lease is not None and self._lease.lost:
            raise PlanHeld(
                f"Another host took over this plan ({self._hash[:8]}), for this one was silent too long; it goes on from "
                "the batches that were finished here."
            )


def of(runs: Path, plan_hash: str, show: Progress) -> OneHost:
    """The plan as hosts share it, or not."""
    copies = in_use.runs(runs)
    return OneHost() if copies is None else SharedPlan(copies, plan_hash, show)


@contextmanager
def hold(plan: OneHost, *, alone_here: bool) -> Iterator[None]:
    """Hold a plan among hosts inside the block; ``alone_here``: this process holds it on this host.

    Raises:
        PlanHeld: another host is at work on it.
        StoreAway, StoreRefused: as the URL answers.
    """
    if not isinstance(plan, SharedPlan):
        yield
        return
    with plan.held(alone_here):
        yield


def catch_up(runs: Path, show: Progress) -> None:
    """Bring to the URL what was sealed here while it did not answer; where it still does not, that is said.

    Raises:
        StoreRefused: the URL cannot be used.
    """
    copies = in_use.runs(runs)
    if copies is None:
        return
    try:
        copies.send_missing()
    except StoreAway as error:
        show.warn(f"harness: {error}")
