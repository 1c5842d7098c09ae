"""HELM's run folders and group tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_helm_run_without_its_counts_and_perturbations(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.helm_run(tmp_path / "h"))
    assert set(rows(run)) == {("mmlu:subject=x", "exact_match", "none")}
    assert rows(run)["mmlu:subject=x", "exact_match", "none"]["n"] == 2
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0]


def test_helm_group_table(tmp_path: Path, runs_of: Runs) -> None:
    cells = [{"value": "Tiny", "run_spec_names": ["x:model=acme_tiny"]}, {"value": 0.5}]
    header = [
        {"value": "Model"},
        {"value": "EM", "lower_is_better": False, "metadata": {"metric": "EM", "run_group": "BBQ"}},
    ]
    (run,) = runs_of(b.write(tmp_path / "bbq.json", [{"title": "t", "header": header, "rows": [cells]}]))
    assert run.manifest["model"]["id"] == "acme/tiny"
    assert rows(run)["BBQ", "EM", "none"]["score"] == 0.5


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


def table(title: str, *values: float, metric: str = "EM") -> dict[str, object]:
    header = [{"value": "Model"}, {"value": f"X - {metric}", "metadata": {"metric": metric, "run_group": "X"}}]
    return {"title": title, "header": header, "rows": [[{"value": "Tiny"}, {"value": v}] for v in values]}


def test_copies_of_tables_are_passed_over(tmp_path: Path) -> None:
    b.write(tmp_path / "groups/x.json", [table("Accuracy", 0.5)])
    b.write(tmp_path / "groups/json/x_accuracy.json", table("Accuracy", 0.5))
    b.write(tmp_path / "groups/json/x_other.json", table("Other", 0.75))
    report = import_path(tmp_path, runs_dir=tmp_path / "r")
    assert [(r.file, r.failed) for r in report.refused] == [("groups/json/x_accuracy.json", False)]
    assert "copy of a table in groups/x.json" in report.refused[0].reason
    assert len(report.imported) == 2
    alone = import_path(tmp_path / "groups/json", runs_dir=tmp_path / "alone")
    assert len(alone.imported) == 2 and not alone.refused


def test_tables_of_one_group_do_not_overwrite_each_other(tmp_path: Path, runs_of: Runs) -> None:
    win = [table(title, v, metric="Mean win rate") for title, v in (("Bias", 0.25), ("Toxicity", 0.5))]
    twice = table("Accuracy", 0.5, 0.75)
    (run,) = runs_of(b.write(tmp_path / "x.json", [*win, twice]))
    assert {k[1:]: r["score"] for k, r in rows(run).items()} == {
        ("Mean win rate", "Bias"): 0.25,
        ("Mean win rate", "Toxicity"): 0.5,
    }
    assert "several-values" in codes(run)


def test_an_overview_of_scenarios_is_no_table_of_models(tmp_path: Path) -> None:
    overview = {
        "title": "All",
        "header": [{"value": "Group"}, {"value": "# models"}],
        "rows": [[{"value": "BoolQ"}, {"value": 3}]],
    }
    b.write(tmp_path / "groups.json", [overview])
    report = import_path(tmp_path, runs_dir=tmp_path / "r")
    assert not report.imported and [r.failed for r in report.refused] == [False]
