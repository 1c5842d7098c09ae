"""HELM's run folders."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_helm_run_without_its_counts_and_perturbations(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.helm_run(tmp_path / "h"))
    assert set(rows(run)) == {("mmlu:subject=x", "exact_match", "none")}
    assert rows(run)["mmlu:subject=x", "exact_match", "none"]["n"] == 2
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0]


def stat(value: object, name: str = "exact_match", **more: object) -> dict[str, object]:
    return {"name": {"name": name, "split": "test", **more}, "count": 1, "mean": value}


def test_trials_of_an_instance_are_one_item(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.helm_run(tmp_path / "h")
    b.write(folder / "stats.json", [stat(0.5)])
    trials = [[1, 0, 1], [0, 0, 1]]  # by instance
    lines = [{"instance_id": f"id{i}", "train_trial_index": t, "stats": [stat(float(v))]}
             for t in range(3) for i, v in enumerate(trial[t] for trial in trials)]  # fmt: skip
    b.write(folder / "per_instance_stats.json", lines)
    (run,) = runs_of(folder)
    row = rows(run)["mmlu:subject=x", "exact_match", "none"]
    assert [s["value"] for s in run.samples.to_pylist()] == [2 / 3, 1 / 3]
    assert (row["n"], row["stderr"]) == (2, pytest.approx(1 / 6))


def test_values_of_one_name_are_left_out_and_perturbed_ones_are_named(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.helm_run(tmp_path / "h")
    perturbed = stat(0.1, perturbation={"name": "typos"})
    b.write(folder / "stats.json", [stat(0.5), stat(0.7, "f1_score"), stat(0.5), stat(0.8, "f1_score"), perturbed])
    (run,) = runs_of(folder)
    assert set(rows(run)) == {("mmlu:subject=x", "exact_match", "none")}
    assert "f1_score" in run.manifest["left_out"][0]["reason"] and {"several-values", "perturbed-left-out"} <= codes(
        run
    )


def test_splits_stay_apart(tmp_path: Path, runs_of: Runs) -> None:
    folder = b.helm_run(tmp_path / "h")
    b.write(folder / "stats.json", [stat(0.5), stat(0.25, split="valid"), stat(0.75, sub_split="non-toxic")])
    (run,) = runs_of(folder)
    assert {k[2]: r["score"] for k, r in rows(run).items()} == {"none": 0.5, "valid": 0.25, "test/non-toxic": 0.75}
