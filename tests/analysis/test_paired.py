"""Paired differences against scipy, statsmodels and simulation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm
from statsmodels.stats.multitest import multipletests

from harness.analysis.statistics import paired
from tests.analysis import make


def test_paired_difference_is_the_paired_t_test() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.random(80), rng.random(80)
    b = 0.6 * a + 0.4 * b
    theirs = scipy.stats.ttest_rel(a, b)
    ours = paired.paired_difference(a, b)
    ends = theirs.confidence_interval()
    assert ours.p_value == pytest.approx(theirs.pvalue)
    assert (ours.low, ours.high) == (pytest.approx(ends.low), pytest.approx(ends.high))
    assert ours.correlation == pytest.approx(np.corrcoef(a, b)[0, 1])
    expected = math.sqrt(a.var(ddof=1) / 80 + b.var(ddof=1) / 80)
    assert ours.stderr_unpaired == pytest.approx(expected)
    assert ours.stderr < ours.stderr_unpaired


def test_variance_identity_of_pairing() -> None:
    """Miller 2024, sec. 4.2: Var(a−b) = Var a + Var b − 2 ρ sd(a) sd(b)."""
    rng = np.random.default_rng(2)
    a = rng.random(500)
    b = a + rng.normal(0, 0.3, 500)
    ours = paired.paired_difference(a, b)
    sa, sb = a.std(ddof=1) / math.sqrt(500), b.std(ddof=1) / math.sqrt(500)
    assert ours.stderr**2 == pytest.approx(sa**2 + sb**2 - 2 * ours.correlation * sa * sb)


def test_clustered_paired_difference_equals_statsmodels() -> None:
    rng = np.random.default_rng(3)
    a, b, clusters = rng.random(90), rng.random(90), np.repeat(np.arange(30), 3)
    fit = sm.OLS(a - b, np.ones(90)).fit(cov_type="cluster", cov_kwds={"groups": clusters}, use_t=True)
    ours = paired.paired_difference(a, b, clusters=clusters)
    assert ours.stderr == pytest.approx(fit.bse[0])
    assert ours.p_value == pytest.approx(fit.pvalues[0])


def test_bits_per_byte_pairs_by_ratio() -> None:
    rng = np.random.default_rng(4)
    w, a, b = rng.uniform(5, 90, 60), rng.random(60), rng.random(60)
    fit = sm.WLS(a - b, np.ones(60), weights=w).fit(cov_type="HC1")
    ours = paired.paired_difference(a, b, weights=w)
    assert (ours.difference, ours.stderr) == (pytest.approx(fit.params[0]), pytest.approx(fit.bse[0]))


def test_a_against_b_mirrors_b_against_a() -> None:
    rng = np.random.default_rng(5)
    a, b = rng.random(40), rng.random(40)
    one, two = paired.paired_difference(a, b), paired.paired_difference(b, a)
    assert (one.difference, one.low, one.p_value) == (-two.difference, -two.high, pytest.approx(two.p_value))


def test_degenerate_pairs() -> None:
    same = paired.paired_difference([1, 0, 1], [1, 0, 1])
    assert (same.difference, same.stderr, same.p_value) == (0.0, 0.0, 1.0)
    always = paired.paired_difference([1, 1, 1, 1], [0, 0, 0, 0])
    assert always.p_value == pytest.approx(scipy.stats.binomtest(4, 4).pvalue)
    assert math.isnan(always.correlation)
    one = paired.paired_difference([1.0], [0.0])
    assert one.n == 1 and math.isnan(one.p_value)
    none = paired.paired_difference([math.nan], [1.0])
    assert none.n == 0 and math.isnan(none.difference)


def test_holm_equals_statsmodels() -> None:
    p = np.random.default_rng(6).random(25) ** 2
    assert paired.holm(p) == pytest.approx(multipletests(p, method="holm")[1])
    assert paired.holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])  # Holm 1979, by hand
    assert len(paired.holm([])) == 0
    with_gap = paired.holm([0.01, math.nan, 0.04])
    assert with_gap[0] == pytest.approx(0.02) and math.isnan(with_gap[1])


def test_frame_pairs_items_by_hash_not_by_position() -> None:
    frame = make.outcome({"a": [1, 0, 1, 0], "b": [1, 1, math.nan, 0]})
    shuffled = frame.sample(frac=1, random_state=1)
    row = paired.paired_differences(shuffled).iloc[0]
    assert (row["model_a"], row["model_b"], row["n"]) == ("a", "b", 3)
    assert row["score_a"] == pytest.approx(1 / 3) and row["difference"] == pytest.approx(-1 / 3)


def test_copies_of_an_item_pair_with_their_like() -> None:
    frame = make.outcome({"a": [1, 0], "b": [1, 1]})
    frame["doc_hash"] = np.uint64(5)
    assert paired.paired_differences(frame).iloc[0]["n"] == 2


def test_frame_covers_all_measures_and_pairs_and_corrects_within_a_measure() -> None:
    rng = np.random.default_rng(7)
    parts = [make.outcome({m: rng.integers(0, 2, 50) for m in "abc"}, task=t) for t in ("x", "y")]
    found = paired.paired_differences(pd.concat(parts))
    assert len(found) == 6
    for _, part in found.groupby("task"):
        assert part["p_adjusted"].to_numpy() == pytest.approx(multipletests(part["p_value"], method="holm")[1])
    assert list(zip(found["model_a"], found["model_b"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")] * 2


def test_frame_of_nothing_or_of_one_model() -> None:
    frame = make.outcome({"a": [1.0, 0.0]})
    for given in (frame, frame.iloc[:0]):
        assert list(paired.paired_differences(given)) == paired.PAIRED_COLUMNS
        assert paired.paired_differences(given).empty


@pytest.mark.parametrize("suites", [60, pytest.param(500, marks=pytest.mark.slow)])
def test_false_leads_after_holm_stay_below_five_per_cent(suites: int) -> None:
    """Eight models of equal ability on shared items: how often does any pair look separable?"""
    rng = np.random.default_rng(8)
    wrong = 0
    for _ in range(suites):
        difficulty = rng.normal(size=(120, 1))
        values = (rng.normal(size=(120, 8)) + difficulty > 0).astype(float)
        found = paired.paired_differences(make.outcome({f"m{i}": values[:, i] for i in range(8)}))
        wrong += bool(found["p_adjusted"].min() <= 0.05)
    allowed = 0.05 if suites >= 500 else scipy.stats.binom.ppf(0.999, suites, 0.05) / suites
    assert wrong / suites <= allowed


def test_paired_intervals_cover_and_find_more_than_unpaired_ones() -> None:
    rng = np.random.default_rng(9)
    covered = narrower = 0
    for _ in range(1000):
        difficulty = rng.normal(0, 1.5, 200)
        a, b = difficulty + 0.3 + rng.normal(size=200), difficulty + rng.normal(size=200)
        found = paired.paired_difference(a, b)
        covered += found.low <= 0.3 <= found.high
        narrower += found.stderr < found.stderr_unpaired
    assert 0.93 <= covered / 1000 <= 0.97
    assert narrower == 1000
