"""OpenCompass's work folders and summaries."""

from __future__ import annotations

from pathlib import Path

from harness.interchange import stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


def test_opencompass_tree(tmp_path: Path) -> None:
    report = import_path(b.opencompass_tree(tmp_path / "20250117_154119"), runs_dir=tmp_path / "r")
    assert len(report.imported) == 1
    assert [r.file.rsplit("/", 1)[-1] for r in report.refused] == ["broken.json"]
    run = stored_runs.load(report.imported[0], tmp_path / "r")
    found = rows(run)
    assert found["ARC-c", "accuracy", "none"]["score"] == 0.75
    assert found["ARC-c", "accuracy", "none"]["task_version"] == "2ef631"
    assert found["rouge", "rouge1", "none"]["score"] == 0.315
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


def test_averages_and_tries_are_shares_and_counts_are_no_scores(tmp_path: Path, runs_of: Runs) -> None:
    lines = [
        "a,1,accuracy (4 runs average),gen,40.50",
        "a,1,G-Pass@4_0.75,gen,20.00",
        "a,1,mG-Pass@4,gen,10.00",
        "b,-,weighted_average,gen,55.10",
        "c,2,mbpp_pass@1,gen,61.20",
        "c,2,timeout,gen,7",
        "c,2,accuracy_std,gen,1.5",
        "d,3,rougeL,gen,31.00",
        "e,4,accuracy,gen,nan",
        "f,5,accuracy,gen,250",
    ]
    text = "dataset,version,metric,mode,m1\n" + "\n".join(lines) + "\n"
    (run,) = runs_of(b.write(tmp_path / "summary_20250117_154119.csv", text))
    scores = {(task, metric): row["score"] for (task, metric, _), row in rows(run).items()}
    assert scores == {
        ("a", "accuracy (4 runs average)"): 0.405,
        ("a", "G-Pass@4_0.75"): 0.2,
        ("a", "mG-Pass@4"): 0.1,
        ("b", "weighted_average"): 0.551,
        ("c", "mbpp_pass@1"): 0.612,
        ("d", "rougeL"): 0.31,
        ("e", "accuracy"): None,
    }
    assert {"counts-left-out", "beyond-scale", "not-a-number"} <= codes(run)


def test_one_data_set_asked_in_two_ways_is_kept_apart(tmp_path: Path, runs_of: Runs) -> None:
    text = "dataset,version,metric,mode,m1\nARC,aa,accuracy,gen,40\nARC,bb,accuracy,ppl,60\n"
    (run,) = runs_of(b.write(tmp_path / "summary_20250117_154119.csv", text))
    assert {task: row["score"] for (task, _, _), row in rows(run).items()} == {"ARC": 0.4, "ARC (bb ppl)": 0.6}


def test_a_cell_that_is_no_figure_is_refused_by_line_and_column(tmp_path: Path) -> None:
    text = 'dataset,version,metric,mode,m1,m2\nARC,aa,accuracy,gen,40,"4,0"\n'
    report = import_path(b.write(tmp_path / "summary_20250117_154119.csv", text), runs_dir=tmp_path / "r")
    assert "line 2, column 6" in report.refused[0].file and len(report.imported) == 1


def test_items_of_several_runs_are_averaged(tmp_path: Path, runs_of: Runs) -> None:
    details = {"0": {"correct": [True, False, True, True]}, "1": {"correct": [False, False, True, False]}}
    b.write(
        tmp_path / "w/results/m/aime.json",
        {"accuracy (4 runs average)": 50.0, "G-Pass@4_0.5": 50.0, "details": details},
    )
    (tmp_path / "w/configs").mkdir()
    (run,) = runs_of(tmp_path / "w")
    assert [(s["metric"], s["value"]) for s in run.samples.to_pylist()] == [
        ("accuracy (4 runs average)", 0.75),
        ("accuracy (4 runs average)", 0.25),
    ]
