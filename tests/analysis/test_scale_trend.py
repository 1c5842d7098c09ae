"""Trend of the best reported models, and agreement with what was measured."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from harness.analysis import scale_trend as s
from harness.analysis.scale import ScaleFit


def _fit(levels: list[float]) -> ScaleFit:
    models = pd.DataFrame({"model_id": [f"m{i}" for i in range(len(levels))], "capability": levels, "stderr": 0.1})
    nothing = pd.DataFrame()
    return ScaleFit(models, nothing, nothing, "b0", 1e-5, 0.0, 1.0, 0, True)


def _board(levels: list[float], released: dict[str, pd.Timestamp]) -> pd.DataFrame:
    rows = pd.DataFrame({"model_id": [f"m{i}" for i in range(len(levels))], "score": levels})
    return rows.assign(released=rows["model_id"].map(released))


DATES = {f"m{i}": pd.Timestamp("2022-01-01") + pd.Timedelta(days=365.25 * i) for i in range(5)}


def test_slope_of_the_records_by_hand() -> None:
    """Records at 0, 1 and 4 years; the two models between set none."""
    levels = [0.0, 0.5, 0.4, 0.3, 1.4]
    board = _board(levels, DATES)
    draws = pd.DataFrame([levels, [x + 0.1 * i for i, x in enumerate(levels)]], columns=board["model_id"])
    row = s.frontier_trend(board, draws=draws).iloc[0]
    expected = scipy.stats.linregress([0, 1, 4], [0.0, 0.5, 1.4]).slope
    assert row["records"] == 3 and row["slope_per_year"] == pytest.approx(expected, rel=1e-3)
    assert row["low"] == pytest.approx(expected, abs=0.01) and row["high"] > row["low"]


def test_too_few_records_or_dates() -> None:
    falling = s.frontier_trend(_board([1.0, 0.5, 0.2], DATES)).iloc[0]
    assert falling["records"] == 1 and math.isnan(falling["slope_per_year"])
    undated = s.frontier_trend(_board([1.0, 2.0, 3.0], {})).iloc[0]
    assert undated["records"] == 0 and math.isnan(undated["slope_per_year"])


def test_a_record_beats_all_that_is_as_old_and_a_tie_is_none() -> None:
    days = pd.to_datetime(["2024-03-01", "2024-01-01", "2024-01-01", "2024-02-01", "2024-03-01", "2024-04-01"])
    board = pd.DataFrame({"model_id": list("abcdef"), "score": [1.5, 0.5, 1.0, 1.0, 2.0, 1.9], "released": days})
    assert list(s.records(board)["model_id"]) == ["c", "e"]
    grouped = s.records_of_each(board.assign(segment=["x", "y", "x", "y", "y", "x"]), "segment")
    assert list(grouped["model_id"]) == ["c", "a", "f", "b", "d", "e"]
    assert s.records(board.assign(released=None)).empty and s.records_of_each(board.iloc[:0], "model_id").empty


def test_every_slope_of_the_interval_passes_through_the_mean_of_the_records() -> None:
    best = pd.DataFrame(
        {"released": pd.to_datetime(["2023-01-01", "2024-01-01", "2026-01-01"]), "score": [0.0, 1.0, 2.0]}
    )
    line = s.trend_line(best, pd.Series({"slope_per_year": 0.6, "low": 0.5, "high": 0.9}))
    assert line["y"].iloc[1] == line["low"].iloc[1] == line["high"].iloc[1] == 1.0
    assert (line["low"] <= line["y"]).all() and (line["y"] <= line["high"]).all()
    years = (line["x"].iloc[2] - line["x"].iloc[0]).days / 365.25
    assert line["y"].iloc[2] - line["y"].iloc[0] == pytest.approx(0.6 * years)


def test_agreement_equals_scipy_and_its_interval_covers() -> None:
    rng = np.random.default_rng(1)
    levels = rng.normal(size=12)
    measured = pd.DataFrame({"model_id": [f"m{i}" for i in range(10)], "score": levels[:10] + rng.normal(size=10)})
    row = s.measured_agreement(_fit(list(levels)), measured).iloc[0]
    assert row["spearman"] == pytest.approx(scipy.stats.spearmanr(levels[:10], measured["score"]).statistic)
    z = math.atanh(row["spearman"])
    assert row["high"] == pytest.approx(math.tanh(z + 1.959964 * math.sqrt(1.06 / 7)))
    assert row["low"] < row["spearman"] and row["models"] == 10
    few = s.measured_agreement(_fit([1.0, 2.0, 3.0]), measured.head(3)).iloc[0]
    assert few["models"] == 3 and math.isnan(few["spearman"])
    assert s.measured_agreement(_fit([1.0]), measured.iloc[:0]).iloc[0]["models"] == 0
