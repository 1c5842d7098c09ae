"""What ``harness compare`` prints, on a small suite with known answers."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from harness.analysis import compare as c
from harness.analysis.statistics.paired import holm, paired_difference
from harness.errors import BadInput, MissingData
from tests.analysis import make


def _suite(seed: int = 1) -> dict[str, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    answers = {
        t: {m: (rng.random(150) < p).astype(float) for m, p in zip("abc", (0.8, 0.75, 0.4), strict=True)}
        for t in ("x", "y")
    }
    outcome = pd.concat([make.outcome(values, task=t) for t, values in answers.items()], ignore_index=True)
    rows = [
        {
            "run_id": f"run-{m}",
            "task": t,
            "score": v.mean(),
            "stderr": v.std(ddof=1) / math.sqrt(150),
            "n": 150,
            "num_fewshot": 0,
            "task_version": "1",
        }
        for t, values in answers.items()
        for m, v in values.items()
    ]
    run = make.runs(list("abc"), chat_template=False).assign(manifest=None)
    return {
        "run": run,
        "task": make.tasks([{"task": "x"}, {"task": "y"}]),
        "result": make.results(rows),
        "outcome": outcome,
    }


def test_pairs_tasks_index_and_ranking_agree_with_their_parts() -> None:
    suite = _suite()
    found = c.compare(["a", "b", "c"], **suite)
    assert len(found.tasks) == 6 and len(found.index) == 6 and found.left_out.empty and found.conditions.empty
    row = found.tasks[
        (found.tasks["task"] == "x") & (found.tasks["model_b"] == "c") & (found.tasks["model_a"] == "a")
    ].iloc[0]
    part = suite["outcome"][suite["outcome"]["task"] == "x"].pivot(index="doc_hash", columns="model", values="value")
    expected = paired_difference(part["a"], part["c"])
    assert (row["difference"], row["stderr"], row["p_value"]) == (
        expected.difference,
        pytest.approx(expected.stderr),
        pytest.approx(expected.p_value),
    )
    assert found.tasks["p_adjusted"].to_numpy() == pytest.approx(holm(found.tasks["p_value"]))
    assert found.ranking["model"].iloc[-1] == "c" and found.ranking["class"].iloc[-1] > 1
    assert found.tasks["items_needed"].gt(0).all()
    assert set(found.scores["model"]) == set("abc") and {"low", "high"} <= set(found.scores)


def test_json_is_plain() -> None:
    text = json.dumps(c.compare(["a", "b"], **_suite()).to_json(), allow_nan=False)
    assert json.loads(text)["models"] == ["a", "b"]


def test_tasks_under_other_conditions_are_kept_apart_and_named() -> None:
    suite = _suite()
    shots = suite["result"]["num_fewshot"].mask(
        (suite["result"]["task"] == "x") & (suite["result"]["run_id"] == "run-b"), 5
    )
    found = c.compare(["a", "b"], **{**suite, "result": suite["result"].assign(num_fewshot=shots)})
    assert found.left_out.to_dict("records") == [
        {"task": "x", "conditions": "num_fewshot", "reason": "different num_fewshot"}
    ]
    assert set(found.tasks["task"]) == {"y"} and found.index.empty


def test_an_advantage_is_positive_where_the_first_is_better() -> None:
    suite = _suite()
    task = suite["task"].assign(higher_is_better=[True, False])  # of y, less is better
    compared = c.compare(["a", "c"], **{**suite, "task": task})
    shown = compared.advantages().set_index("task")
    raw = compared.tasks.set_index("task")
    assert shown.loc["x", "difference"] == raw.loc["x", "difference"] > 0
    assert shown.loc["y", ["difference", "low", "high"]].to_list() == [
        -raw.loc["y", k] for k in ("difference", "high", "low")
    ]
    assert shown.loc["overall", "of_index"] and shown["of_index"].sum() == len(compared.index)


def test_only_headline_metrics_count() -> None:
    suite = _suite()
    more = pd.concat([suite["outcome"], suite["outcome"].assign(metric="acc_norm", value=0.0)])
    found = c.compare(["a", "b"], **{**suite, "outcome": more})
    assert set(found.tasks["metric"]) == {"acc"} and len(found.scores) == 4


def test_refusals_name_the_model() -> None:
    suite = _suite()
    with pytest.raises(BadInput, match="two models"):
        c.compare(["a", "a"], **suite)
    with pytest.raises(MissingData, match="zz"):
        c.compare(["a", "zz"], **suite)
    twice = pd.concat([suite["run"], suite["run"].assign(run_id=lambda f: f["run_id"] + "2")])
    with pytest.raises(BadInput, match="Several runs of"):
        c.compare(["a", "b"], **{**suite, "run": twice})
    silent = suite["outcome"][suite["outcome"]["model"] != "b"]
    with pytest.raises(MissingData, match="b have no item outcomes"):
        c.compare(["a", "b"], **{**suite, "outcome": silent})


def test_identical_models_are_not_separable() -> None:
    suite = _suite()
    outcome, result = suite["outcome"], suite["result"]
    twin = outcome[outcome["model"] == "a"].assign(model="b", run_id="run-b")
    rows = result[result["run_id"] == "run-a"].assign(run_id="run-b")
    changed = {
        **suite,
        "outcome": pd.concat([outcome[outcome["model"] != "b"], twin]),
        "result": pd.concat([result[result["run_id"] != "run-b"], rows]),
    }
    found = c.compare(["a", "b"], **changed)
    assert found.tasks["difference"].eq(0).all() and found.tasks["p_value"].eq(1).all()
    assert found.ranking["class"].to_list() == [1, 1]


def test_a_task_of_unknown_direction_is_left_out_with_the_reason() -> None:
    suite = _suite()
    suite["task"] = make.tasks([{"task": "x"}, {"task": "y", "higher_is_better": None}])
    comparison = c.compare(["a", "b", "c"], **suite)
    assert set(comparison.tasks["task"]) == {"x"}
    assert comparison.left_out.values.tolist() == [["y", "direction", c.UNDIRECTED]]
    assert comparison.index[comparison.index["kind"] == "overall"].empty


def test_a_score_that_is_no_mean_of_its_items_is_not_compared_by_them() -> None:
    suite = _suite()
    results = suite["result"]
    median = (results["task"] == "x") & (results["run_id"] == "run-a")
    suite["result"] = results.assign(stderr=results["stderr"].mask(median), score=results["score"].mask(median, 1.0))
    found = c.compare(["a", "b"], **suite)
    assert found.left_out.to_dict("records") == [{"task": "x", "conditions": "average", "reason": c.NO_MEAN}]
    assert set(found.tasks["task"]) == set(found.scores["task"]) == {"y"}
    imported = c.compare(["a", "b"], **suite | {"run": suite["run"].assign(origin="imported")})
    assert imported.left_out.empty and set(imported.scores["task"]) == {"x", "y"}
