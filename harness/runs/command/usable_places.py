"""Whether runs and database can be written, before any work is done."""

from __future__ import annotations

import tempfile

from harness import places
from harness.errors import StoreError
from harness.store import leftovers
from harness.store.remote import in_use


def problems() -> list[str]:
    """Problems with the folder of runs and with the database, one sentence each, before any work is done."""
    from harness.store.publish import refuse_unusable

    found: list[str] = []
    runs = places.runs()
    leftovers.sweep(runs)
    try:
        in_use.runs()
        in_use.database()
    except StoreError as error:
        found.append(str(error))
    try:
        with tempfile.TemporaryFile(dir=next(p for p in (runs, *runs.parents) if p.exists())):
            pass
    except OSError as error:
        found.append(f"{runs} cannot be written: {error.strerror}. Set LANDSCAPE_RUNS to a folder of yours.")
    try:
        refuse_unusable(places.database())
    except StoreError as error:
        found.append(str(error))
    return found
