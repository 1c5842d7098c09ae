"""Segments on the five dimensions: mean score of the vendors placed on each, with its interval over vendors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from harness.analysis.statistics.uncertainty import CONFIDENCE
from harness.catalog.schema import DIMENSIONS

COLUMNS = ["segment", "dimension", "mean", "low", "high", "vendors"]
PAIR = ("big-tech", "startup")
"""The two segments that ``leads`` sets against each other."""
LEAST = 3
"""Vendors that a mean needs."""


def segment_means(
    positions: pd.DataFrame,
    segments: Mapping[str, str],
    *,
    seed: int,
    draws: int = 2000,
    confidence: float = CONFIDENCE,
) -> pd.DataFrame:
    """Mean of each segment's vendors on each dimension (0–1), one row a segment and dimension, columns COLUMNS.

    ``positions`` from ``positioning.position``; vendors that are not placed on a dimension are not in its mean. The interval is
    a percentile bootstrap over vendors, seeded; no row with fewer than three. Source: Efron and Tibshirani (1993), ch. 13.
    """
    rng = np.random.default_rng(seed)
    segment = positions["vendor_id"].map(dict(segments))
    rows = []
    for name in sorted(set(segment.dropna())):
        for dimension in DIMENSIONS:
            scores = positions.loc[segment == name, dimension].dropna().to_numpy(dtype=float)
            if len(scores) < LEAST:
                continue
            means = scores[rng.integers(0, len(scores), (draws, len(scores)))].mean(axis=1)
            low, high = np.quantile(means, [0.5 - confidence / 2, 0.5 + confidence / 2])
            rows.append((name, dimension, scores.mean(), low, high, len(scores)))
    return pd.DataFrame(rows, columns=COLUMNS)


def leads(rows: pd.DataFrame) -> dict[str, str]:
    """Which segment of PAIR is ahead on each dimension that both have, "" where the interval of their difference holds 0.

    Half the width of that interval is the root of the sum of the squares of both halves: the means are of different vendors.
    """
    out = {}
    for dimension, part in rows[rows["segment"].isin(PAIR)].groupby("dimension", sort=False):
        own = part.set_index("segment")
        if len(own) < len(PAIR):
            continue
        first, second = (own.loc[name] for name in PAIR)
        difference = first["mean"] - second["mean"]
        half = np.hypot(first["high"] - first["low"], second["high"] - second["low"]) / 2
        out[str(dimension)] = "" if abs(difference) <= half else PAIR[0] if difference > 0 else PAIR[1]
    return out
