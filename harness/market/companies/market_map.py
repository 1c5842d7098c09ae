"""The map of the market: vendors by country and segment, with their value and their newest models, one row a vendor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.companies.inputs import BY_KEY
from harness.analysis.companies.vendor_inputs import RECENT_YEARS

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

VALUE_YEARS = BY_KEY["valuation"].years
"""A value older than this says little of a company today: rounds double or halve it."""
MODEL_YEARS = RECENT_YEARS
"""The window of released models, long enough for several generations of each vendor."""
BANDS = ("US", "CN", "other")
"""Rows of the map: the two countries with most vendors and most value, and all others."""


def market_map(queries: Queries) -> pd.DataFrame:
    """Vendors with ``band`` (of BANDS), ``value`` (USD), ``as_of``, ``note``, ``source``, ``url``, ``models`` and ``in_parent``.

    ``in_parent`` marks a vendor whose parent has a value of its own: the child's is in it, so that ``size_of`` leaves it out.
    """
    rows = queries.frame("market_map", value_years=VALUE_YEARS, model_years=MODEL_YEARS)
    valued = set(rows.loc[rows["value"].notna(), "vendor_id"])
    known = rows["country"].isin(BANDS)
    return rows.assign(
        band=rows["country"].where(known, "other"), in_parent=rows["parent_id"].isin(valued) & rows["value"].notna()
    )


def size_of(rows: pd.DataFrame, measure: str) -> pd.Series[float]:
    """What each vendor's mark stands for: its ``value`` in USD or its ``models``; missing where unknown, none or in a parent."""
    if measure == "value":
        return rows["value"].where(~rows["in_parent"])
    return rows["models"].astype(float).where(rows["models"] > 0)


def shares(rows: pd.DataFrame, measure: str) -> pd.DataFrame:
    """One row a band that has a vendor, largest first, else in the order of BANDS: ``band, vendors, with_size, total, share`` of all that is shown."""
    sized = rows.assign(size=size_of(rows, measure))
    bands = sized.groupby("band", sort=False).agg(
        vendors=("vendor_id", "nunique"), with_size=("size", "count"), total=("size", "sum")
    )
    bands = bands.reindex([band for band in BANDS if band in bands.index])
    total = bands["total"].sum()
    bands = bands.assign(share=bands["total"] / total if total else 0.0)
    return bands.sort_values("total", ascending=False, kind="stable").reset_index()
