"""What several hosts share around a publish, an import and a check; nothing happens where runs and database lie in folders."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.errors import StoreAway, StoreError
from harness.store.reader import Reader
from harness.store.remote import in_use


@dataclass
class Publication:
    """What a publish does: begin from nothing, change anything."""

    fresh: bool
    changed: bool = False


@contextmanager
def publishing(db: Path, runs: Path, *, fresh: bool) -> Iterator[Publication]:
    """Publish to ``db`` what all hosts sealed: the copies are up to date in the block, and the database is sent at its end.

    Where the URL of runs does not answer and the database is a file, what is on this host is published; it is said.

    Raises:
        StoreError: as the URLs answer; the database there is unchanged.
    """
    copy = in_use.database(db)
    if copy is None:
        try:
            gather(db, runs)
        except StoreAway as error:
            in_use.say(f"harness: {error} What lies on this host is published.")
        yield Publication(fresh=fresh)
        return
    gather(db, runs, whole=fresh)  # the bulk of it, while others may publish
    with copy.publishing() as change:
        # Again: a pack that came meanwhile is in the database, and would be taken out by whoever lacks its files.
        gather(db, runs, whole=fresh or change.fresh)
        publication = Publication(fresh=fresh or change.fresh)
        yield publication
        change.changed = publication.changed


def gather(db: Path, runs: Path, *, whole: bool = True) -> None:
    """Bring runs and database of this host up to date with the URLs, and send there what they lack.

    Unless ``whole``, runs that a shared database has are not brought.

    Raises:
        StoreError: as the URLs answer.
    """
    copy, copies = in_use.database(db), in_use.runs(runs)
    if copy is not None:
        copy.bring()
    if copies is not None:
        copies.send_missing()
        copies.bring_missing(have=() if whole or copy is None else _published(db))


@contextmanager
def importing(runs: Path) -> Iterator[None]:
    """Import into the folder of runs, alone among hosts.

    Raises:
        StoreError: as the URL answers.
    """
    copies = in_use.runs(runs)
    if copies is None:
        yield
        return
    from harness.store.remote import tombstones

    with tombstones.importing(copies.objects, runs):
        copies.bring_missing()
        yield
        copies.send_missing()


def _published(db: Path) -> set[str]:
    """Ids of the runs of folders that a database holds; none where it cannot be read."""
    try:
        reader = Reader(db)
    except StoreError:
        return set()
    try:
        return {str(row["name"]) for row in reader.rows("published_runs")}
    finally:
        reader.close()
