"""The figures that size a vendor: value, revenue, run rate, funds raised, users, staff, one row a vendor and figure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

FIGURES = ("valuation", "revenue", "revenue_run_rate", "funds_raised", "monthly_users", "staff")
"""Inputs of positioning that say how large a vendor is, in the order shown."""
VALUATIONS = (
    ("market_cap", r"^market (capitalisation|value)"),
    ("shares", r"offer price|sale of shares|buyback"),
    ("round", r"post-money|after the|\bround\b|\bseries [A-K]\b"),
)
"""Kinds of valuation and what the note of one says, first match first; a note that says neither leaves the kind unsaid."""
COLUMNS = ["vendor_id", "figure", "value", "unit", "stated", "stated_unit", "kind", "note", "group_id", "too_old", "as_of",
           "source_id", "source", "url"]  # fmt: skip


def figures(queries: Queries, inputs: pd.DataFrame, vendor_ids: Sequence[str]) -> pd.DataFrame:
    """COLUMNS for every one of ``vendor_ids`` and FIGURES, in their order; ``value`` is missing where nothing is known.

    ``inputs`` from ``market.positions.position_inputs``: money in USD at the rate of its day beside the amount as its source
    states it. ``kind`` is a valuation's (of VALUATIONS, or ``unsaid``). Of several sources ``url`` is the first one's.
    """
    import pandas as pd

    own = inputs[inputs["input"].isin(FIGURES)].rename(columns={"input": "figure"})
    every = pd.DataFrame([(v, f) for v in vendor_ids for f in FIGURES], columns=["vendor_id", "figure"])
    rows = every.merge(own.drop_duplicates(["vendor_id", "figure"]), on=["vendor_id", "figure"], how="left")
    named = queries.frame("source_names").set_index("source_id")
    ids = [str(i).split(", ") if isinstance(i, str) else [] for i in rows["source_id"]]
    titles, urls = named["title"].to_dict(), named["url"].to_dict()
    valued = rows["figure"].eq("valuation") & rows["value"].notna()
    kinds = [valuation_kind(n) if v else None for n, v in zip(rows["note"], valued, strict=True)]
    return rows.assign(
        kind=kinds,
        source=["; ".join(str(titles.get(i) or i) for i in some) or None for some in ids],
        url=[urls.get(some[0]) if some else None for some in ids],
    )[COLUMNS]


def valuation_kind(note: object) -> str:
    """Whether a valuation is a market capitalisation, of a round, or of a sale of shares, as its note says; else ``unsaid``."""
    text = note if isinstance(note, str) else ""
    return next((kind for kind, words in VALUATIONS if re.search(words, text, re.IGNORECASE)), "unsaid")
