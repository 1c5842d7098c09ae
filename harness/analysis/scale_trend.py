"""What the stitched scale is for: the trend of the best models, and whether measured results agree with it."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from harness.analysis.scale import ScaleFit
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile

TREND_COLUMNS = ["records", "first", "last", "slope_per_year", "low", "high"]


def frontier_trend(
    fit: ScaleFit, released: Mapping[str, object], *, draws: pd.DataFrame | None = None, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """How fast the best reported capability grows: least-squares slope of the record models per year, one row.

    ``released`` by ``model_id``; ``draws`` from ``linear_draws`` give the interval (records are found anew in each
    draw). Columns TREND_COLUMNS, scale units per year; NaN with fewer than three records. Source: Ho et al. (2025), sec. 4.
    """
    dates = pd.to_datetime(fit.models["model_id"].map(dict(released)), errors="coerce")
    known = dates.notna().to_numpy()
    day = dates[known]
    years = np.array([when.toordinal() / 365.25 for when in day])
    order = np.argsort(years, kind="stable")
    years = years[order]
    level = fit.models["capability"].to_numpy(dtype=float)[known][order]
    slope, records = _record_slope(years, level)
    ends = (day.iloc[order].iloc[0], day.iloc[order].iloc[-1]) if len(day) else (pd.NaT, pd.NaT)
    low = high = math.nan
    if draws is not None and not math.isnan(slope):
        drawn = [_record_slope(years, row)[0] for row in draws.to_numpy(dtype=float)[:, known][:, order]]
        low, high = np.nanquantile(drawn, [0.5 - confidence / 2, 0.5 + confidence / 2])
    return pd.DataFrame([(records, *ends, slope, low, high)], columns=TREND_COLUMNS)


def _record_slope(years: Floats, level: Floats) -> tuple[float, int]:
    """Slope over the models that beat all earlier ones, and how many they are."""
    before = np.concatenate([[-np.inf], np.maximum.accumulate(level)[:-1]]) if len(level) else level
    best = level > before
    x, y = years[best], level[best]
    if len(x) < 3 or np.ptp(x) == 0:
        return math.nan, len(x)
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred)), len(x)


def measured_agreement(fit: ScaleFit, measured: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """How well reported and measured capability agree where a model has both: ``models, spearman, low, high``.

    ``measured``: ``model_id, score``. Spearman's correlation with Fisher's interval (standard error
    1.03 / sqrt(n − 3)); NaN with fewer than four models. The two are compared, never averaged.
    Source: Fieller, Hartley, Pearson (1957).
    """
    both = fit.models[["model_id", "capability"]].merge(measured[["model_id", "score"]].dropna(), on="model_id")
    n = len(both)
    if n < 4 or both["capability"].nunique() < 2 or both["score"].nunique() < 2:
        return pd.DataFrame([(n, math.nan, math.nan, math.nan)], columns=["models", "spearman", "low", "high"])
    rho = float(both["capability"].corr(both["score"], method="spearman"))
    half = normal_quantile(confidence) * math.sqrt(1.06 / (n - 3))
    bounded = math.atanh(min(max(rho, -1 + 1e-12), 1 - 1e-12))
    ends = (math.tanh(bounded - half), math.tanh(bounded + half))
    return pd.DataFrame([(n, rho, *ends)], columns=["models", "spearman", "low", "high"])
