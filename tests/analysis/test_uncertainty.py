"""Errors and intervals against closed forms, scipy, statsmodels, scikit-learn and lm-eval's published stderrs."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
import statsmodels.api as sm
from sklearn.metrics import precision_recall_fscore_support
from statsmodels.stats.proportion import proportion_confint

from harness.analysis.statistics import uncertainty as u
from tests.analysis import make


def test_mean_error_is_s_over_root_n() -> None:
    x = np.array([0.0, 1.0, 1.0, 1.0])
    assert u.mean_estimate(x) == u.Estimate(0.75, pytest.approx(math.sqrt(0.75 * 0.25 / 3)), 4, 4)


def test_clustered_error_equals_statsmodels() -> None:
    rng = np.random.default_rng(1)
    clusters = rng.integers(0, 30, 200)
    x = rng.normal(size=30)[clusters] + rng.normal(size=200)
    fit = sm.OLS(x, np.ones(200)).fit(cov_type="cluster", cov_kwds={"groups": clusters})
    ours = u.mean_estimate(x, clusters=clusters)
    assert ours.stderr == pytest.approx(fit.bse[0], rel=1e-12)
    assert ours.clusters == len(np.unique(clusters))


def test_clusters_of_one_change_nothing_and_copies_count_once() -> None:
    x = np.random.default_rng(2).random(50)
    assert u.mean_estimate(x, clusters=np.arange(50)).stderr == pytest.approx(u.mean_estimate(x).stderr)
    assert u.mean_estimate(x, clusters=[None] * 50).stderr == pytest.approx(u.mean_estimate(x).stderr)
    tripled = u.mean_estimate(np.repeat(x, 3), clusters=np.repeat(np.arange(50), 3))
    assert tripled.stderr == pytest.approx(u.mean_estimate(x).stderr)


def test_ratio_error_equals_weighted_least_squares_with_robust_errors() -> None:
    rng = np.random.default_rng(3)
    w, x = rng.uniform(10, 500, 80), rng.gamma(5, 0.2, 80)
    fit = sm.WLS(x, np.ones(80), weights=w).fit(cov_type="HC1")
    ours = u.ratio_estimate(x, w)
    assert ours.score == pytest.approx(np.average(x, weights=w))
    assert ours.stderr == pytest.approx(fit.bse[0], rel=1e-12)


def test_ratio_is_free_of_the_unit_of_the_weight_and_scales_with_the_value() -> None:
    rng = np.random.default_rng(4)
    w, x = rng.uniform(1, 9, 40), rng.random(40)
    one, other = u.ratio_estimate(x, w), u.ratio_estimate(3 * x, 1000 * w)
    assert (other.score, other.stderr) == (pytest.approx(3 * one.score), pytest.approx(3 * one.stderr))
    order = rng.permutation(40)
    assert u.ratio_estimate(x[order], w[order]).stderr == pytest.approx(one.stderr)


@pytest.mark.parametrize("values", [[], [math.nan]])
def test_no_items_no_score(values: list[float]) -> None:
    found = u.mean_estimate(values)
    assert found.n == 0 and math.isnan(found.score) and math.isnan(found.stderr)


def test_one_item_has_a_score_but_no_error() -> None:
    found = u.mean_estimate([0.5])
    assert found.score == 0.5 and math.isnan(found.stderr)
    assert u.mean_estimate([0.5, 0.5], clusters=[7, 7]).clusters == 1


@pytest.mark.parametrize(("hits", "n"), [(0, 10), (10, 10), (3, 17), (250, 1000)])
def test_wilson_equals_statsmodels(hits: int, n: int) -> None:
    expected = proportion_confint(hits, n, method="wilson")
    p = hits / n
    ours = u.interval(p, math.sqrt(p * (1 - p) / (n - 1)), n, "acc")
    assert (ours.low, ours.high) == (pytest.approx(expected[0], abs=1e-12), pytest.approx(expected[1], abs=1e-12))


def test_interval_of_a_proportion_is_wilsons_and_of_a_perplexity_students() -> None:
    p, n = 0.3, 50
    low, high = proportion_confint(15, n, method="wilson")
    found = u.interval(p, math.sqrt(p * (1 - p) / (n - 1)), n, "acc")
    assert found == u.Interval(pytest.approx(low), pytest.approx(high))
    low, high = scipy.stats.t.interval(0.95, 9, loc=1.2, scale=0.1)
    assert u.interval(1.2, 0.1, 10, "bits_per_byte") == u.Interval(pytest.approx(low), pytest.approx(high))


def test_clustering_widens_wilson() -> None:
    tight, wide = u.interval(0.5, 0.05, 100, "acc"), u.interval(0.5, 0.08, 100, "acc")
    assert wide.low < tight.low and wide.high > tight.high


def test_a_perfect_score_keeps_an_interval() -> None:
    assert u.interval(1.0, 0.0, 20, "acc").low == pytest.approx(0.8389, abs=1e-4)  # Wilson: n / (n + z²)
    assert u.interval(1.0, 0.0, 20, "acc").low == pytest.approx(20 / (20 + 1.959964**2), abs=1e-6)


@pytest.mark.parametrize(
    "name", ["accuracy", "mean_acc", "extractive_match", "pass@1", "Accuracy", "acc (4 runs average)"]
)
def test_other_names_of_accuracy_keep_an_interval_at_their_bounds(name: str) -> None:
    for stderr in (0.0, None):
        perfect, none_right = u.interval(1.0, stderr, 5, name), u.interval(0.0, stderr, 5, name)
        assert (round(perfect.low, 4), perfect.high) == (0.5655, 1.0)
        assert (none_right.low, round(none_right.high, 4)) == (0.0, 0.4345)
    half = u.interval(0.5, 0.2886751345948129, 4, name)
    assert 0 < half.low < 0.5 < half.high < 1


def test_shares_that_are_no_proportions_have_a_width_at_their_bounds_too() -> None:
    assert u.interval(1.0, 0.0, 5, "macro_f1").low == pytest.approx(u.interval(1.0, 0.0, 5, "acc").low)
    assert u.interval(100.0, 0.0, 5, "exact").low == pytest.approx(100 * u.interval(1.0, 0.0, 5, "acc").low)


def test_no_interval_is_claimed_off_the_scale_or_from_an_error_of_zero() -> None:
    for unknown in (
        u.interval(63.0, 1.5, 50, "accuracy"),
        u.interval(31.0, 0.4, 50, "rougeL"),
        u.interval(3.0, 0.0, 50, "mae"),
    ):
        assert math.isnan(unknown.low) and math.isnan(unknown.high)


def test_intervals_respect_bounds_and_unknowns() -> None:
    assert u.interval(0.1, 0.5, 4, "f1").low == 0.0
    assert math.isnan(u.interval(0.4, None, 10, "f1").low)
    assert math.isnan(u.interval(math.nan, 0.1, None, "acc").high)
    assert u.interval(5.0, 1.0, None, "unheard_of").low == pytest.approx(5 - 1.959964)


def test_estimate_frame_agrees_with_single_estimates() -> None:
    rng = np.random.default_rng(5)
    clusters = rng.integers(0, 9, 60)
    frame = pd.concat(
        [
            make.outcome({"a": rng.integers(0, 2, 60), "b": rng.integers(0, 2, 60)}, clusters=clusters),
            make.outcome({"a": rng.random(30)}, task="ppl", metric="bits_per_byte", weights=rng.uniform(1, 50, 30)),
        ]
    )
    found = u.estimate_frame(frame.sample(frac=1, random_state=0))
    assert len(found) == 3
    for row in found.itertuples():
        part = frame[(frame["run_id"] == row.run_id) & (frame["task"] == row.task)]
        single = u.ratio_estimate(part["value"], part["weight"], clusters=part["cluster"].to_numpy())
        assert (row.score, row.stderr) == (pytest.approx(single.score), pytest.approx(single.stderr))
        assert (row.n, row.clusters) == (single.n, single.clusters)
        ends = u.interval(single.score, single.stderr, single.clusters, row.metric)
        assert (row.low, row.high) == (pytest.approx(ends.low), pytest.approx(ends.high))


def test_estimate_frame_of_nothing_is_empty_with_its_columns() -> None:
    frame = make.outcome({"a": [1.0, 0.0]})
    for empty in (frame.iloc[:0], frame.assign(value=np.nan)):
        found = u.estimate_frame(empty)
        assert found.empty and {"score", "stderr", "low", "high", "clusters"} <= set(found)


def test_published_stderrs_of_lm_eval_are_reproduced(shared: Path) -> None:
    folder = shared / "results" / "lm_eval_v02_pythia"
    sizes = {"hendrycksTest-management": 103, "arc_easy": 2376, "hendrycksTest-abstract_algebra": 100, "piqa": 1838}
    seen = 0
    for path in sorted(folder.rglob("*step143000.json")):
        for task, n in sizes.items():
            row = json.loads(path.read_text())["results"].get(task)
            if row is None:
                continue
            hits = round(row["acc"] * n)
            assert hits / n == pytest.approx(row["acc"], abs=1e-12)
            ours = u.mean_estimate(np.repeat([1.0, 0.0], [hits, n - hits]))
            assert ours.stderr == pytest.approx(row["acc_stderr"], rel=1e-9)
            seen += 1
    assert seen > 10


def test_class_stderrs_equal_resampling_of_items() -> None:
    rng = np.random.default_rng(8)
    gold = rng.integers(0, 3, 150)
    predicted = np.where(rng.random(150) < 0.7, gold, rng.integers(0, 3, 150))
    stderrs = u.class_stderrs(gold, predicted, seed=1, resamples=4000)
    draws = [
        precision_recall_fscore_support(gold[i], predicted[i], average="macro", zero_division=0)[:3]
        for i in rng.integers(0, 150, (400, 150))
    ]
    expected = dict(zip(("precision", "recall", "macro_f1"), np.std(draws, axis=0, ddof=1), strict=True))
    assert stderrs == {name: pytest.approx(value, rel=0.12) for name, value in expected.items()}


def test_class_stderrs_are_seeded_and_zero_where_every_answer_is_right() -> None:
    assert u.class_stderrs([0, 1, 1], [0, 1, 0], seed=3) == u.class_stderrs([0, 1, 1], [0, 1, 0], seed=3)
    assert set(u.class_stderrs([1] * 9, [1] * 9, seed=1).values()) == {0.0}


def _coverage(kind: str, suites: int = 1000) -> float:
    """Share of simulated suites whose 95% interval holds the truth."""
    rng = np.random.default_rng(9)
    covered = 0
    for _ in range(suites):
        if kind == "proportion":
            p, n = rng.uniform(0.05, 0.95), int(rng.integers(60, 400))
            found = u.mean_estimate(rng.random(n) < p)
            ends, truth = u.interval(found.score, found.stderr, n, "acc"), p
        elif kind == "clustered":
            passage = rng.normal(0, 1, 80)
            which = np.repeat(np.arange(80), 4)
            found = u.mean_estimate(passage[which] + rng.normal(0, 1, 320), clusters=which)
            ends, truth = u.interval(found.score, found.stderr, found.clusters, "any"), 0.0
        else:
            size = rng.uniform(50, 2000, 150)
            found = u.ratio_estimate(1 + rng.normal(0, 0.2, 150), size)
            ends, truth = u.interval(found.score, found.stderr, found.n, "bits_per_byte"), 1.0
        covered += ends.low <= truth <= ends.high
    return covered / suites


@pytest.mark.parametrize("kind", ["proportion", "clustered", "ratio"])
def test_ninety_five_per_cent_intervals_cover_that_often(kind: str) -> None:
    assert 0.93 <= _coverage(kind) <= 0.97


def test_pythia_grows_with_size(shared: Path) -> None:
    """The known order: accuracy on LAMBADA and ARC-Easy rises with the number of parameters."""
    folder = shared / "results" / "lm_eval_v02_pythia"
    rows = []
    for path in folder.rglob("zero-shot/*step143000.json"):
        size = path.parents[1].name.removeprefix("pythia-").removesuffix("-deduped")
        if size.startswith("v"):
            continue
        number = float(size[:-1]) * (1000 if size.endswith("b") else 1)
        results = json.loads(path.read_text())["results"]
        rows += [(task, number, results[task]["acc"]) for task in ("lambada_openai", "arc_easy") if task in results]
    frame = pd.DataFrame(rows, columns=["task", "millions", "acc"])
    assert len(frame) >= 6
    for _, part in frame.groupby("task"):
        assert scipy.stats.spearmanr(part["millions"], part["acc"]).statistic > 0.9


def test_several_items_without_an_error_are_no_proportion_of_a_run_of_ours() -> None:
    for score in (0.0, 0.52, 1.0):
        assert math.isnan(u.interval(score, None, 25, "acc", measured=True).low)
        assert u.interval(score, None, 25, "acc").high > u.interval(score, None, 25, "acc").low
    assert u.interval(1.0, None, 1, "acc", measured=True).low == pytest.approx(1 / (1 + 1.959964**2), abs=1e-6)
    assert u.interval(1.0, 0.0, 25, "acc", measured=True) == u.interval(1.0, 0.0, 25, "acc")
    frame = pd.DataFrame({"score": [1.0] * 2, "stderr": [None] * 2, "n": [25] * 2, "metric": ["acc"] * 2,
                          "origin": ["measured", "imported"]})  # fmt: skip
    assert u.with_intervals(frame)["low"].isna().tolist() == [True, False]


@pytest.mark.parametrize("name", ["bleu", "chrf", "mcc", "perplexity"])
def test_a_corpus_metric_at_its_bound_has_no_interval_without_an_error(name: str) -> None:
    for score in (0.0, 1.0, 100.0):
        assert math.isnan(u.interval(score, None, 25, name).low)
