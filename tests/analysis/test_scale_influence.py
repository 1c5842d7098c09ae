"""A benchmark left out: the quick estimation against a whole new fit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from harness.analysis.scale.fit import HIGH, LOW, ScaleFit, fit_scale
from harness.analysis.scale.influence import benchmark_influence, points_without
from harness.errors import BadInput
from tests.analysis.scale_markets import Market, market


@pytest.fixture(scope="module")
def known() -> Market:
    return market(5, models=24, benchmarks=14, seen=0.8)


@pytest.fixture(scope="module")
def fit(known: Market) -> ScaleFit:
    return fit_scale(known.scores)


@pytest.mark.parametrize("benchmark", ["b00", "b05"])
def test_points_are_those_of_a_new_fit_without_the_benchmark(known: Market, fit: ScaleFit, benchmark: str) -> None:
    """The new fit finds its error variances anew, so the two agree to a fraction of a point's standard error."""
    again = fit_scale(known.scores[known.scores["benchmark_id"] != benchmark]).models.set_index("model_id")
    quick = points_without(fit, benchmark)[again.index]
    assert quick[[LOW[0], HIGH[0]]].to_numpy() == pytest.approx([LOW[1], HIGH[1]])
    difference = (quick - again["points"]).abs()
    assert (difference <= 0.25 * again["stderr"].clip(lower=1.0)).all()
    moved = (fit.models.set_index("model_id")["points"] - again["points"]).abs()
    assert difference.max() < 0.5 * moved.max(), "far nearer to the new fit than to the old one"


def test_what_a_benchmark_does_to_the_order(fit: ScaleFit) -> None:
    before = fit.models.set_index("model_id")["points"]
    row = benchmark_influence(fit, "b03", before)
    after = points_without(fit, "b03")
    order = after.sort_values(ascending=False)
    assert row["leader"] == order.index[0] and row["ahead"] == pytest.approx(order.iloc[0] - order.iloc[1])
    assert row["tau"] == pytest.approx(stats.kendalltau(before, after[before.index]).statistic)
    change = after[before.index] - before
    assert row["moved"] == pytest.approx(change[row["moved_model"]]) and abs(row["moved"]) == pytest.approx(
        np.abs(change).max()
    )
    assert row["models"] == (fit.scores["benchmark_id"] == "b03").sum()


def test_a_model_that_loses_its_last_score_has_no_points(fit: ScaleFit) -> None:
    only = fit.scores.groupby("model_id")["benchmark_id"].agg(set)
    for benchmark in fit.benchmarks["benchmark_id"].head(3):
        lost = {model for model, tests in only.items() if tests == {benchmark}}
        points = points_without(fit, benchmark)
        assert set(points.index[points.isna()]) == lost and isinstance(points, pd.Series)


def test_an_unknown_benchmark_is_refused(fit: ScaleFit) -> None:
    with pytest.raises(BadInput, match="nothing-of-this-name"):
        points_without(fit, "nothing-of-this-name")
