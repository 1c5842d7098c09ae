"""`harness db rebuild` and `harness db check`, and the reader that read-only commands share."""

from __future__ import annotations

import datetime as dt
import sys
from typing import TYPE_CHECKING

from harness import places
from harness.errors import BadInput
from harness.terminal import print_json

if TYPE_CHECKING:
    from harness.store.public import Pack
    from harness.store.reader import Reader

LISTED = 40
"""Disagreements that ``harness db check`` prints a line each."""


def rebuild() -> int:
    """Make the database again; 0 where all sources are in it, 1 where a damaged run or pack was left out."""
    from harness.catalog.checks import require_sound
    from harness.store import leftovers
    from harness.store.opening import damage_lines
    from harness.store.rebuild import rebuild as make
    from harness.store.remote import in_use

    require_sound(places.catalog(), dt.date.today())
    leftovers.sweep(places.runs())
    loaded = make(places.database(), places.catalog(), places.public_runs(), places.runs(), places.measured_runs())
    for line in [*loaded.notes, *damage_lines(loaded)]:
        print(line, file=sys.stderr)
    print(f"rebuilt {in_use.database_name()}")
    return 1 if loaded.problems else 0


def check(*, as_json: bool) -> int:
    """Verify the database; 0 where it agrees with its sources, else 1. Runs without hashes are named, and no disagreement."""
    from harness.store import public, run_folder
    from harness.store.check import check as verify
    from harness.store.remote import shared

    shared.gather(places.database(), places.runs())
    problems = verify(places.database(), places.catalog(), places.public_runs(), places.runs(), places.measured_runs())
    notes = [run_folder.unhashed_note(folder) for folder in run_folder.unhashed(places.runs())]
    folders = (places.public_runs(), places.measured_runs(), places.runs() / public.PACKS)
    notes += [note for folder in folders for pack in public.packs(folder) for note in _of_pack(pack)]
    if as_json:
        print_json({"ok": not problems, "problems": problems, "notes": notes})
    else:
        for note in notes:
            print(note, file=sys.stderr)
        more = len(problems) - LISTED
        print("\n".join(problems[:LISTED]) if problems else "ok")
        if more > 0:  # such as where another folder of runs is looked at
            print(f"… and {more:,} more (--json names all)")
        if problems:
            print("Restore what is damaged from a copy, or move it away; then: harness db rebuild", file=sys.stderr)
    return 1 if problems else 0


def _of_pack(pack: Pack) -> list[str]:
    """Notes on a pack that can be read; a damaged one is among the problems."""
    from harness.store.public import unhashed_notes

    try:
        return unhashed_notes(pack)
    except BadInput:
        return []


def reader() -> Reader:
    """The database in use, made first where there is none.

    Raises:
        StoreError: it cannot be made or read.
    """
    from harness.store.opening import open_database

    return open_database()
