"""Errors and intervals of scores: none where a score is no mean of its items, whatever the metric is called."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.analysis.statistics.uncertainty import with_intervals
from harness.runs.execute import run_model
from harness.runs.tables import averages
from harness.suites.load import load_suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT
from tests.runs.test_sampled_generations import write_suite, write_task

ROWS = [{"q": f"word {i}", "c": ["a", "b"], "label": i % 2} for i in range(12)]


@pytest.mark.parametrize(
    ("name", "is_mean"), [("mean", True), ("nanmean", True), ("median", False), ("perplexity", False), ("bleu", None)]
)
def test_an_aggregation_is_a_mean_or_not(name: str, is_mean: bool | None) -> None:
    from lm_eval.api.registry import get_aggregation

    assert averages(get_aggregation(name)) is is_mean


def scored(model: Path, folder: Path, aggregation: str, **asked: Any) -> dict[str, Any]:
    """The row of ``acc``, made of its items by an aggregation, with its interval."""
    metrics = [{"metric": "acc", "aggregation": aggregation, "higher_is_better": True}]
    choice = {"output_type": "multiple_choice", "doc_to_choice": "{{c}}", "doc_to_target": "label"}
    write_task(folder / "t", "z_word", ROWS, metric_list=metrics, generation_kwargs=None, **choice)
    suite = load_suite(write_suite(folder, "z_word", metric="acc", kind="classification"))
    asked = {"limit": None, "tasks": (str(folder / "t"),)} | asked
    done = run_model(str(model), suite, options(**asked), folder / f"runs-{aggregation}-{len(asked)}", SILENT)
    frame = pq.read_table(done.folder / "results.parquet").to_pandas().assign(origin="measured")
    (row,) = with_intervals(frame).to_dict("records")
    stopped = json.loads((done.folder / "manifest.json").read_text())["tasks"][0]["stopped"]
    return {str(k): v for k, v in row.items()} | {"stopped": stopped}


def test_a_mean_has_an_interval_and_a_median_has_none(tiny_model: Path, tmp_path: Path) -> None:
    plain = scored(tiny_model, tmp_path, "mean")
    assert plain["low"] < plain["score"] < plain["high"] and plain["stderr"] > 0
    for other in ("median", "perplexity"):
        row = scored(tiny_model, tmp_path, other)
        assert row["n"] == 12
        assert row["stderr"] != row["stderr"] and row["low"] != row["low"] and row["high"] != row["high"], other


def test_a_median_is_not_scored_in_rounds(tiny_model: Path, tmp_path: Path) -> None:
    row = scored(tiny_model, tmp_path, "median", precision=0.4)
    assert row["stopped"] == {"stopped": False, "items": 12, "mean": None, "low": None, "high": None}
    assert scored(tiny_model, tmp_path, "mean", precision=0.4)["stopped"]["mean"] is not None


def test_an_empty_text_takes_no_interval_away(tiny_model: Path, tmp_path: Path) -> None:
    texts = [{"q": "word " * (3 + i)} for i in range(4)]
    metrics = [{"metric": "bits_per_byte", "aggregation": "bits_per_byte", "higher_is_better": False}]
    text = {"output_type": "loglikelihood_rolling", "doc_to_text": "", "doc_to_target": "q", "metric_list": metrics}
    found = {}
    for name, rows in {"z_full": texts, "z_hole": [*texts, {"q": ""}]}.items():
        write_task(tmp_path / "t", name, rows, generation_kwargs=None, **text)
        anchors = {"metric": "text_bits_per_byte", "kind": "perplexity", "higher_is_better": False, "h0": 4.0}
        suite = load_suite(write_suite(tmp_path, name, **anchors, chance=None, best=None))
        asked = options(limit=None, tasks=(str(tmp_path / "t"),))
        done = run_model(str(tiny_model), suite, asked, tmp_path / "runs", SILENT)
        rows = pq.read_table(done.folder / "results.parquet").to_pylist()
        found[name] = {r["metric"]: (r["score"], r["stderr"], r["n"]) for r in rows}
        codes = [f["code"] for f in json.loads((done.folder / "manifest.json").read_text())["verdict"]]
        assert ("empty-texts" in codes) is (name == "z_hole")
    for metric in ("bits_per_byte", "text_bits_per_byte"):
        assert found["z_hole"][metric] == pytest.approx(found["z_full"][metric]), metric
        assert found["z_full"][metric][1] > 0
