"""LightEval's results with the details beside them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_lighteval_with_details(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lighteval_tree(tmp_path / "out") / "results")
    assert rows(run)["toy", "acc", "none"]["score"] == 0.5
    assert rows(run)["toy", "acc", "none"]["num_fewshot"] == 3
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0]
    assert run.samples.to_pylist()[1]["choice_loglikelihoods"] == [-2.0, -1.0]
    assert run.manifest["perf"]["wall_s"] == 12.5


def _results(tmp_path: Path, model: dict[str, Any], results: dict[str, Any], tasks: dict[str, Any]) -> Path:
    document = {
        "config_general": {"model_config": model, "model_name": model.get("model_name"), "max_samples": None},
        "results": results,
        "versions": {},
        "config_tasks": tasks,
    }
    return b.write(tmp_path / f"in/results_{b.DATE}.json", document)


def test_one_task_with_several_shots_is_kept_apart(tmp_path: Path, runs_of: Runs) -> None:
    results = {
        "toy|0": {"acc": 0.25},
        "toy|8": {"acc": 0.5, "acc_stderr": 0.1},
        "old|toy|8|1": {"acc": 0.125},
        "toy|3": {"acc": 0.375},
        "all": {"acc": 0.3},
    }
    tasks = {"toy|8": {"effective_num_docs": 20, "original_num_docs": 20}}
    (run,) = runs_of(_results(tmp_path, {"model_name": "acme/tiny"}, results, tasks))
    scores = {task: (row["score"], row["num_fewshot"], row["n"]) for (task, _, _), row in rows(run).items()}
    assert scores == {
        "toy": (0.5, 8, 20),
        "toy (0-shot)": (0.25, 0, None),
        "toy (3-shot)": (0.375, 3, None),
        "old|toy|8|1": (0.125, 8, None),
    }
    assert not run.manifest["partial"]


def test_a_part_of_the_documents_makes_the_run_partial(tmp_path: Path, runs_of: Runs) -> None:
    tasks = {"toy|0": {"effective_num_docs": 10, "original_num_docs": 50}, "play|0": {"original_num_docs": -1}}
    path = _results(
        tmp_path, {"model_name": "acme/tiny"}, {"toy|0": {"acc": 0.5}, "play|0": {"acc": float("nan")}}, tasks
    )
    (run,) = runs_of(path)
    assert run.manifest["partial"] and {"part-of-task", "not-a-number"} <= codes(run)
    assert rows(run)["play", "acc", "none"]["score"] is None


def test_adapters_and_quantised_loads_of_lighteval(tmp_path: Path, runs_of: Runs) -> None:
    model = {"model_name": "lab/lora", "base_model": "acme/tiny", "adapter_weights": True, "dtype": "4bit"}
    (run,) = runs_of(_results(tmp_path, model, {"toy|0": {"acc": 0.5, "acc_std": 0.1}}, {}))
    assert run.manifest["model"]["id"] == "acme/tiny+lab/lora (4-bit)"
    assert set(rows(run)) == {("toy", "acc", "none")}


def test_details_find_their_shots(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lighteval_tree(tmp_path / "out")
    results = folder / f"results/acme/tiny/results_{b.DATE}.json"
    document = json.loads(results.read_text())
    document["results"]["toy|0"] = {"acc": 0.1}
    b.write(results, document)
    (run,) = runs_of(folder / "results")
    assert {s["task"] for s in run.samples.to_pylist()} == {"toy"}
    assert rows(run)["toy (0-shot)", "acc", "none"]["score"] == 0.1
