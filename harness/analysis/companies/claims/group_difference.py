"""How far the vendors of one group stand above those of another, on several inputs: in percentiles and in the inputs' units."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats

DRAWS = 1000
"""Bootstrap samples of an interval: its ends are then sure to about a hundredth of a percentile."""
MIN_EACH = 3
"""Vendors that each group needs before anything is said."""
Booleans: TypeAlias = npt.NDArray[np.bool_]


def percentile_difference(
    values: Floats, first: Booleans, *, seed: int, draws: int = DRAWS, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Mean percentile of the first group's vendors less that of the others', from -0.5 to 0.5, with both ends of its interval.

    ``values``: vendors × inputs, NaN where missing; percentiles are among the compared vendors, and the inputs that at least
    ``MIN_EACH`` vendors of each group have weigh the same. With one input it is the share of pairs of vendors in which the
    first group's stands higher (ties half), less one half. Bootstrap over vendors, samples that lack an input left out; NaN
    where no input has enough vendors.
    """
    pairs = [
        (mine[:, None] > theirs[None, :]) + 0.5 * (mine[:, None] == theirs[None, :])
        for mine, theirs in (_both(column, first) for column in values.T)
    ]
    known = ~np.isnan(values)
    rng = np.random.default_rng(seed)
    counts = np.zeros((draws + 1, len(first)))
    counts[0] = 1
    for group in (first, ~first):
        n = int(group.sum())
        if n < MIN_EACH:
            return math.nan, math.nan, math.nan
        counts[1:, group] = rng.multinomial(n, np.full(n, 1 / n), size=draws)
    parts = []
    for above, has in zip(pairs, known.T, strict=True):
        if min(above.shape) < MIN_EACH:
            continue
        a, b = counts[:, first & has], counts[:, ~first & has]
        with np.errstate(invalid="ignore", divide="ignore"):
            parts.append(((a @ above) * b).sum(axis=1) / (a.sum(axis=1) * b.sum(axis=1)) - 0.5)
    if not parts:
        return math.nan, math.nan, math.nan
    drawn = np.mean(parts, axis=0)
    low, high = np.nanquantile(drawn[1:], _ends(confidence))
    return float(drawn[0]), float(low), float(high)


def typical_ratio(
    mine: Floats, theirs: Floats, *, unit: str, seed: int, draws: int = DRAWS, confidence: float = CONFIDENCE
) -> tuple[float, float, float]:
    """Median of one group ÷ median of the other, with both ends of its bootstrap interval; NaN where the other is 0.

    In points, which have no zero, the difference of medians; of fractions the difference of means (of shares).
    """
    if min(len(mine), len(theirs)) < MIN_EACH:
        return math.nan, math.nan, math.nan
    middle: Callable[..., Floats] = np.mean if unit == "fraction" else np.median
    rng = np.random.default_rng(seed)
    drawn = [
        np.concatenate([[middle(x)], middle(x[rng.integers(0, len(x), (draws, len(x)))], axis=1)])
        for x in (mine, theirs)
    ]
    if is_ratio(unit):
        with np.errstate(invalid="ignore", divide="ignore"):
            effects = np.where(drawn[1] != 0, drawn[0] / drawn[1], np.nan)
    else:
        effects = drawn[0] - drawn[1]
    if np.isnan(effects[0]):
        return math.nan, math.nan, math.nan
    low, high = np.nanquantile(effects[1:], _ends(confidence))
    return float(effects[0]), float(low), float(high)


def is_ratio(unit: str) -> bool:
    """Whether values in this unit are compared by their ratio; points and fractions are by their difference."""
    return unit not in ("points", "fraction")


def can_tell(n_first: int, n_second: int, confidence: float = CONFIDENCE) -> bool:
    """Whether two groups are large enough that chance alone would rarely set all of one above all of the other.

    Of the ways to deal the vendors out, two part them fully: 2 ÷ C(n₁ + n₂, n₁), as in Fisher's permutation test.
    """
    return 2 / math.comb(n_first + n_second, n_first) <= 1 - confidence


def _both(column: Floats, first: Booleans) -> tuple[Floats, Floats]:
    """Known values of the first group and of the others."""
    has = ~np.isnan(column)
    return column[first & has], column[~first & has]


def _ends(confidence: float) -> list[float]:
    return [0.5 - confidence / 2, 0.5 + confidence / 2]
