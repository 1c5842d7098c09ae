"""Own task files from the command line and from a run file, through plan, hash, manifest and verdict."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.__main__ import run as harness
from harness.store import run_folder

TASK = """task: river
dataset_path: {kind}
dataset_kwargs: {{data_files: {{test: items.{kind}}}}}
output_type: multiple_choice
test_split: test
doc_to_text: "{{{{question}}}}:"
doc_to_target: label
doc_to_choice: [red, green]
metric_list: [{{metric: acc, aggregation: mean, higher_is_better: true}}]
metadata: {{version: 1.0}}
"""
SUITE = """name: rivers
version: "1"
title: {en: Rivers, zh: 河}
description: {en: Own questions., zh: 自有题目。}
window: 64
stride: 64
tasks:
  - {task: river, kind: classification, language: en, num_fewshot: 0, metric: acc, higher_is_better: true,
     chance: 0.5, best: 1.0, redistribute: false}
"""


@pytest.fixture
def folder(places_here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(places_here / "none"))
    place = places_here / "tasks"
    place.mkdir()
    (place / "items.json").write_text("".join(f'{{"question": "q{n}", "label": {n % 2}}}\n' for n in range(10)))
    (place / "river.yaml").write_text(TASK.format(kind="json"))
    (places_here / "rivers.yaml").write_text(SUITE)
    return place


def ran(capsys: pytest.CaptureFixture[str], *line: str) -> dict[str, Any]:
    assert harness(["run", *line, "--offline", "--device", "cpu", "--json"]) == 0
    (made,) = json.loads(capsys.readouterr().out)["runs"]
    return run_folder.read_manifest(Path(made["folder"])) | {"existing": made["existing"]}


def test_an_own_task_is_scored_and_an_edited_one_is_another_plan(
    folder: Path, places_here: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    line = ["--suite", str(places_here / "rivers.yaml"), "--model", str(tiny_model), "--tasks", str(folder)]
    first = ran(capsys, *line)
    assert [(t["task"], t["items"], t["available"]) for t in first["tasks"]] == [("river", 10, 10)]
    rows = pq.read_table(places_here / "runs" / first["run_id"] / "samples.parquet").to_pylist()
    assert sorted({r["prompt"].splitlines()[0] for r in rows}) == [f"q{n}:" for n in range(10)]
    assert set(first["plan"]["task_specs"]) == {"river"} and first["plan"]["trust_task_code"] is False
    night = places_here / "night.yaml"
    night.write_text(f"models: [{tiny_model}]\nsuites: [rivers.yaml]\ntasks: [tasks]\n")
    same = ran(capsys, "--file", str(night))
    assert same["existing"] and same["run_id"] == first["run_id"]
    text = (folder / "river.yaml").read_text()
    (folder / "river.yaml").write_text(text + "# a remark\n")
    edited = ran(capsys, *line)
    assert not edited["existing"] and edited["plan"]["hash"] != first["plan"]["hash"]
    (folder / "river.yaml").write_text(text)
    (folder / "items.json").write_text('{"question": "other", "label": 1}\n')
    assert ran(capsys, *line)["plan"]["hash"] not in (first["plan"]["hash"], edited["plan"]["hash"])


def test_code_runs_only_where_it_is_trusted_and_the_run_says_so(
    folder: Path, places_here: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mark = places_here / "ran"
    (folder / "river.yaml").write_text(TASK.format(kind="json") + "process_docs: !function code.first\n")
    (folder / "code.py").write_text(f"open({str(mark)!r}, 'w')\ndef first(docs): return docs.select(range(3))\n")
    line = ["--suite", str(places_here / "rivers.yaml"), "--model", str(tiny_model), "--tasks", str(folder)]
    assert harness(["run", *line, "--offline", "--device", "cpu"]) == 2
    assert harness(["suites", "check", "--suite", str(places_here / "rivers.yaml"), "--tasks", str(folder)]) == 2
    said = capsys.readouterr().err
    assert f"{folder / 'river.yaml'}:11: !function is a tag" in said and not mark.exists()
    done = ran(capsys, *line, "--trust-task-code")
    assert mark.exists() and done["tasks"][0]["items"] == 3 and done["plan"]["trust_task_code"] is True
    (told,) = [f for f in done["verdict"] if f["code"] == "task-code"]
    assert "river" in told["message"] and not told["invalid"]


def test_suites_check_reads_own_tasks(folder: Path, places_here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["suites", "check", "--suite", str(places_here / "rivers.yaml"), "--json"]
    assert harness(line) == 2
    assert "lm-eval has no task 'river'" in capsys.readouterr().out
    assert harness([*line, "--tasks", str(folder)]) == 0


def test_a_name_of_lm_evals_own_is_refused(
    folder: Path, places_here: Path, tiny_model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "river.yaml").write_text(TASK.format(kind="json").replace("task: river", "task: sciq"))
    (places_here / "rivers.yaml").write_text(SUITE.replace("task: river", "task: sciq"))
    line = ["run", "--suite", str(places_here / "rivers.yaml"), "--model", str(tiny_model), "--tasks", str(folder)]
    assert harness([*line, "--offline", "--device", "cpu"]) == 2
    assert "the task 'sciq' has the name of one of lm-eval's; rename it" in " ".join(capsys.readouterr().err.split())
