"""Matrices of items: the same runs out of CSV, JSON lines and Parquet; what is missing, filtered, refused or judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.interchange import stored_runs
from harness.interchange.imported_run import ImportedRun, ImportReport
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import codes, rows

MAPPING = """
columns: {model: who, item: task, value: ok, agent: with, date: day, cost_usd: usd, output_tokens: out,
          seconds: {column: ms, factor: 0.001}}
constants: {benchmark: toy, source: Toy Index, repository: acme/toy, commit: abc, licence: MIT}
metric: resolved
missing: wrong
leave_out: {who: [broken]}
models: {strange: {id: gpt-5-4, effort: high}}
verdicts: [{model: strange, benchmark: toy, code: agent-breakdown, message: The agent broke down.}]
"""
COLUMNS = ("who", "task", "ok", "with", "day", "usd", "out", "ms")
MATRIX: list[tuple[Any, ...]] = [
    ("openai/o3-mini (high reasoning)", "a", True, "Hands", "2026-01-02", 0.5, 100, 1500),
    ("openai/o3-mini (high reasoning)", "b", False, "Hands", "2026-01-03", 1.5, 300, 2500),
    ("openai/o3-mini (low reasoning)", "a", False, "Hands", "2026-01-02", None, None, None),
    ("openai/o3-mini (low reasoning)", "b", None, "Hands", "2026-01-02", None, None, None),
    ("strange", "c", True, "Hands", "2026-01-02", 0.1, 1, 1),
    ("strange", "c", False, "Hands", "2026-01-02", 0.3, 3, 1),
    ("strange", "a", True, "Feet", "2026-01-02", 0.1, 1, 1),
    ("broken", "d", True, "Hands", "2026-01-02", 0.1, 1, 1),
]


def matrix(path: Path, lines: list[tuple[Any, ...]] = MATRIX) -> Path:
    records = [dict(zip(COLUMNS, line, strict=True)) for line in lines]
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(records), path)
        return path
    if path.suffix == ".jsonl":
        return b.write(path, "\n".join(json.dumps(r) for r in records))
    cells = [["" if v is None else str(v) for v in line] for line in lines]
    return b.write(path, "\n".join(",".join(line) for line in [list(COLUMNS), *cells]) + "\n")


def imported(tmp_path: Path, path: Path, mapping: str = MAPPING) -> tuple[list[ImportedRun], ImportReport]:
    runs = tmp_path / "runs"
    report = import_path(path, runs_dir=runs, mapping=b.write(tmp_path / "map.yaml", mapping))
    return [stored_runs.load(run_id, runs) for run_id in report.imported], report


@pytest.fixture
def runs(tmp_path: Path) -> dict[tuple[str, str], ImportedRun]:
    found, report = imported(tmp_path, matrix(tmp_path / "m.parquet"))
    assert not report.refused
    return {(r.manifest["model"]["id"], r.manifest["source"]["agent"]): r for r in found}


def test_a_run_has_its_items_and_what_each_took(runs: dict[tuple[str, str], ImportedRun]) -> None:
    assert len(runs) == 4  # the broken model is left out, the other agent is a run of its own
    run = runs["openai/o3-mini (high reasoning)", "Hands"]
    results = {metric: (row["score"], row["n"]) for (_, metric, _), row in rows(run).items()}
    expected = {
        "resolved": (pytest.approx(1 / 3), 3),
        "cost_usd": (1.0, 2),
        "output_tokens": (200.0, 2),
        "seconds": (2.0, 2),
    }
    assert results == expected  # item c is missing, and wrong
    task = run.manifest["tasks"][0]
    assert (task["task"], task["metric"], task["higher_is_better"]) == ("toy", "resolved", True)
    assert run.manifest["started"] == "2026-01-03T00:00:00Z" and "missing-is-wrong" in codes(run)
    values = {(r["item"], r["metric"]): r["value"] for r in run.samples.to_pylist()}
    assert values[0, "cost_usd"] == 0.5 and values[1, "resolved"] == 0.0 and (2, "cost_usd") not in values


def test_efforts_are_runs_of_one_model_and_items_pair(runs: dict[tuple[str, str], ImportedRun]) -> None:
    high, low = (runs[f"openai/o3-mini ({level} reasoning)", "Hands"] for level in ("high", "low"))
    assert high.manifest["model"]["model_id"] == low.manifest["model"]["model_id"] == "o3-mini"
    assert [r.manifest["source"]["effort"] for r in (high, low)] == ["high", "low"]
    assert high.manifest["suite"]["version"] == low.manifest["suite"]["version"]
    hashes = [{r["doc_hash"] for r in run.samples.to_pylist() if r["metric"] == "resolved"} for run in (high, low)]
    assert hashes[0] == hashes[1] and len(hashes[0]) == 3
    feet = runs["strange", "Feet"]
    assert feet.manifest["suite"]["version"] != high.manifest["suite"]["version"]  # another agent, another set-up


def test_tries_are_averaged_and_a_verdict_takes_a_run_out(runs: dict[tuple[str, str], ImportedRun]) -> None:
    run = runs["strange", "Hands"]
    assert run.manifest["model"]["model_id"] == "gpt-5-4" and run.manifest["source"]["effort"] == "high"
    assert rows(run)["toy", "cost_usd", "none"]["score"] == pytest.approx(0.2)
    assert rows(run)["toy", "resolved", "none"]["score"] == pytest.approx(0.5 / 3)
    assert {"tries", "agent-breakdown"} <= codes(run) and not run.manifest["valid"]


def test_every_kind_of_file_gives_the_same_runs_once(tmp_path: Path) -> None:
    first = {r.run_id for r in imported(tmp_path, matrix(tmp_path / "m.parquet"))[0]}
    for name in ("m.csv", "m.jsonl", "m.parquet"):
        found, report = imported(tmp_path, matrix(tmp_path / name))
        assert not found and set(report.existing) == first and not report.refused


def test_where_a_missing_item_is_absent_the_run_is_partial(tmp_path: Path) -> None:
    found, report = imported(tmp_path, matrix(tmp_path / "m.csv"), MAPPING.replace("wrong", "absent"))
    run = next(r for r in found if "high" in r.manifest["model"]["id"])
    assert rows(run)["toy", "resolved", "none"]["n"] == 2 and run.manifest["partial"]
    assert [r.reason for r in report.refused] == []
    silent = [("m", "a", None, "Hands", "", None, None, None)]
    found, report = imported(tmp_path, matrix(tmp_path / "s.csv", silent), MAPPING.replace("wrong", "absent"))
    assert not found and "says of no item" in report.refused[0].reason


def test_rows_that_cannot_be_read_are_refused_by_their_line(tmp_path: Path) -> None:
    good = ("m", "a", 1, "Hands", "", 1, 1, 1)
    broken = [("m", "", 1), ("", "b", 1), ("m", "b", 7), ("m", "b", "perhaps"), ("m", "b", 1, "H", "", -1)]
    lines = [good, *(row + ("",) * (len(COLUMNS) - len(row)) for row in broken)]
    found, report = imported(tmp_path, matrix(tmp_path / "m.csv", lines))
    assert len(found) == 1 and [r.file for r in report.refused] == [f"m.csv row {n}" for n in range(3, 8)]
    reasons = ["names no item", "names no model", "not from 0 to 1", "perhaps", "cost_usd below 0"]
    assert all(part in r.reason for part, r in zip(reasons, report.refused, strict=True))
    _, report = imported(tmp_path, matrix(tmp_path / "m.parquet"), MAPPING.replace("out,", "o,"))
    assert "lacks the columns o" in report.refused[0].reason


def test_an_unusable_mapping_is_refused_with_all_its_problems(tmp_path: Path) -> None:
    bad = """
columns: {model: who, value: {column: ok, factor: -1}, tokens: t}
constants: {colour: red}
metric: cost_usd
missing: maybe
keep: {who: me}
verdicts: [{model: x}]
extra: 1
"""
    with pytest.raises(BadInput) as caught:
        imported(tmp_path, matrix(tmp_path / "m.csv"), bad)
    told = " ".join(caught.value.problems)
    words = ("extra", "factor", "item", "tokens", "colour", "benchmark", "metric", "missing", "keep.who", "verdicts")
    assert len(caught.value.problems) == 10 and all(word in told for word in words)


def test_a_table_of_parquet_without_a_mapping_is_no_failure_in_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    matrix(folder / "m.parquet")
    report = import_path(folder, runs_dir=tmp_path / "runs")
    assert not report.refused[0].failed and "--mapping" in report.refused[0].reason
