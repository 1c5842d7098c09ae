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


DATES = {f"m{i}": pd.Timestamp("2022-01-01") + pd.Timedelta(days=365.25 * i) for i in range(5)}


def test_slope_of_the_records_by_hand() -> None:
    """Records at 0, 1 and 4 years; the two models between set none."""
    levels = [0.0, 0.5, 0.4, 0.3, 1.4]
    draws = pd.DataFrame([levels, [x + 0.1 * i for i, x in enumerate(levels)]])
    row = s.frontier_trend(_fit(levels), DATES, draws=draws).iloc[0]
    expected = scipy.stats.linregress([0, 1, 4], [0.0, 0.5, 1.4]).slope
    assert row["records"] == 3 and row["slope_per_year"] == pytest.approx(expected, rel=1e-3)
    assert row["low"] == pytest.approx(expected, abs=0.01) and row["high"] > row["low"]


def test_too_few_records_or_dates() -> None:
    falling = s.frontier_trend(_fit([1.0, 0.5, 0.2]), DATES).iloc[0]
    assert falling["records"] == 1 and math.isnan(falling["slope_per_year"])
    undated = s.frontier_trend(_fit([1.0, 2.0, 3.0]), {}).iloc[0]
    assert undated["records"] == 0 and math.isnan(undated["slope_per_year"])


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
