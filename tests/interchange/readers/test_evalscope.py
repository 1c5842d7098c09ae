"""EvalScope's output trees and reports, both generations."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_evalscope_tree_and_its_configuration(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.evalscope_tree(tmp_path / "20250117_154119"))
    assert rows(run)["gsm8k_main", "acc", "none"]["score"] == 0.5
    assert rows(run)["gsm8k_main", "acc", "none"]["num_fewshot"] == 4
    assert run.manifest["plan"]["limit"] == 2 and run.manifest["partial"]
    assert run.run_id.startswith("20250117T154119Z-tiny-evalscope-")


def test_evalscope_second_generation_report(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "arc.json", b.evalscope_v2_report()))
    assert {k[0]: v["score"] for k, v in rows(run).items()} == {"arc_easy": 1.0, "arc_hard": 0.5, "arc": 0.75}
    assert run.manifest["perf"]["prompt_tokens"] == 10


def reviews(*lines: tuple[int, int, object]) -> str:
    rows_ = [
        {"index": i, "target": "3", "input": [{"role": "user", "content": [{"type": "text", "text": f"Q{group}"}]}],
         "sample_score": {"sample_id": i, "group_id": group, "score": {"value": {} if value is None else {"acc": value}}}}
        for i, group, value in lines
    ]  # fmt: skip
    return "".join(json.dumps(row) + "\n" for row in rows_)


def test_items_give_their_row_an_error(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.evalscope_tree(tmp_path / "out"))
    assert rows(run)["gsm8k_main", "acc", "none"]["stderr"] == pytest.approx(0.5)


def test_repeats_are_one_item_and_unscored_reviews_are_said(tmp_path: Path, runs_of: Runs) -> None:
    tree = b.evalscope_tree(tmp_path / "out")
    lines = [(0, 0, 1), (1, 0, 0), (2, 1, 1), (3, 1, 1), (4, 2, None), (5, 2, None)]
    b.write(tree / "reviews/tiny/gsm8k_main.jsonl", reviews(*lines))
    (run,) = runs_of(tree)
    assert [(s["value"], s["prompt"]) for s in run.samples.to_pylist()] == [(0.5, "Q0"), (1.0, "Q1")]
    assert rows(run)["gsm8k_main", "acc", "none"]["n"] == 2
    assert run.manifest["partial"] and "unscored-samples" in codes(run)


def test_aggregations_of_one_metric_stay_apart(tmp_path: Path, runs_of: Runs) -> None:
    report = b.evalscope_v2_report()
    (entry,) = report["metrics"]
    del entry["legacy_name"]
    passes = [
        {**entry, "identity": {"name": "acc", "aggregation": "pass_at_k", "dimensions": {"k": k}}} for k in (2, 4)
    ]
    (run,) = runs_of(b.write(tmp_path / "arc.json", {**report, "metrics": [entry, *passes]}))
    assert {k[2] for k in rows(run)} == {"none", "pass_at_k k=2", "pass_at_k k=4"}
