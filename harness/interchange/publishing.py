"""Publishing of an import to the database, with whatever else lies sealed and is not in it yet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from harness import places
from harness.errors import BadInput, RunFailed, StoreError, StoreRefused

if TYPE_CHECKING:
    from harness.interchange.imported_run import ImportReport
    from harness.store.loading import Loaded


def publish(report: ImportReport) -> Loaded:
    """Bring the database up to date with the catalog, the public runs and all sealed runs, in one go.

    Without a catalog the runs are published alone; of a catalog that does not pass its checks, too, the problem is named.

    Raises:
        RunFailed: the database cannot be written; what was imported is kept.
    """
    from harness.catalog.checks import require_sound
    from harness.store.rebuild import publish_all

    catalog, problems = places.catalog() if places.catalog().is_dir() else None, list[str]()
    if catalog is not None:
        try:
            require_sound(catalog, dt.date.today())
        except BadInput as error:
            catalog, problems = None, [str(error)]
    try:
        loaded = publish_all(places.database(), catalog, places.public_runs(), places.runs(), places.measured_runs())
    except StoreError as error:
        raise RunFailed(f"{kept(report)} {error} Then the same command publishes it.") from None
    loaded.problems += problems
    return loaded


def refuse_unusable() -> None:
    """Refuse a database that could not be published to, before anything is imported.

    Raises:
        StoreRefused: it, or its folder, is none that we may use.
    """
    from harness.store.publish import refuse_unusable as refuse

    try:
        refuse(places.database())
    except StoreRefused:
        raise
    except StoreError:
        pass  # a full disk, perhaps: what is imported is kept all the same


def kept(report: ImportReport) -> str:
    """Sentence for what an import has sealed while the database could not be written."""
    runs = len(report.imported) + len(report.existing)
    scores = f" and {report.reported:,} reported scores" if report.reported else ""
    return f"The import is kept in {places.runs()} ({runs:,} run{'s' if runs != 1 else ''}{scores}), but not in the database:"
