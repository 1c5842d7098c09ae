"""MMLU tables, question by question."""

from __future__ import annotations

from pathlib import Path

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, rows


def test_mmlu_tables_of_one_folder_are_one_run(tmp_path: Path, runs_of: Runs) -> None:
    head = ",question,choice0,choice1,choice2,choice3,answer,prediction,completion\n"
    b.write(tmp_path / "ck/a_result.csv", head + '0,"Q, one",a,b,c,d,1,B,"p"\n1,Q2,a,b,c,d,2,A,p\n')
    b.write(tmp_path / "ck/b_result.csv", head + "0,Q3,a,b,c,d,0,A,p\n")
    (run,) = runs_of(tmp_path / "ck")
    assert {k[0]: v["score"] for k, v in rows(run).items()} == {"mmlu_a": 0.5, "mmlu_b": 1.0}
