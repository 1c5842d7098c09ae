"""Sources of items that are like none that is shipped, each with a mapping of at most ten lines."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.interchange.imported_run import ImportedRun
from tests.interchange import builders as b
from tests.interchange.conftest import rows
from tests.interchange.readers.test_item_matrix import imported


def runs_of(tmp_path: Path, path: Path, mapping: str) -> dict[str, ImportedRun]:
    """The runs of a source by model and benchmark; its mapping is short, and nothing is refused."""
    assert len([line for line in mapping.splitlines() if line.strip()]) <= 10
    runs, report = imported(tmp_path, path, mapping)
    assert not report.refused, report.refused
    again = imported(tmp_path, path, mapping)[1]
    assert not again.imported and len(again.existing) == len(runs)
    return {f"{r.manifest['model']['id']} {r.manifest['source']['benchmark']}": r for r in runs}


def scores(runs: dict[str, ImportedRun], metric: str = "acc") -> dict[str, Any]:
    found = {}
    for name, run in runs.items():
        result = next(row for (_, key, _), row in rows(run).items() if key == metric)
        found[name] = (pytest.approx(result["score"]), result["n"])
    return found


def test_a_board_with_a_row_for_each_item_and_percent_for_each_model(tmp_path: Path) -> None:
    table = [
        ["Scenario", "Instance", "Category", "openai/gpt-4o [EM]", "meta/llama-3-70b [EM]", "Notes"],
        ["med_qa", "id1", "dev", "100", "50", "checked, twice"],
        ["med_qa", "id2", "test", "100", "0", ""],
        ["med_qa", "id3", "test", "0", "", ""],
        ["law", "id1", "test", "25", "75", ""],
    ]
    path = b.write(tmp_path / "board.csv", "\n".join(",".join(f'"{c}"' for c in row) for row in table))
    mapping = """
rows: "{model} [EM]"
columns:
  {model: model, item: $.Instance, value: {column: value, factor: 0.01}, benchmark: $.Scenario}
constants: {source: Scenario board}
keep: {$.Category: [test]}
benchmarks: {med_qa: medqa-board}
"""
    expected = {
        "openai/gpt-4o medqa-board": (0.5, 2),
        "meta/llama-3-70b medqa-board": (0.0, 1),
        "openai/gpt-4o law": (0.25, 1),
        "meta/llama-3-70b law": (0.75, 1),
    }
    assert scores(runs_of(tmp_path, path, mapping)) == expected


def test_one_document_of_models_tasks_and_items(tmp_path: Path) -> None:
    def item(score: float, cost: float) -> dict[str, Any]:
        return {"score": {"value": score, "max": 4}, "usage": {"usd": cost, "tokens": {"out": 10}}}

    document = {
        "version": 3,
        "evals": {
            "alpha": {
                "config": {"agent": "Crawler", "day": "2026-05-06"},
                "tasks": {"web": {"t1": item(4, 1), "t2": item(1, 3)}},
            },
            "beta": {
                "config": {"agent": "Crawler", "day": "2026-05-07"},
                "tasks": {"web": {"t1": item(2, 1)}, "os": {"t9": item(0, 2)}},
            },
        },
    }
    mapping = """
rows: evals.{who}.tasks.{suite}.{task}
columns:
  model: who
  item: task
  value: {column: score.value, of: score.max}
  benchmark: suite
  agent: who.config.agent
  date: who.config.day
  cost_usd: usage.usd
  output_tokens: usage.tokens.out
"""
    runs = runs_of(tmp_path, b.write(tmp_path / "evals.json", document), mapping)
    assert scores(runs) == {"alpha web": (0.625, 2), "beta web": (0.5, 1), "beta os": (0.0, 1)}
    assert scores(runs, "cost_usd")["alpha web"] == (2.0, 2)
    assert runs["beta os"].manifest["source"]["agent"] == "Crawler"
    assert runs["beta os"].manifest["started"] == "2026-05-07T00:00:00Z"


def test_a_folder_with_a_compressed_file_for_each_model_and_its_card(tmp_path: Path) -> None:
    def record(item: str, *answers: str, split: str = "public") -> str:
        graded = [{"text": "secret", "verdict": verdict, "ms": 1000 * (k + 1)} for k, verdict in enumerate(answers)]
        return json.dumps({"problem": {"uid": item, "split": split}, "attempts": graded})

    for org, model, text in (
        ("acme", "One-7B", [record("p1", "correct", "wrong"), record("p2", "correct"), record("p3", "wrong", split="hidden")]),
        ("zeta", "Two", [record("p1", "refused"), record("p2", "correct", "correct")]),
    ):  # fmt: skip
        folder = tmp_path / "in" / f"{org}__{model}" / "2026-02"
        folder.mkdir(parents=True)
        (folder / "answers.jsonl.gz").write_bytes(gzip.compress("\n".join(text).encode()))
        b.write(folder / "card.json", {"model": {"label": f"{org}/{model}", "thinking": "high"}})
    mapping = """
files: "{org}__{name}/{month}/answers.jsonl.gz"
rows: attempts.*
beside: {card: "{org}__{name}/{month}/card.json"}
columns:
  {model: card.model.label, item: $.problem.uid, value: verdict, effort: card.model.thinking,
  edition: month, seconds: {column: ms, factor: 0.001}}
constants: {benchmark: puzzles}
values: {correct: 1, wrong: 0, refused: 0}
keep: {$.problem.split: [public]}
"""
    runs = runs_of(tmp_path, tmp_path / "in", mapping)
    assert scores(runs) == {"acme/One-7B puzzles": (0.75, 2), "zeta/Two puzzles": (0.5, 2)}
    assert scores(runs, "seconds")["acme/One-7B puzzles"] == (1.25, 2)
    assert runs["zeta/Two puzzles"].manifest["source"]["effort"] == "high"
    assert not any("secret" in json.dumps(run.manifest) for run in runs.values())


def test_a_table_of_records_in_cells_and_a_list_of_models_beside(tmp_path: Path) -> None:
    table = pa.table(
        {
            "run": ["r1", "r2"],
            "grades": [
                [{"q": "q1", "points": [1.0, 0.0, 1.0]}, {"q": "q2", "points": [1.0]}],
                [{"q": "q1", "points": [0.0]}],
            ],
        }
    )
    (tmp_path / "in").mkdir()
    pq.write_table(table, tmp_path / "in/grades.parquet")
    b.write(
        tmp_path / "in/runs.json",
        {"runs": 2, "r1": {"model": "One", "agent": None}, "r2": {"model": "Two", "agent": "Arm"}},
    )
    mapping = """
files: grades.parquet
rows: grades
beside: {run: {file: runs.json, find: $.run}}
columns: {model: run.model, agent: run.agent, item: q, value: points}
constants: {benchmark: grades, source: Grader}
"""
    runs = runs_of(tmp_path, tmp_path / "in", mapping)
    assert scores(runs) == {"One grades": (pytest.approx(5 / 6), 2), "Two grades": (0.0, 1)}
    assert {name: run.manifest["source"]["agent"] for name, run in runs.items()} == {
        "One grades": None,
        "Two grades": "Arm",
    }
