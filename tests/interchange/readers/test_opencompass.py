"""OpenCompass's work folders and summaries."""

from __future__ import annotations

from pathlib import Path

from harness.interchange import stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, rows


def test_opencompass_tree(tmp_path: Path) -> None:
    report = import_path(b.opencompass_tree(tmp_path / "20250117_154119"), runs_dir=tmp_path / "r")
    assert len(report.imported) == 1
    assert [r.file.rsplit("/", 1)[-1] for r in report.refused] == ["broken.json"]
    run = stored_runs.load(report.imported[0], tmp_path / "r")
    found = rows(run)
    assert found["ARC-c", "accuracy", "none"]["score"] == 0.75
    assert found["ARC-c", "accuracy", "none"]["task_version"] == "2ef631"
    assert found["rouge", "rouge1", "none"]["score"] == 31.5
    assert [s["value"] for s in run.samples.to_pylist()] == [0.0, 1.0, 1.0, 1.0]
    assert run.samples.to_pylist()[2]["prompt"] == "Q2"


def test_opencompass_items_compared_as_its_accuracy_does(tmp_path: Path, runs_of: Runs) -> None:
    details = {
        "type": "GEN",
        "0": {"predictions": "A", "references": "A"},
        "1": {"predictions": "A", "references": "B"},
    }
    b.write(tmp_path / "w/results/m/d.json", {"accuracy": 50.0, "details": details})
    (tmp_path / "w/configs").mkdir()
    (run,) = runs_of(tmp_path / "w")
    assert [s["value"] for s in run.samples.to_pylist()] == [1.0, 0.0]


def test_opencompass_summary_has_a_run_for_each_model(tmp_path: Path, runs_of: Runs) -> None:
    text = "dataset,version,metric,mode,m1,m2\nARC,2ef631,accuracy,ppl,50.00,-\nmmlu,-,-,-,-,-\nC,1,score,gen,3,4\n"
    runs = runs_of(b.write(tmp_path / "summary_20250117_154119.csv", text))
    by_model = {r.manifest["model"]["id"]: rows(r) for r in runs}
    assert by_model["m1"]["ARC", "accuracy", "none"]["score"] == 0.5
    assert by_model["m2"]["C", "score", "none"]["score"] == 4.0
    assert ("ARC", "accuracy", "none") not in by_model["m2"]
