"""Trend of the best models on the stitched scale, and its rank correlation with measured results."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.scale import ScaleFit
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile

TREND_COLUMNS = ["records", "first", "last", "slope_per_year", "low", "high"]
YEAR_DAYS = 365.25


def record_positions(released: npt.ArrayLike, score: npt.ArrayLike) -> npt.NDArray[np.intp]:
    """Positions of the records in order of release: scores above every score released earlier or on the same day.

    Of one day's models only the best can be a record, and of equal scores only the first.
    """
    day, level = np.asarray(released), np.asarray(score, dtype=float)
    order = np.lexsort((-level, day))
    best = np.maximum.accumulate(level[order])
    rises = np.concatenate([[True], best[1:] > best[:-1]]) if len(order) else np.zeros(0, dtype=bool)
    return np.asarray(order[rises], dtype=np.intp)


def records(board: pd.DataFrame) -> pd.DataFrame:
    """The models of ``board`` (``released, score``) that are records (``record_positions``), in order of release."""
    rows = board[board["released"].notna()].assign(released=lambda frame: pd.to_datetime(frame["released"]))
    return rows.iloc[record_positions(rows["released"], rows["score"])]


def records_of_each(board: pd.DataFrame, by: str) -> pd.DataFrame:
    """The ``records`` of each segment or country (the column ``by``), group by group."""
    groups = [records(part) for _, part in board[board["released"].notna()].groupby(by)]
    return pd.concat(groups, ignore_index=True) if groups else board.iloc[:0]


def frontier_trend(
    board: pd.DataFrame, *, draws: pd.DataFrame | None = None, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Growth of the best reported capability per year: least-squares slope of the records, one row.

    ``board``: ``model_id, score, released``; ``draws`` (``linear_draws``, a column a model) give the interval, with the
    records of each draw its own. Columns TREND_COLUMNS, scale units per year; NaN with fewer than three records. Source: Ho et al. (2025), sec. 4.
    """
    rows = board[board["released"].notna()].assign(released=lambda frame: pd.to_datetime(frame["released"]))
    years: Floats = np.array([day.toordinal() / YEAR_DAYS for day in rows["released"]])
    slope, count = _record_slope(years, rows["score"].to_numpy(dtype=float))
    low = high = math.nan
    if draws is not None and not math.isnan(slope):
        slopes = [_record_slope(years, drawn)[0] for drawn in draws[list(rows["model_id"])].to_numpy(dtype=float)]
        low, high = np.nanquantile(slopes, [0.5 - confidence / 2, 0.5 + confidence / 2])
    ends = (rows["released"].min(), rows["released"].max())
    return pd.DataFrame([(count, *ends, slope, low, high)], columns=TREND_COLUMNS)


def _record_slope(years: Floats, level: Floats) -> tuple[float, int]:
    """Least-squares slope over the records, and their number."""
    best = record_positions(years, level)
    x, y = years[best], level[best]
    if len(x) < 3 or np.ptp(x) == 0:
        return math.nan, len(x)
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred)), len(x)


def trend_line(best: pd.DataFrame, trend: pd.Series[Any]) -> pd.DataFrame:
    """Points ``x, y, low, high`` of the line through ``records`` with the slope and interval of ``frontier_trend``.

    At the first record, at the records' mean date and score, where every slope passes, and at the last.
    """
    days = (best["released"] - best["released"].iloc[0]).dt.days
    at = pd.Series([0.0, float(days.mean()), float(days.iloc[-1])])
    years = (at - days.mean()) / YEAR_DAYS
    level = float(best["score"].mean())
    ends = pd.DataFrame({column: level + float(trend[column]) * years for column in ("low", "high")})
    return pd.DataFrame(
        {
            "x": best["released"].iloc[0] + pd.to_timedelta(at, unit="D"),
            "y": level + float(trend["slope_per_year"]) * years,
            "low": ends.min(axis=1),
            "high": ends.max(axis=1),
        }
    )


def measured_agreement(fit: ScaleFit, measured: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Rank correlation of reported and measured capability over models with both: ``models, spearman, low, high``.

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
