"""Whether newer models err more alike, with their accuracy held equal.

Sources: Kim et al. (2025), arXiv 2506.07962; Efron and Stein (1981), the jackknife, here over models (Snijders and Borgatti 1999).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.pair_slope import pair_slope, slope
from harness.analysis.statistics.uncertainty import Floats

TREND_COLUMNS = ["measure", "per_year", "half_width", "pairs", "models"]
TREND_OF = ("kappa", "residual")
LEAST_MODELS = 7
"""Dated models of a trend: the jackknife leaves one out, and five coefficients need more pairs than that."""
DAYS = 365.25
_EPOCH = pd.Timestamp(0).toordinal()


def release_trend(pairs: pd.DataFrame, released: Mapping[str, Any]) -> pd.DataFrame:
    """Change of κ and of Q3 per year of release over pairs of different vendors: TREND_COLUMNS, one row a measure.

    Least squares on the pair's mean release date, the gap of the two dates, the mean and the difference of the accuracies;
    ``half_width`` is 1.96 standard errors of the jackknife over models, √((n − 1)/n · Σ(slope without one − their mean)²).
    ``pairs``: PAIR_COLUMNS. Pairs of an unknown vendor or date are left out; NaN with fewer than LEAST_MODELS models.
    Source: Kim et al. (2025), sec. 4; Efron and Stein (1981).
    """
    rows, days = _dated(pairs, released)
    return pd.DataFrame([_slope_row(rows, days, measure) for measure in TREND_OF], columns=TREND_COLUMNS)


def trend_points(pairs: pd.DataFrame, released: Mapping[str, Any], measure: str) -> pd.DataFrame:
    """The pairs that the trend of one measure is fitted to: ``a, b, released, value``, the mean release date and the measure.

    ``value`` is as if the pair's gap of dates and its accuracies were those of the mean pair (component plus residual), so that
    the line of ``release_trend`` through the mean point is the least-squares line of these points. None where there is no trend.
    Source: Larsen and McCleary (1972), partial residual plots.
    """
    rows, days = _dated(pairs, released)
    rows = rows.dropna(subset=[measure])
    design, value = _design(rows, days), rows[measure].to_numpy(dtype=float)
    if len(set(rows["a"]) | set(rows["b"])) < LEAST_MODELS or np.isnan(slope(design, value)):
        return pd.DataFrame({"a": [], "b": [], "released": pd.Series(dtype="datetime64[ns]"), "value": []})
    weight = np.linalg.lstsq(design, value, rcond=None)[0]
    held = (design[:, 2:] - design[:, 2:].mean(axis=0)) @ weight[2:]
    middle = (_days(rows["a"], days) + _days(rows["b"], days)) // 2
    mean = pd.to_datetime(middle - _EPOCH, unit="D").astype("datetime64[us]")
    return pd.DataFrame({"a": rows["a"].to_numpy(), "b": rows["b"].to_numpy(), "released": mean, "value": value - held})


def _dated(pairs: pd.DataFrame, released: Mapping[str, Any]) -> tuple[pd.DataFrame, dict[str, int]]:
    """Pairs of different vendors with both release dates, and the dates as days."""
    days = {k: pd.Timestamp(str(v)).toordinal() for k, v in released.items() if v is not None and not pd.isna(v)}
    other = pairs["same_vendor"].eq(False).fillna(False).astype(bool)
    return pairs[other & pairs["a"].isin(list(days)) & pairs["b"].isin(list(days))], days


def _days(names: pd.Series[str], days: Mapping[str, int]) -> npt.NDArray[np.int64]:
    """The day of each name."""
    codes, known = pd.factorize(names)
    own = np.array([days[name] for name in known], dtype=np.int64)
    return own[np.asarray(codes, dtype=np.intp)]


def _slope_row(rows: pd.DataFrame, days: Mapping[str, int], measure: str) -> tuple[object, ...]:
    rows = rows.dropna(subset=[measure])
    names = sorted(set(rows["a"]) | set(rows["b"]))
    if len(names) < LEAST_MODELS:
        return measure, np.nan, np.nan, len(rows), len(names)
    design = _design(rows, days)
    value = rows[measure].to_numpy(dtype=float)
    a, b = rows["a"].to_numpy(dtype=object), rows["b"].to_numpy(dtype=object)
    return measure, *pair_slope(design, value, a, b), len(rows), len(names)


def _design(rows: pd.DataFrame, days: Mapping[str, int]) -> Floats:
    """1, mean release date (years, centred), gap of the dates, mean and difference of the accuracies, ``(pairs, 5)``."""
    years = np.column_stack([_days(rows["a"], days), _days(rows["b"], days)]) / DAYS
    accuracy = rows[["accuracy_a", "accuracy_b"]].to_numpy(dtype=float)
    mean = years.mean(axis=1)
    centre = mean.mean() if len(mean) else 0.0
    return np.column_stack([np.ones(len(rows)), mean - centre, abs(years[:, 0] - years[:, 1]),
                            accuracy.mean(axis=1), abs(accuracy[:, 0] - accuracy[:, 1])])  # fmt: skip
