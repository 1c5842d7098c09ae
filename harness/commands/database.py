"""`harness db rebuild` and `harness db check`, and the reader that read-only commands share."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from harness import places
from harness.errors import MissingData
from harness.terminal import print_json

if TYPE_CHECKING:
    from harness.store.reader import Reader


def rebuild() -> None:
    """Make the database again."""
    from harness.catalog.checks import require_sound
    from harness.store.rebuild import rebuild as make

    require_sound(places.catalog(), dt.date.today())
    make(places.database(), places.catalog(), places.public_runs(), places.runs())
    print(f"rebuilt {places.database()}")


def check(*, as_json: bool) -> int:
    """Verify the database; 0 where it agrees with its sources, else 1."""
    from harness.store.check import check as verify

    problems = verify(places.database(), places.catalog(), places.public_runs(), places.runs())
    if as_json:
        print_json({"ok": not problems, "problems": problems})
    else:
        print("\n".join(problems) if problems else "ok")
    return 1 if problems else 0


def reader() -> Reader:
    """The database in use.

    Raises:
        MissingData: there is none yet.
    """
    from harness.store.reader import Reader

    found = Reader(places.database())
    if found.empty:
        raise MissingData(f"There is no database at {places.database()}. Make one: harness db rebuild")
    return found
