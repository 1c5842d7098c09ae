"""Releases of language models by vendor: one row a product, and how many each vendor brought out in a year."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

MONTHS = 12
"""The window of the count that compares vendors: one year, so that no season counts twice."""


def releases(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """Products (never a second name of one): ``model_id, name, vendor_id, released, score, source`` …, newest first.

    ``score`` is the product's points on the capability scale (``market.scale_board``), missing where it has none. Products
    without a date of release are there with ``released`` missing.
    """
    rows = queries.frame("releases")
    points = board.set_index("model_id")["score"] if len(board) else {}
    return rows.assign(score=rows["model_id"].map(points).astype(float))


def recent(rows: pd.DataFrame, months: int = MONTHS) -> pd.DataFrame:
    """How many products each vendor released in the months up to the newest release of all: ``vendor_id, releases``, most first."""
    import pandas as pd

    days = pd.to_datetime(rows["released"])
    new = rows[days > days.max() - pd.DateOffset(months=months)]
    counts = new.groupby("vendor_id")["model_id"].nunique()
    every = counts.reindex(sorted(set(rows["vendor_id"])), fill_value=0)
    return every.sort_values(ascending=False, kind="stable").rename("releases").rename_axis("vendor_id").reset_index()


def lanes(rows: pd.DataFrame, vendor_ids: Sequence[str], months: int | None) -> pd.DataFrame:
    """The dated products of some vendors within the months up to the newest release of all, in the order of ``vendor_ids``.

    ``newest`` marks each vendor's last one, ``best`` the one with most points among those shown; ``months`` None is all.
    """
    import pandas as pd

    days = pd.to_datetime(rows["released"])
    since = days.max() - pd.DateOffset(months=months) if months else days.min() - pd.DateOffset(days=1)
    part = rows.assign(released=days)[(days > since) & rows["vendor_id"].isin(vendor_ids)]
    order = {vendor_id: place for place, vendor_id in enumerate(vendor_ids)}
    part = part.assign(lane=part["vendor_id"].map(order)).sort_values(["lane", "released", "model_id"])
    newest = part.groupby("vendor_id")["released"].transform("max") == part["released"]
    first_of_newest = newest & ~part["vendor_id"].where(newest).duplicated(keep="last")
    top = part.groupby("vendor_id")["score"].transform("max") == part["score"]
    first_of_top = top & ~part["vendor_id"].where(top).duplicated(keep="first")
    return part.assign(newest=first_of_newest, best=first_of_top).reset_index(drop=True)
