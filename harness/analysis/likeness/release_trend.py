"""Whether newer models err more alike, with their accuracy held equal.

Sources: Kim et al. (2025), arXiv 2506.07962; Efron and Stein (1981), the jackknife, here over models (Snijders and Borgatti 1999).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from harness.analysis.likeness.pair_slope import pair_slope

TREND_COLUMNS = ["measure", "per_year", "half_width", "pairs", "models"]
TREND_OF = ("kappa", "residual")
LEAST_MODELS = 7
"""Dated models of a trend: the jackknife leaves one out, and five coefficients need more pairs than that."""
DAYS = 365.25


def release_trend(pairs: pd.DataFrame, released: Mapping[str, Any]) -> pd.DataFrame:
    """Change of κ and of Q3 per year of release over pairs of different vendors: TREND_COLUMNS, one row a measure.

    Least squares on the pair's mean release date, the gap of the two dates, the mean and the difference of the accuracies;
    ``half_width`` is 1.96 standard errors of the jackknife over models, √((n − 1)/n · Σ(slope without one − their mean)²).
    ``pairs``: PAIR_COLUMNS. Pairs of an unknown vendor or date are left out; NaN with fewer than LEAST_MODELS models.
    Source: Kim et al. (2025), sec. 4; Efron and Stein (1981).
    """
    days = {k: pd.Timestamp(str(v)).toordinal() for k, v in released.items() if v is not None and not pd.isna(v)}
    other = pairs["same_vendor"].eq(False).fillna(False).astype(bool)
    rows = pairs[other & pairs["a"].isin(list(days)) & pairs["b"].isin(list(days))]
    return pd.DataFrame([_slope_row(rows, days, measure) for measure in TREND_OF], columns=TREND_COLUMNS)


def _slope_row(rows: pd.DataFrame, days: Mapping[str, int], measure: str) -> tuple[object, ...]:
    rows = rows.dropna(subset=[measure])
    names = sorted(set(rows["a"]) | set(rows["b"]))
    if len(names) < LEAST_MODELS:
        return measure, np.nan, np.nan, len(rows), len(names)
    years = np.array([[days[a], days[b]] for a, b in zip(rows["a"], rows["b"], strict=True)]) / DAYS
    accuracy = rows[["accuracy_a", "accuracy_b"]].to_numpy(dtype=float)
    design = np.column_stack([np.ones(len(rows)), years.mean(axis=1) - years.mean(), abs(years[:, 0] - years[:, 1]),
                              accuracy.mean(axis=1), abs(accuracy[:, 0] - accuracy[:, 1])])  # fmt: skip
    value = rows[measure].to_numpy(dtype=float)
    a, b = rows["a"].to_numpy(dtype=object), rows["b"].to_numpy(dtype=object)
    return measure, *pair_slope(design, value, a, b), len(rows), len(names)
