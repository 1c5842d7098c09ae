"""lm-eval's results and samples, old and new: scores, filters, items, and which files make one run."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from harness.analysis.statistics.uncertainty import with_intervals
from harness.interchange import stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_lm_eval_keeps_filters_apart_and_counts_items(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lm_eval_run(tmp_path / "r"))
    found = rows(run)
    assert found["toy", "acc", "none"]["score"] == 0.75
    assert found["toy", "acc", "none"]["n"] == 4
    assert found["toy", "acc", "strict"]["score"] == 0.5
    assert found["toy", "acc", "strict"]["stderr"] is None
    assert found["toy", "acc", "none"]["num_fewshot"] == 5
    assert found["grp", "acc", "none"]["stderr"] is None
    assert run.samples.num_rows == 8
    assert run.manifest["suite"]["tasks"][0]["group"] == "grp"


def test_lm_eval_model_dtype_and_date_without_local_folders(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.lm_eval_run(tmp_path / "r"))
    manifest = run.manifest
    assert manifest["model"]["id"] == "acme/tiny-1b"
    assert manifest["dtype"] == "fp16"
    assert manifest["model"]["revision"] == "abc123"
    assert run.run_id.startswith("20250318T013956Z-tiny-1b-lm-eval-")
    assert manifest["origin"] == "imported" and manifest["engine"]["name"] == "imported"
    text = json.dumps(manifest)
    assert "ann" not in text and "secret-box" not in text


def test_lm_eval_counts_of_a_group_are_no_task(tmp_path: Path, runs_of: Runs) -> None:
    """lm-eval 0.4.13 writes ``sample_count`` into the row of a group."""
    document = b.lm_eval_results()
    document["results"]["grp"]["sample_count"] = {"acc,none": 4}
    (run,) = runs_of(b.write(tmp_path / f"results_{b.DATE}.json", document))
    assert {task for task, _, _ in rows(run)} == {"toy", "grp"}
    assert rows(run)["grp", "acc", "none"]["n"] == 4
    assert "shots-unknown" not in codes(run)  # those of a group are its tasks'


def test_lm_eval_results_under_a_name_of_ones_own_have_their_samples(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    (folder / f"results_{b.DATE}.json").rename(folder / f"my_{b.DATE}.json")  # --output_path r/my.json
    (run,) = runs_of(folder)
    assert run.samples.num_rows == 8 and rows(run)["toy", "acc", "none"]["num_fewshot"] == 5


@pytest.mark.parametrize("broken", ["samples", "results"])
def test_a_broken_part_of_a_run_leaves_the_rest(tmp_path: Path, broken: str) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    b.write(folder / f"samples_play_{b.DATE}.jsonl", (folder / f"samples_toy_{b.DATE}.jsonl").read_text())
    name = f"samples_toy_{b.DATE}.jsonl" if broken == "samples" else f"results_{b.DATE}.json"
    b.write(folder / name, "{")
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert [r.file for r in report.refused][0] == name and len(report.imported) >= 1
    runs = [stored_runs.load(run_id, tmp_path / "runs") for run_id in report.imported]
    assert {s["task"] for run in runs for s in run.samples.to_pylist()} >= {"play"}
    if broken == "samples":
        assert rows(runs[0])["toy", "acc", "none"]["score"] == 0.75 and "items-unread" in codes(runs[0])


def test_a_score_that_its_items_contradict_is_said(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.lm_eval_run(tmp_path / "r")
    document = b.lm_eval_results()
    document["results"]["toy"]["acc,none"] = 0.9
    b.write(folder / f"results_{b.DATE}.json", document)
    (run,) = runs_of(folder)
    assert "items-differ" in codes(run)
    assert rows(run)["toy", "acc", "none"]["score"] == 0.9


def test_old_lm_eval(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "x_step1.json", b.old_results()))
    assert rows(run)["piqa", "acc_norm", "none"]["score"] == 0.61
    assert run.manifest["suite"]["name"] == "lm-eval-old"
    assert run.manifest["model"]["revision"] == "step1"
    assert {"version-unknown", "no-items"} <= codes(run)
    assert run.run_id.startswith("00000000T000000Z-")


def test_nested_groups_of_lm_eval(tmp_path: Path, runs_of: Runs) -> None:
    nested = {"bbh": {"bbh": {"acc,none": 0.5}, "bbh_a": {"acc,none": 1.0}}}
    document = {
        "params": {"model_args": "pretrained=acme/t", "limit": 10},
        "tasks": {},
        "results": nested,
        "versions": {},
    }
    (run,) = runs_of(b.write(tmp_path / "x.json", document))
    assert rows(run)["bbh_a", "acc", "none"]["score"] == 1.0
    assert rows(run)["bbh", "acc", "none"]["score"] == 0.5
    assert run.manifest["partial"] and run.manifest["plan"]["limit"] == 10


def test_infinity_is_an_unknown_score(tmp_path: Path, runs_of: Runs) -> None:
    text = json.dumps(b.old_results()).replace("0.61", "Infinity")
    (run,) = runs_of(b.write(tmp_path / "x.json", text))
    assert rows(run)["piqa", "acc_norm", "none"]["score"] is None
    assert "not-a-number" in codes(run)


def test_a_metric_of_unknown_direction_keeps_its_score_and_says_so(tmp_path: Path, runs_of: Runs) -> None:
    document = b.old_results()
    document["results"] = {"toy": {"sparkle": 0.5}}
    (run,) = runs_of(b.write(tmp_path / "r.json", document))
    row = rows(run)["toy", "sparkle", "none"]
    assert row["score"] == 0.5 and row["higher_is_better"] is None
    assert run.manifest["tasks"][0]["higher_is_better"] is None
    assert "direction-unknown" in codes(run)


def test_f1_of_squad_2_becomes_a_share_and_lies_in_its_interval(tmp_path: Path, runs_of: Runs) -> None:
    document = b.old_results()
    document["results"] = {"squad2": {"exact": 16.44, "f1": 24.06, "f1_stderr": 0.5}, "coqa": {"f1": 0.6}}
    (run,) = runs_of(b.write(tmp_path / "r.json", document))
    scores = rows(run)
    f1 = scores["squad2", "f1", "none"]
    assert (f1["score"], f1["stderr"]) == pytest.approx((0.2406, 0.005))
    assert (scores["squad2", "exact", "none"]["score"], scores["coqa", "f1", "none"]["score"]) == (16.44, 0.6)
    (row,) = with_intervals(pd.DataFrame([f1 | {"n": 100}])).to_dict("records")
    assert row["low"] < row["score"] < row["high"] < 0.26
