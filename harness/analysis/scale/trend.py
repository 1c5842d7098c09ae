"""Trends on the capability scale: how fast the best rise, and how far one group of models is behind another.

Every interval comes from redrawn scales (``fit.redrawn``) in each of which the records are found anew, so that it holds
the uncertainty of the points and of who set a record. It takes the catalogue's models and dates as they are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.scale.fit import ScaleFit
from harness.analysis.scale.ranks import differences
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile

SINCE = pd.Timestamp("2023-01-01")
"""Start of the trends: few models of earlier years have scores that today's tests connect."""
LATER = pd.Timestamp("2024-04-01")
"""Start of the second slope: the time of models that are trained to reason, in which the rise is faster."""
TREND_COLUMNS = ["since", "records", "first", "last", "slope_per_year", "low", "high"]
GAP_COLUMNS = ["date", "behind_model", "ahead_model", "leader", "points", "points_low", "points_high", "months",
               "months_low", "months_high", "told", "told_months", "told_months_low", "told_months_high"]  # fmt: skip
MEASURES = ["points", "months", "told_months"]
YEAR_DAYS = 365.25
MONTH_DAYS = YEAR_DAYS / 12
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Comparison:
    """Two groups of models: with ``behind`` and with ``ahead`` in ``column``; ``without`` leaves vendors out."""

    column: str
    behind: str | bool
    ahead: str | bool
    without: tuple[str, ...] = ()


COMPARISONS = {
    "open": Comparison("open_weights", True, False),
    "china": Comparison("country", "CN", "US"),
    "big_tech": Comparison("segment", "big-tech", "startup"),
    "other_startups": Comparison("segment", "big-tech", "startup", ("openai", "anthropic")),
}


@dataclass(frozen=True)
class Gap:
    """How far the group ``behind`` of a comparison is behind the group ``ahead``; negative where it leads.

    ``over_time``: GAP_COLUMNS, a row a month and one for the last release. ``leader`` is ``ahead``, ``behind`` or
    ``neither``; ``months`` is missing where there is no gap and where the level lies before the data; an end of an
    interval is missing where it lies before the data. ``told`` is the leader by the paired test, ``neither`` where the
    two cannot be told apart, and ``told_months`` is then missing. ``mean``: ``measure`` (MEASURES), ``mean, low, high,
    dates, led``: over the months that have a number or no gap (0), and in how many of these ``ahead`` leads.
    """

    over_time: pd.DataFrame
    mean: pd.DataFrame


def record_positions(released: npt.ArrayLike, points: npt.ArrayLike) -> Positions:
    """Positions of the records in order of release: points above those of every model released earlier or that day.

    Of one day's models only the best can be a record, and of equal ones only the first.
    """
    day, level = np.asarray(released), np.asarray(points, dtype=float)
    order = np.lexsort((-level, day))
    best = np.maximum.accumulate(level[order])
    rises = np.concatenate([[True], best[1:] > best[:-1]]) if len(order) else np.zeros(0, dtype=bool)
    return np.asarray(order[rises], dtype=np.intp)


def records(board: pd.DataFrame) -> pd.DataFrame:
    """The models of ``board`` (``released, points``) that are records (``record_positions``), in order of release."""
    rows = _dated(board)
    return rows.iloc[record_positions(rows["released"], rows["points"])]


def records_of_each(board: pd.DataFrame, by: str) -> pd.DataFrame:
    """The ``records`` of each segment or country (the column ``by``), group by group."""
    groups = [records(part) for _, part in board[board["released"].notna()].groupby(by)]
    return pd.concat(groups, ignore_index=True) if groups else board.iloc[:0]


def _dated(board: pd.DataFrame) -> pd.DataFrame:
    rows = board[board["released"].notna()]
    return rows.assign(released=pd.to_datetime(rows["released"]))


def frontier_trend(
    board: pd.DataFrame, draws: pd.DataFrame, since: pd.Timestamp = SINCE, *, confidence: float = CONFIDENCE
) -> pd.DataFrame:
    """Rise of the best models in points a year: least-squares slope over the records from ``since`` on, one row.

    ``board``: ``model_id, points, released``; ``draws``: points on redrawn scales, a column a model. A record beats all
    earlier models, also those before ``since``. Columns TREND_COLUMNS; NaN with fewer than three records.
    Source: Ho et al. (2025), sec. 4.
    """
    rows = _dated(board)
    years: Floats = _days(rows["released"]) / YEAR_DAYS
    start = float(_days(pd.Series([since]))[0]) / YEAR_DAYS
    best = records(rows)
    best = best[best["released"] >= since]
    slope = _record_slope(years, rows["points"].to_numpy(dtype=float), start)
    low = high = math.nan
    if not math.isnan(slope):
        drawn = draws[list(rows["model_id"])].to_numpy(dtype=float)
        low, high = np.nanquantile([_record_slope(years, levels, start) for levels in drawn], _ends(confidence))
    ends = (best["released"].min(), best["released"].max())
    return pd.DataFrame([(since, len(best), *ends, slope, low, high)], columns=TREND_COLUMNS)


def _record_slope(years: Floats, level: Floats, start: float) -> float:
    """Least-squares slope over the records from ``start`` on."""
    best = record_positions(years, level)
    best = best[years[best] >= start]
    x, y = years[best], level[best]
    if len(x) < 3 or np.ptp(x) == 0:
        return math.nan
    centred = x - x.mean()
    return float(centred @ y / (centred @ centred))


def trend_line(best: pd.DataFrame, trend: pd.Series[Any]) -> pd.DataFrame:
    """Points ``x, y, low, high`` of the line through ``records`` with the slope and interval of ``frontier_trend``.

    At the first record, at the records' mean date and points, where every slope passes, and at the last.
    """
    days = (best["released"] - best["released"].iloc[0]).dt.days
    at = pd.Series([0.0, float(days.mean()), float(days.iloc[-1])])
    years = (at - days.mean()) / YEAR_DAYS
    level = float(best["points"].mean())
    ends = pd.DataFrame({column: level + float(trend[column]) * years for column in ("low", "high")})
    return pd.DataFrame(
        {
            "x": best["released"].iloc[0] + pd.to_timedelta(at, unit="D"),
            "y": level + float(trend["slope_per_year"]) * years,
            "low": ends.min(axis=1),
            "high": ends.max(axis=1),
        }
    )


def group_of(board: pd.DataFrame, comparison: Comparison) -> pd.Series[Any]:
    """``behind`` or ``ahead`` for each model of ``board``, missing for models of neither group."""
    value = board[comparison.column]
    group = pd.Series(None, index=board.index, dtype=object)
    group[value.eq(comparison.behind).fillna(False).astype(bool)] = "behind"
    group[value.eq(comparison.ahead).fillna(False).astype(bool)] = "ahead"
    if comparison.without:
        group[board["vendor_id"].isin(comparison.without)] = None
    return group


def gap(
    board: pd.DataFrame,
    fit: ScaleFit,
    draws: pd.DataFrame,
    comparison: Comparison,
    since: pd.Timestamp = SINCE,
    *,
    confidence: float = CONFIDENCE,
) -> Gap | None:
    """The distance of two groups over time, in points and months; None where no month has models of both.

    ``board``: ``model_id, points, released, vendor_id`` and the comparison's column. Points: best of ``ahead`` so far
    less best of ``behind`` so far. Months: how long ago the leading group first reached what the other's best has now.
    ``told_months``: how long the leading group's best has been significantly better (paired contrast from ``fit``'s
    covariance, two-sided) than the other's best of now. Source of the second rule: Epoch AI.
    """
    rows = _dated(board)
    rows = rows.assign(group=group_of(rows, comparison)).dropna(subset=["group"])
    first = rows.groupby("group")["released"].min()
    if len(first) < 2:
        return None
    start, end = max(since, first.max()), rows["released"].max()
    months = list(pd.date_range(start, end, freq="MS"))
    dates = pd.DatetimeIndex([*months, *([end] if end >= start and end not in months else [])])
    if dates.empty:
        return None
    names = {name: i for i, name in enumerate(fit.models["model_id"])}
    error = differences(fit.models["points"].to_numpy(dtype=float), fit.covariance)[1] * normal_quantile(confidence)
    ids = list(rows["model_id"])
    levels = np.vstack([rows["points"].to_numpy(dtype=float), draws[ids].to_numpy(dtype=float)])
    position = np.array([names[name] for name in ids], dtype=np.intp)
    curves = [
        _Curve.of(levels[:, part], _days(rows["released"])[part], position[part])
        for part in ((rows["group"] == name).to_numpy() for name in ("behind", "ahead"))
    ]
    at = _days(pd.Series(dates))
    points = curves[1].best(at)[0] - curves[0].best(at)[0]
    lag, told = _lags(curves, at), _lags(curves, at, error)
    models = [[fit.models["model_id"].iloc[i] for i in curve.best(at)[1][0]] for curve in curves]
    columns: dict[str, Any] = {"date": dates, "behind_model": models[0], "ahead_model": models[1]}
    columns |= {"leader": _leaders(points[0]), **_column("points", points, confidence)}
    columns |= _column("months", lag, confidence)
    columns |= {"told": _leaders(told[0]), **_column("told_months", told, confidence)}
    over_time = pd.DataFrame(columns)[GAP_COLUMNS]
    for measure, leader in (("months", "leader"), ("told_months", "told")):
        over_time.loc[over_time[leader].eq("neither"), measure] = math.nan
    whole = np.isin(dates, months)
    measured = zip(MEASURES, (points, lag, told), strict=True)
    return Gap(over_time, pd.DataFrame([_mean(name, values[:, whole], confidence) for name, values in measured]))


@dataclass(frozen=True)
class _Curve:
    """Best level of one group so far in each draw (row), at each ``day`` of a release, and its ``holder``."""

    day: Floats
    level: Floats
    holder: Positions

    @classmethod
    def of(cls, levels: Floats, released: Floats, position: Positions) -> _Curve:
        days = np.unique(released)
        level, holder = np.empty((len(levels), len(days))), np.empty((len(levels), len(days)), dtype=np.intp)
        draw = np.arange(len(levels))
        for i, day in enumerate(days):
            of_day = np.flatnonzero(released == day)
            best = of_day[levels[:, of_day].argmax(axis=1)]
            level[:, i], holder[:, i] = levels[draw, best], position[best]
            if i:
                kept = level[:, i] <= level[:, i - 1]
                level[kept, i], holder[kept, i] = level[kept, i - 1], holder[kept, i - 1]
        return cls(days, level, holder)

    def best(self, at: Floats) -> tuple[Floats, Positions]:
        """Level and holder at the end of each day ``at``, draw by draw."""
        last = self.last(at)
        return self.level[:, last], self.holder[:, last]

    def last(self, at: Floats) -> Positions:
        return np.searchsorted(self.day, at, side="right") - 1


def _lags(curves: Sequence[_Curve], at: Floats, margin: Floats | None = None) -> Floats:
    """Months of ``behind`` behind ``ahead`` at each date, negative where ``behind`` leads, draw by draw."""
    behind, ahead = curves
    return _lag(behind, ahead, at, margin) - _lag(ahead, behind, at, margin)


def _lag(behind: _Curve, ahead: _Curve, at: Floats, margin: Floats | None) -> Floats:
    """Months since ``ahead`` first had what ``behind`` has at each date, or began to be better by more than ``margin``.

    0 where it is not ahead (by more than ``margin``), infinite where it was so from its first day on.
    """
    level, holder = behind.best(at)
    last = ahead.last(at)
    later = np.arange(len(ahead.day)) > last[:, None]
    out = np.zeros(level.shape)
    for draw, (now, who) in enumerate(zip(level, holder, strict=True)):
        above = ahead.level[draw] - now[:, None]
        better = (above > (0 if margin is None else margin[np.ix_(who, ahead.holder[draw])])) | later
        # the day after the last one on which it was not better
        since = np.where(better.all(axis=1), 0, len(ahead.day) - better[:, ::-1].argmin(axis=1))
        leads, before = since <= last, since == 0
        if margin is None:
            since = np.where(leads, (above >= 0).argmax(axis=1), since)
        out[draw, leads] = (at[leads] - ahead.day[since[leads]]) / MONTH_DAYS
        out[draw, before] = math.inf
    return out


def _column(measure: str, values: Floats, confidence: float) -> dict[str, Floats]:
    """The estimate (first row) and the quantiles of the draws at each date; what lies before the data is missing."""
    low, high = np.quantile(values[1:], _ends(confidence), axis=0, method="inverted_cdf")
    ends = {measure: values[0], f"{measure}_low": low, f"{measure}_high": high}
    return {name: np.where(np.isfinite(value), value, math.nan) for name, value in ends.items()}


def _mean(measure: str, values: Floats, confidence: float) -> dict[str, Any]:
    """Mean over the dates that have a number; in draws a level before the data counts as the date's largest number."""
    values = values[:, np.isfinite(values[0])]
    if not values.shape[1]:
        return {"measure": measure, "mean": math.nan, "low": math.nan, "high": math.nan, "dates": 0, "led": 0}
    finite = np.where(np.isfinite(values), values, math.nan)
    values = np.clip(values, np.nanmin(finite, axis=0), np.nanmax(finite, axis=0))
    means = values.mean(axis=1)
    low, high = np.quantile(means[1:], _ends(confidence))
    led = int((values[0] > 0).sum())
    return {"measure": measure, "mean": means[0], "low": low, "high": high, "dates": values.shape[1], "led": led}


def _leaders(values: Floats) -> npt.NDArray[np.str_]:
    return np.where(values > 0, "ahead", np.where(values < 0, "behind", "neither"))


def _days(dates: pd.Series[Any]) -> Floats:
    return np.array([day.toordinal() for day in dates], dtype=float)


def _ends(confidence: float) -> list[float]:
    return [0.5 - confidence / 2, 0.5 + confidence / 2]


def measured_agreement(fit: ScaleFit, measured: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Rank correlation of reported and measured capability over models with both: ``models, spearman, low, high``.

    ``measured``: ``model_id, score``. Spearman's correlation with Fisher's interval (standard error
    1.03 / sqrt(n − 3)); NaN with fewer than four models. The two are compared, never averaged.
    Source: Fieller, Hartley, Pearson (1957).
    """
    both = fit.models[["model_id", "points"]].merge(measured[["model_id", "score"]].dropna(), on="model_id")
    n = len(both)
    if n < 4 or both["points"].nunique() < 2 or both["score"].nunique() < 2:
        return pd.DataFrame([(n, math.nan, math.nan, math.nan)], columns=["models", "spearman", "low", "high"])
    rho = float(both["points"].corr(both["score"], method="spearman"))
    half = normal_quantile(confidence) * math.sqrt(1.06 / (n - 3))
    bounded = math.atanh(min(max(rho, -1 + 1e-12), 1 - 1e-12))
    ends = (math.tanh(bounded - half), math.tanh(bounded + half))
    return pd.DataFrame([(n, rho, *ends)], columns=["models", "spearman", "low", "high"])
