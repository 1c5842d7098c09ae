"""Ranks, classes, and what it takes to tell two models apart."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.power import tt_solve_power
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from harness.analysis.statistics import ranking


def _scores(values: list[float], stderr: float = 0.01) -> pd.DataFrame:
    return pd.DataFrame({"model": list("abcdefgh"[: len(values)]), "score": values, "stderr": stderr})


def test_rank_interval_counts_the_significantly_better_and_worse() -> None:
    found = ranking.ranking(_scores([0.5, 0.9, 0.52, 0.1])).set_index("model")
    assert found.loc["b", ["rank", "rank_low", "rank_high"]].to_list() == [1, 1, 1]
    assert found.loc["c", ["rank", "rank_low", "rank_high"]].to_list() == [2, 2, 3]
    assert found.loc["a", ["rank", "rank_low", "rank_high"]].to_list() == [3, 2, 3]
    assert found.loc["d", ["rank", "rank_low", "rank_high"]].to_list() == [4, 4, 4]


def test_a_class_is_who_is_not_separable_from_its_leader() -> None:
    """Each neighbour is inseparable; a moving anchor would chain all into one class."""
    found = ranking.ranking(_scores([0.90, 0.87, 0.84, 0.81, 0.78], 0.01))
    assert found["class"].to_list() == [1, 1, 2, 2, 3]
    assert found["leader"].to_list() == ["a", "a", "c", "c", "e"]


def test_given_pairs_replace_the_independent_test() -> None:
    scores = _scores([0.52, 0.50])
    pairs = pd.DataFrame({"model_a": ["b"], "model_b": ["a"], "difference": [-0.02], "p_adjusted": [0.001]})
    assert ranking.ranking(scores)["class"].to_list() == [1, 1]
    found = ranking.ranking(scores, pairs)
    assert found["class"].to_list() == [1, 2] and found["rank_low"].to_list() == [1, 2]


def test_lower_can_be_better() -> None:
    found = ranking.ranking(_scores([1.0, 0.5]), higher_is_better=False)
    assert found["model"].to_list() == ["b", "a"] and found["rank"].to_list() == [1, 2]
    assert found["rank_low"].to_list() == [1, 2]


def test_independent_pairs_equal_statsmodels() -> None:
    rng = np.random.default_rng(1)
    x, y = rng.random(900), rng.random(900) + 0.02
    frame = pd.DataFrame(
        {"model": ["x", "y"], "score": [x.mean(), y.mean()], "stderr": [v.std(ddof=1) / 30 for v in (x, y)]}
    )
    expected = CompareMeans(DescrStatsW(x), DescrStatsW(y)).ztest_ind(usevar="unequal")[1]
    assert ranking.independent_pairs(frame)["p_value"].iloc[0] == pytest.approx(expected)


def test_relabelling_and_order_of_rows_change_nothing() -> None:
    scores = _scores([0.5, 0.9, 0.52, 0.1])
    mixed = scores.sample(frac=1, random_state=2).assign(model=lambda f: f["model"].map({m: m * 2 for m in "abcd"}))
    one, two = ranking.ranking(scores), ranking.ranking(mixed)
    assert (one["model"] * 2).to_list() == two["model"].to_list()
    assert one["class"].to_list() == two["class"].to_list()


def test_ties_unknowns_one_and_none() -> None:
    tied = ranking.ranking(_scores([0.5, 0.5, 0.1], 0.001))
    assert tied["rank"].to_list() == [1, 1, 3]
    gap = ranking.ranking(pd.DataFrame({"model": ["a", "b"], "score": [None, 0.4], "stderr": [None, 0.1]}))
    assert gap["model"].to_list() == ["b", "a"] and math.isnan(gap["rank"].iloc[1])
    one = ranking.ranking(_scores([0.3]))
    assert one[["rank", "rank_low", "rank_high", "class"]].iloc[0].to_list() == [1, 1, 1, 1]
    empty = ranking.ranking(_scores([]))
    assert empty.empty and list(empty) == ranking.RANKING_COLUMNS
    certain = ranking.ranking(_scores([0.5, 0.4], 0.0))
    assert certain["class"].to_list() == [1, 2]


def test_unknown_errors_separate_nobody() -> None:
    found = ranking.ranking(_scores([0.9, 0.1], math.nan))
    assert found["rank_high"].to_list() == [2, 2]


def test_detectable_difference_and_items_agree_with_statsmodels() -> None:
    effect = ranking.minimum_detectable_difference(0.5, 400)
    assert tt_solve_power(effect_size=effect / 0.5, nobs=400, alpha=0.05, power=None) == pytest.approx(0.8, abs=0.005)
    assert ranking.items_to_settle(effect, 0.5) == 400


def test_millers_worked_example() -> None:
    """Miller 2024, sec. 5.1: to find 3 points with 80% power where the paired variance is 1/9 takes 969 questions."""
    assert ranking.items_to_settle(0.03, 1 / 3) == 969


def test_degenerate_sizes() -> None:
    assert ranking.items_to_settle(0.0, 0.5) == math.inf
    assert ranking.items_to_settle(0.1, 0.0) == 1
    assert math.isnan(ranking.items_to_settle(math.nan, 0.5))
    assert math.isnan(ranking.minimum_detectable_difference(0.5, 0))


def test_settle_frame_takes_the_deviation_from_the_error() -> None:
    pairs = pd.DataFrame({"difference": [0.1, 0.0], "stderr": [0.05, 0.05], "n": [100, 100]})
    found = ranking.settle_frame(pairs)
    assert found["items_needed"].to_list() == [ranking.items_to_settle(0.1, 0.5), math.inf]
    assert found["detectable"].iloc[0] == pytest.approx(2.8016 * 0.05, rel=1e-4)


def test_rank_intervals_hold_the_true_rank() -> None:
    """Over 200 simulated markets at most 5% have any model whose interval misses its true rank."""
    rng = np.random.default_rng(3)
    truth = np.array([0.80, 0.78, 0.74, 0.70, 0.69, 0.50])
    missed = 0
    for _ in range(200):
        found = ranking.ranking(_scores(list(truth + rng.normal(0, 0.02, 6)), 0.02)).set_index("model")
        low, high = found.loc[list("abcdef"), "rank_low"], found.loc[list("abcdef"), "rank_high"]
        missed += bool(((low > np.arange(1, 7)) | (high < np.arange(1, 7))).any())
    assert missed / 200 <= 0.05


def test_a_rank_moved_only_where_its_intervals_are_apart() -> None:
    before = pd.DataFrame({"model": list("abcd"), "score": [4.0, 3.0, 2.0, 1.0], "stderr": 0.01})
    now = before.assign(score=[1.0, 3.0, 2.0, 4.0])
    moved = ranking.moved_ranks(ranking.ranking(before), ranking.ranking(now))
    assert list(moved["model"]) == ["a", "d"]
    assert moved.loc[0, ["before_low", "before_high", "rank_low", "rank_high"]].tolist() == [1, 1, 4, 4]
    assert ranking.moved_ranks(ranking.ranking(before), ranking.ranking(now.assign(stderr=5.0))).empty
    assert ranking.moved_ranks(ranking.ranking(before), ranking.ranking(now.assign(model=list("wxyz")))).empty


def test_the_interval_of_a_difference_is_that_of_independent_scores() -> None:
    pair = ranking.independent_pairs(
        pd.DataFrame({"model": ["a", "b"], "score": [3.0, 1.0], "stderr": [0.3, 0.4]})
    ).iloc[0]
    assert pair["low"] == pytest.approx(2 - 1.959964 * 0.5) and pair["high"] == pytest.approx(2 + 1.959964 * 0.5)
