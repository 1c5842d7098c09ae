"""Publishing of an import to the database, with whatever else lies sealed and is not in it yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

from harness import places
from harness.errors import BadInput, RunFailed, StoreError, StoreRefused

if TYPE_CHECKING:
    from harness.interchange.imported_run import ImportReport
    from harness.store.loading import Loaded


def publish(report: ImportReport) -> Loaded:
    """Bring the database up to date with the catalog, the public runs and all sealed runs, in one go; runs that the import replaces go.

    Without a catalog the runs are published alone; so they are where it does not pass its checks, and that is said.

    Raises:
        RunFailed: the database cannot be written; what was imported is kept.
    """
    from harness.catalog.checks import require_sound

    try:
        if not places.catalog().is_dir():
            return _publish(None)
        try:
            require_sound(places.catalog(), dt.date.today())
            return _publish(places.catalog())
        except BadInput as error:
            loaded = _publish(None)
            loaded.catalog = f"The runs are in the database, but the catalog there is the old one. {error}"
            return loaded
    except StoreError as error:
        raise RunFailed(f"{sealed_summary(report)} {error} Then the same command publishes it.") from None


def _publish(catalog: Path | None) -> Loaded:
    from harness.store.imported import replacing
    from harness.store.rebuild import publish_all

    runs = places.runs()
    replaced = replacing.settled(runs)
    loaded = publish_all(places.database(), catalog, places.public_runs(), runs, places.measured_runs())
    replacing.finish(runs, replaced)
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


def sealed_summary(report: ImportReport) -> str:
    """Sentence for what an import has sealed while the database could not be written."""
    runs = len(report.imported) + len(report.existing)
    scores = f" and {report.reported:,} reported scores" if report.reported else ""
    return f"The import is kept in {places.runs()} ({runs:,} run{'s' if runs != 1 else ''}{scores}), but not in the database:"
