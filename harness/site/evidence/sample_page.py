"""Reading the evidence: a page of a run's items, with their texts where they are here and may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.errors import MissingData

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

PAGE = 50
"""Items a page: a table of long texts stays quick to send and to read."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which items of which measure of which run; ``wrong`` keeps those with a value below one half."""

    run_id: str
    task: str
    metric: str
    filter: str
    words: str = ""
    wrong: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Found:
    """A page of items, how many there are in all, and whether it carries texts."""

    frame: pd.DataFrame
    total: int
    texts: bool


def items(view: View, wanted: Wanted, *, texts: bool) -> Found:
    """The items wanted: from the run's folder with texts, else from the database without.

    ``texts`` says whether they may be shown; a run whose folder is not on this machine has none.
    """
    if texts:
        from harness.store.samples import samples

        try:
            page = samples(
                wanted.run_id,
                wanted.task,
                metric=wanted.metric,
                filter=wanted.filter,
                text=wanted.words or None,
                below=0.5 if wanted.wrong else None,
                offset=(wanted.page - 1) * PAGE,
                limit=PAGE,
            )
        except MissingData:
            pass
        else:
            return Found(page.frame, page.total, True)
    frame = view.reader.frame(
        "outcome_items",
        run_id=wanted.run_id,
        task=wanted.task,
        metric=wanted.metric,
        filter=wanted.filter,
        below=0.5 if wanted.wrong else None,
        most=PAGE,
        skipped=(wanted.page - 1) * PAGE,
    )
    return Found(frame, int(frame["found"].iloc[0]) if len(frame) else 0, False)
