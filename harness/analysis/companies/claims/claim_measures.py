"""Measures of claims that are no input of positioning: releases per head, and who has a product at the frontier."""

from __future__ import annotations

import pandas as pd

from harness.analysis.companies.inputs import MEASURES
from harness.analysis.companies.vendor_inputs import COLUMNS, RECENT_YEARS

FRONTIER = 10
"""Products of the capability scale that are its frontier."""
PER = 1000
"""People to whom releases are counted."""
HEADS = {"releases_per_researcher": "researchers", "releases_per_employee": "staff"}


def claim_measures(inputs: pd.DataFrame, counted: pd.DataFrame, board: pd.DataFrame) -> pd.DataFrame:
    """Measures by vendor, with the columns of ``gather_inputs``, one row a vendor and measure.

    ``inputs`` is ``gather_inputs``; ``counted`` has the measures that the query ``claim_measures`` counts; ``board`` the
    products of the capability scale (``vendor_id, model, score, released``). Releases per head are products with new weights
    a year (aliases are no products) over the newest number of researchers, or of all staff: only of vendors that have both.
    """
    parts = [counted, *(_per_head(inputs, key, heads) for key, heads in HEADS.items()), _at_frontier(board)]
    rows = pd.concat([part for part in parts if len(part)] or [counted], ignore_index=True)
    kinds = [MEASURES[str(key)] for key in rows["input"]]
    rows = rows.assign(
        dimension=[kind.dimension for kind in kinds], unit=[kind.unit for kind in kinds],
        origin=[kind.origin for kind in kinds], too_old=False,
    )  # fmt: skip
    return rows.reindex(columns=COLUMNS).astype({"group_id": object})


def _per_head(inputs: pd.DataFrame, key: str, heads: str) -> pd.DataFrame:
    """Releases a year per thousand people; the note has both numbers, day and source are those of the people."""
    own = inputs[inputs["group_id"].isna()]
    people = own[(own["input"] == heads) & (own["value"] > 0)]
    released = own.loc[own["input"] == "releases_per_year", ["vendor_id", "value"]]
    rows = people.merge(released, on="vendor_id", suffixes=("", "_released"))
    note = [f"{a:g} ÷ {b:,.0f}" for a, b in zip(rows["value_released"], rows["value"], strict=True)]
    rows = rows.assign(input=key, value=PER * rows["value_released"] / rows["value"], note=note)
    return rows[["vendor_id", "input", "value", "note", "as_of", "source_id"]]


def _at_frontier(board: pd.DataFrame) -> pd.DataFrame:
    """Whether the best product of the last two years of each vendor is among the first of the scale, named in the note."""
    if board.empty:
        return board
    released = pd.to_datetime(board["released"])
    recent = released > released.max() - pd.DateOffset(
        years=RECENT_YEARS
    )  # who stopped is no rival of today's frontier
    rows = board[recent].dropna(subset=["vendor_id", "score"])
    place = board["score"].astype(float).rank(ascending=False, method="min").reindex(rows.index)
    best = rows.assign(value=(place <= FRONTIER).astype(float), place=place).sort_values("place", kind="stable")
    best = best.drop_duplicates("vendor_id")
    best = best.assign(input="at_frontier", note=best["model"], as_of=best["released"])
    return best[["vendor_id", "input", "value", "note", "as_of"]]
