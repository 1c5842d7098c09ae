"""List prices that changed from one date to the next."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from harness.market.queries import Queries


def price_changes(queries: Queries, since: dt.date | None = None) -> pd.DataFrame:
    """Offers whose price differs from the date before, one row an offer and date (query ``price_changes``), newest first;
    with ``since`` those of that day and later."""
    rows = queries.frame("price_changes")
    return rows if since is None else rows[pd.to_datetime(rows["as_of"]) >= pd.Timestamp(since)].reset_index(drop=True)
