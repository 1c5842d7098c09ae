"""Opening of the database in use; where there is none yet, it is first made from what is shipped and from the runs."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable

from harness import places
from harness.store.loading import Loaded
from harness.store.reader import NOWHERE, Reader, generation
from harness.store.remote import in_use

MAKING = "There is no database yet: making it from the catalog, the shipped runs and your runs (once, some seconds) …"
LISTED = 20
"""Damaged sources that a message lists; `harness db check --json` names all."""


def open_database() -> Reader:
    """A reader of the database in use, made first where there is none; progress and damage go to standard error.

    Raises:
        BadInput: the catalog cannot be loaded.
        StoreError: the database cannot be written or read.
    """
    if (copy := in_use.database()) is not None:
        copy.look()
    make_if_absent(lambda text: print(f"harness: {text}", file=sys.stderr, flush=True))
    return Reader(places.database())


def make_if_absent(say: Callable[[str], None]) -> bool:
    """Make the database where there is none; True where it was made here.

    Two processes that come at once take turns: the second finds it made.

    Raises:
        BadInput: the catalog cannot be loaded.
        StoreError: the database cannot be written.
    """
    if generation(places.database()) != NOWHERE:
        return False
    say(MAKING)
    loaded = bring_up_to_date()
    for line in damage_lines(loaded):
        say(line)
    if loaded.changed:  # else another process made it meanwhile
        say(f"The database is made: {places.database()}")
    return loaded.changed


def bring_up_to_date() -> Loaded:
    """Publish what the sources in use have and the database lacks: catalog, public and measured runs, own runs.

    Raises:
        BadInput: the catalog cannot be loaded.
        StoreError: the database cannot be written.
    """
    from harness.catalog.checks import require_sound
    from harness.store.rebuild import publish_all

    require_sound(places.catalog(), dt.date.today())
    return publish_all(places.database(), places.catalog(), places.public_runs(), places.runs(), places.measured_runs())


def damage_lines(loaded: Loaded) -> list[str]:
    """Lines that name the damaged sources and say what to do; none where all are sound."""
    if not loaded.problems:
        return [loaded.catalog] if loaded.catalog else []
    more = len(loaded.problems) - LISTED
    count = (
        "1 damaged run or pack is" if len(loaded.problems) == 1 else f"{len(loaded.problems)} damaged runs or packs are"
    )
    return [
        *([loaded.catalog] if loaded.catalog else []),
        f"{count} left out of the database; the others are in it:",
        *(f"  - {problem}" for problem in loaded.problems[:LISTED]),
        *([f"  … and {more} more; `harness db check --json` names all."] if more > 0 else []),
        "Restore each from a copy, or move it away; then: harness db rebuild",
    ]
