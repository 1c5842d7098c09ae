"""MMLU tables, question by question."""

from __future__ import annotations

from pathlib import Path

from harness.interchange import stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import codes, rows

HEAD = ",question,choice0,choice1,choice2,choice3,answer,prediction,completion\n"


def test_mmlu_tables_of_one_folder_are_one_run_of_the_model_that_the_importer_names(tmp_path: Path) -> None:
    b.write(tmp_path / "ck/a_result.csv", HEAD + '0,"Q, one",a,b,c,d,1,B,"p"\n1,Q2,a,b,c,d,2,A,p\n')
    b.write(tmp_path / "ck/b_result.csv", HEAD + "0,Q3,a,b,c,d,0,A,p\n")
    refused = import_path(tmp_path / "ck", runs_dir=tmp_path / "runs").refused
    assert [r.reason for r in refused] == ["names no model: say which with --model NAME"]
    report = import_path(tmp_path / "ck", runs_dir=tmp_path / "runs", model="acme/tiny")
    run = stored_runs.load(report.imported[0], tmp_path / "runs")
    assert {k[0]: v["score"] for k, v in rows(run).items()} == {"mmlu_a": 0.5, "mmlu_b": 1.0}
    assert run.manifest["model"]["id"] == "acme/tiny" and not run.manifest["partial"]


def test_lines_that_are_no_question_make_the_run_partial(tmp_path: Path) -> None:
    lines = "0,Q1,a,b,c,d,1,B,p\n1,Q2,a,b,c,d,seven,A,p\n2,Q, 3,a,b,c,d,1,B,p\n"
    file = b.write(tmp_path / "ck/a_result.csv", HEAD + lines)
    report = import_path(file, runs_dir=tmp_path / "runs", model="acme/tiny")
    run = stored_runs.load(report.imported[0], tmp_path / "runs")
    assert run.manifest["partial"] and "broken-lines" in codes(run)
    assert rows(run)["mmlu_a", "acc", "none"]["n"] == 1
