"""The capability index: anchors, groups, kinds, errors, and what drives the order."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from harness.analysis import index
from harness.analysis.statistics import paired
from tests.analysis import make

TASKS = make.tasks(
    [
        {"task": "x", "chance": 0.25},
        {"task": "y", "chance": 0.5},
        {"task": "g_one", "task_group": "g", "chance": 0.25},
        {"task": "g_two", "task_group": "g", "chance": 0.25},
        {
            "task": "p",
            "kind": "perplexity",
            "headline_metric": "bits_per_byte",
            "chance": None,
            "best": None,
            "h0": 4.0,
        },
    ]
)
RESULT = make.results(
    [
        {"run_id": "run-a", "task": "x", "score": 0.70, "stderr": 0.02},
        {"run_id": "run-a", "task": "y", "score": 0.80, "stderr": 0.03},
        {"run_id": "run-a", "task": "g_one", "score": 0.40, "stderr": 0.04, "n": 100},
        {"run_id": "run-a", "task": "g_two", "score": 0.85, "stderr": 0.01, "n": 300},
        {"run_id": "run-a", "task": "p", "metric": "bits_per_byte", "score": 1.0, "stderr": 0.1},
        {"run_id": "run-a", "task": "x", "metric": "acc_norm", "score": 0.99},
    ]
)


def _index() -> pd.DataFrame:
    scores = index.task_scores(RESULT, TASKS, make.runs(["a"]))
    return index.capability_index(scores, TASKS).set_index("kind")


def test_normalisation_by_chance_and_by_order_zero_entropy() -> None:
    assert index.normalise([0.25, 1.0, 0.625, 0.1], 0.25, 1.0) == pytest.approx([0, 1, 0.5, -0.2])
    assert index.normalise(1.0, 4.0, 0.0) == pytest.approx(0.75)  # 1 − bpb / H₀
    assert math.isnan(index.normalise(0.5, 1.0, 1.0))


def test_task_scores_by_hand() -> None:
    found = index.task_scores(RESULT, TASKS, make.runs(["a"])).set_index("task")
    assert found["score"].to_dict() == pytest.approx(
        {"g": (100 * 0.2 + 300 * 0.8) / 400, "x": 0.6, "y": 0.6, "p": 0.75}
    )
    assert found.loc["g", "stderr"] == pytest.approx(math.hypot(100 * 0.04, 300 * 0.01) / 0.75 / 400)
    assert found.loc["y", "stderr"] == pytest.approx(0.06)
    assert found.loc["p", "stderr"] == pytest.approx(0.025)


def test_index_is_the_mean_over_kinds_of_the_mean_over_tasks() -> None:
    found = _index()
    assert found.loc["classification", "score"] == pytest.approx((0.6 + 0.6 + 0.65) / 3)
    assert found.loc["overall", "score"] == pytest.approx(((0.6 + 0.6 + 0.65) / 3 + 0.75) / 2)
    assert found.loc["overall", "tasks"] == 4
    g = math.hypot(100 * 0.04, 300 * 0.01) / 0.75 / 400
    expected = math.sqrt((0.02 / 0.75 / 6) ** 2 + (0.06 / 6) ** 2 + (g / 6) ** 2 + (0.025 / 2) ** 2)
    assert found.loc["overall", "stderr"] == pytest.approx(expected)
    assert found.loc["overall", "high"] == pytest.approx(found.loc["overall", "score"] + 1.959964 * expected)


def test_below_chance_is_clipped_and_marked() -> None:
    worse = RESULT.assign(score=RESULT["score"].mask(RESULT["task"] == "x", 0.1))
    found = index.task_scores(worse, TASKS, make.runs(["a"])).set_index("task")
    assert found.loc["x", "score"] == 0 and bool(found.loc["x", "clipped"]) and not bool(found.loc["y", "clipped"])


def test_partial_invalid_or_incomplete_runs_have_no_index() -> None:
    for run in (make.runs(["a"], partial=True), make.runs(["a"], valid=False)):
        assert index.task_scores(RESULT, TASKS, run).empty
    lacking = RESULT[RESULT["task"] != "g_two"]
    scores = index.task_scores(lacking, TASKS, make.runs(["a"]))
    assert "g" not in set(scores["task"])
    assert set(index.capability_index(scores, TASKS)["kind"]) == {"perplexity"}


def test_a_new_model_moves_nobody() -> None:
    more = pd.concat([RESULT, RESULT.assign(run_id="run-b", score=RESULT["score"] * 0.9)])
    scores = index.task_scores(more, TASKS, make.runs(["a", "b"]))
    both = index.capability_index(scores, TASKS)
    alone = _index().reset_index()
    columns = ["kind", "score", "stderr"]
    pd.testing.assert_frame_equal(
        both[both["model"] == "a"][columns].reset_index(drop=True), alone[columns].reset_index(drop=True)
    )


def test_empty_in_empty_out() -> None:
    scores = index.task_scores(RESULT.iloc[:0], TASKS, make.runs(["a"]))
    assert scores.empty and list(scores) == index.SCORE_COLUMNS
    nobody = index.task_scores(RESULT, TASKS, make.runs(["a"]).iloc[:0])
    assert nobody.empty and index.capability_index(nobody, TASKS).empty
    assert index.task_influence(scores).empty
    assert index.index_differences(pd.DataFrame(columns=paired.PAIRED_COLUMNS), TASKS).empty


def _market() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Three models on two tasks: a and b trade places, c is worse on both."""
    tasks = make.tasks([{"task": "x", "chance": 0.0}, {"task": "y", "chance": 0.0}])
    levels = {"a": (0.8, 0.5), "b": (0.6, 0.6), "c": (0.3, 0.2)}
    rows = [
        {"run_id": f"run-{m}", "task": t, "score": v}
        for m, pair in levels.items()
        for t, v in zip("xy", pair, strict=True)
    ]
    return index.task_scores(make.results(rows), tasks, make.runs(list(levels))), tasks


def test_influence_equals_scipy_and_names_the_driver() -> None:
    scores, _ = _market()
    found = index.task_influence(scores).set_index("task")
    assert found.index[0] == "x"
    total = np.array([0.65, 0.6, 0.25])
    assert found.loc["x", "correlation"] == pytest.approx(np.corrcoef([0.8, 0.6, 0.3], total)[0, 1])
    assert found.loc["x", "kendall_tau"] == pytest.approx(scipy.stats.kendalltau(total, [0.5, 0.6, 0.2]).statistic)
    assert found.loc["y", "spread"] == pytest.approx(np.std([0.25, 0.3, 0.1], ddof=1))


def test_index_differences_propagate_paired_errors() -> None:
    rng = np.random.default_rng(2)
    tasks = make.tasks([{"task": "x", "chance": 0.25}, {"task": "y", "chance": 0.5}])
    frame = pd.concat(
        [make.outcome({m: rng.random(200) < 0.7 for m in "abc"}, task=t) for t in ("x", "y")], ignore_index=True
    )
    pairs = paired.paired_differences(frame)
    found = index.index_differences(pairs, tasks)
    overall = found[(found["kind"] == "overall") & (found["model_a"] == "a") & (found["model_b"] == "b")].iloc[0]
    by_task = pairs[(pairs["model_a"] == "a") & (pairs["model_b"] == "b")].set_index("task")
    d, e = by_task["difference"], by_task["stderr"]
    assert overall["difference"] == pytest.approx((d["x"] / 0.75 + d["y"] / 0.5) / 2)
    assert overall["stderr"] == pytest.approx(math.hypot(e["x"] / 0.75, e["y"] / 0.5) / 2)
    z = overall["difference"] / overall["stderr"]
    assert overall["p_value"] == pytest.approx(2 * scipy.stats.norm.sf(abs(z)))
    overalls = found[found["kind"] == "overall"]
    assert overalls["p_adjusted"].to_numpy() == pytest.approx(paired.holm(overalls["p_value"]))


def test_index_differences_leave_out_pairs_that_lack_a_task() -> None:
    tasks = make.tasks([{"task": "x"}, {"task": "y", "kind": "qa"}])
    frame = pd.concat(
        [make.outcome({"a": [1, 0, 1], "b": [0, 0, 1]}, task="x"), make.outcome({"a": [1, 0, 0]}, task="y")]
    )
    found = index.index_differences(paired.paired_differences(frame), tasks)
    assert found["kind"].to_list() == ["classification"]


def test_index_intervals_cover() -> None:
    """1,000 simulated suites of four tasks: the overall interval holds the true index 93–97% of the time."""
    rng = np.random.default_rng(4)
    tasks = make.tasks([{"task": t, "chance": c} for t, c in zip("wxyz", (0.25, 0.25, 0.5, 0.0), strict=True)])
    truth = np.array([0.6, 0.7, 0.8, 0.4])
    n = 250
    hits = rng.binomial(n, truth, size=(1000, 4)) / n
    rows = pd.DataFrame(
        {
            "run_id": np.repeat([f"run-{i}" for i in range(1000)], 4),
            "task": np.tile(list("wxyz"), 1000),
            "metric": "acc",
            "filter": "none",
            "score": hits.ravel(),
            "stderr": np.sqrt(hits * (1 - hits) / (n - 1)).ravel(),
            "n": n,
        }
    )
    runs = make.runs([str(i) for i in range(1000)])
    found = index.capability_index(index.task_scores(rows, tasks, runs), tasks)
    overall = found[found["kind"] == "overall"]
    expected = np.mean((truth - [0.25, 0.25, 0.5, 0.0]) / [0.75, 0.75, 0.5, 1.0])
    covered = ((overall["low"] <= expected) & (expected <= overall["high"])).mean()
    assert 0.93 <= covered <= 0.97


def test_tasks_without_anchors_give_no_index_difference() -> None:
    rng = np.random.default_rng(3)
    tasks = make.tasks([{"task": "x", "chance": None}])
    frame = make.outcome({m: rng.random(50) < 0.5 for m in "ab"}, task="x")
    assert index.index_differences(paired.paired_differences(frame), tasks).empty
