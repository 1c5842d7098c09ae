"""HELM's run folders and group tables."""

from __future__ import annotations

from pathlib import Path

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, rows


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
