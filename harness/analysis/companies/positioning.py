"""Positioning of vendors: scores from 0 to 1 on five dimensions, each a mean of normalised inputs, with coverage.

Steps and names follow OECD/JRC (2008), "Handbook on Constructing Composite Indicators"; the audit line by line stands
in ``docs/methodology.md``. A missing input is missing, never zero; an input that fewer than ten vendors have ranks
nobody; a vendor with less than half of a dimension's inputs is listed, not placed, on that dimension.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.analysis.companies.scores import DEFAULT, KEYS, MAY_LACK, Booleans, Choices, Table, input_table
from harness.analysis.statistics.uncertainty import Floats
from harness.catalog.schema import DIMENSIONS

FLOOR = 0.01  # lowest value in a geometric mean: a zero would wipe out all else


def dimension_means(table: Table, scores: Floats, min_coverage: float) -> Floats:
    """Mean score of each vendor's inputs on each dimension, vendors × DIMENSIONS; NaN below ``min_coverage`` of its inputs."""
    out = np.full((len(scores), len(DIMENSIONS)), np.nan)
    for i in range(len(DIMENSIONS)):
        part = scores[:, table.dimension == i]
        have = (~np.isnan(part)).sum(axis=1)
        placed = (have > 0) & (have >= min_coverage * part.shape[1])
        out[placed, i] = np.nansum(part[placed], axis=1) / have[placed]
    return out


def aggregate(table: Floats, weights: Floats, how: str) -> Floats:
    """Weighted mean over the dimensions a vendor has, weights renormalised; shape ``(vendors,)``."""
    have = ~np.isnan(table)
    share = have * weights
    with np.errstate(divide="ignore", invalid="ignore"):
        share = share / share.sum(axis=1, keepdims=True)
        if how == "geometric":
            logs = np.log(np.clip(table, FLOOR, None))
            return np.asarray(np.exp(np.nansum(share * logs, axis=1)) + 0 * share.sum(axis=1))
        return np.asarray(np.nansum(share * table, axis=1) + 0 * share.sum(axis=1))


def has_rank(means: Floats, weights: Floats) -> Booleans:
    """Whether each vendor has a rank over all: placed on one dimension at least, and on all but ``MAY_LACK`` of those that have
    weight and place anybody."""
    asked = (weights > 0) & ~np.isnan(means).all(axis=0)
    have = (~np.isnan(means[:, asked])).sum(axis=1)
    return np.asarray((have >= max(1, int(asked.sum()) - MAY_LACK)), dtype=bool)


def position(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Dimensions, total, coverage and rank of each vendor, one row a vendor, best first.

    Columns: ``vendor_id``, DIMENSIONS (0–1; NaN where it is not placed), ``total``, ``coverage`` (share of all ranking inputs
    it has), ``ranked`` (placed on all dimensions with weight but one), ``rank`` (NaN where not ranked). Dimensions on which a
    vendor is not placed leave its mean, they do not enter as 0. Source: OECD/JRC (2008), steps 5 and 6.
    """
    columns = ["vendor_id", *DIMENSIONS, "total", "coverage", "ranked", "rank"]
    table = input_table(inputs, choices=choices)
    if not table.inputs:
        empty = pd.DataFrame({"vendor_id": pd.Series(table.vendors, dtype=object)}).reindex(columns=columns)
        return empty.assign(ranked=False)
    means = dimension_means(table, table.scores(table.values, choices.normalisation), choices.min_coverage)
    total = aggregate(means, choices.weight(), choices.aggregation)
    ranked = has_rank(means, choices.weight()) & ~np.isnan(total)
    rank = pd.Series(np.where(ranked, -total, np.nan)).rank(method="min").to_numpy()
    coverage = table.known.mean(axis=1)
    out = pd.DataFrame(means, columns=list(DIMENSIONS)).assign(
        vendor_id=table.vendors, total=total, coverage=coverage, ranked=ranked, rank=rank
    )
    return out.sort_values(["rank", "total"], ascending=[True, False], ignore_index=True, kind="stable")[columns]


def coverage(scored: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Ranking inputs of each dimension: ``dimension, held`` (by the vendor), ``all`` (by any vendor), one row each.

    ``scored`` from ``normalised_inputs``. Source: OECD/JRC (2008), step 3.
    """
    ranking = scored[scored["ranks"].astype(bool)].drop_duplicates(KEYS)
    own = ranking[ranking["vendor_id"] == vendor_id].groupby("dimension")["input"].nunique()
    every = ranking.groupby("dimension")["input"].nunique().rename("all").to_frame()
    return every.assign(held=own.reindex(every.index).fillna(0).astype(int)).reset_index()[["dimension", "held", "all"]]


def missing_inputs(scored: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Ranking inputs that a vendor lacks, one row an input: ``dimension, input``. ``scored`` from ``normalised_inputs``."""
    ranking = scored[scored["ranks"].astype(bool)]
    own = set(ranking.loc[ranking["vendor_id"] == vendor_id, "input"])
    every = ranking[["dimension", "input"]].drop_duplicates()
    return every[~every["input"].isin(own)].sort_values(["dimension", "input"], ignore_index=True)
