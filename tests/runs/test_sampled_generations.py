"""Sampled generations: the packed engine draws what the hf engine draws, whole runs with repeats included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness.engine import load as loading
from harness.engine.base import Batch
from harness.engine.hf import HFEngine
from harness.engine.settings import Settings
from harness.engine.source import resolve
from harness.runs.execute import run_model
from harness.suites.load import load_suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT

GENERATION = {"until": ["\n"], "max_gen_toks": 8, "do_sample": True, "temperature": 0.9}


def write_task(folder: Path, name: str, rows: list[dict[str, Any]], **changes: Any) -> None:
    """A task of generated answers, with its data, as a user writes it."""
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    task = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": f"{name}.jsonl"}},
        "test_split": "test",
        "output_type": "generate_until",
        "doc_to_text": "{{q}}",
        "doc_to_target": "{{a}}",
        "generation_kwargs": GENERATION,
        "metric_list": [{"metric": "exact_match", "aggregation": "mean", "higher_is_better": True}],
        "metadata": {"version": 1.0},
    }
    (folder / f"{name}.yaml").write_text(json.dumps(task | changes))


def write_suite(folder: Path, name: str, **changes: Any) -> str:
    """A suite of that one task."""
    entry = {"task": name, "kind": "qa", "language": "en", "num_fewshot": 0, "metric": "exact_match"}
    entry |= {"higher_is_better": True, "chance": 0.0, "best": 1.0, "licence": None, "redistribute": False}
    title = {"en": "Sampled", "zh": "抽样"}
    suite = {"name": name.replace("_", "-"), "version": "1.0", "title": title, "description": title, "window": 128}
    (folder / "suite.yaml").write_text(json.dumps(suite | {"stride": 128, "tasks": [entry | changes]}))
    return str(folder / "suite.yaml")


def drawn(tiny_model: Path, folder: Path, suite: str, runs: Path, engine: str) -> list[tuple[int, str, str]]:
    done = run_model(
        str(tiny_model), load_suite(suite), options(engine=engine, limit=None, tasks=(str(folder),)), runs, SILENT
    )
    rows = pq.read_table(done.folder / "samples.parquet").to_pylist()
    return [(r["item"], r["filter"], r["response"]) for r in rows]


@pytest.fixture
def one_a_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(HFEngine, "partition", lambda self, requests: [Batch((i,)) for i in range(len(requests))])


@pytest.mark.usefixtures("one_a_batch")
def test_packed_draws_what_hf_draws(tiny_model: Path, tmp_path: Path) -> None:
    """Three draws of each prompt, kept by a filter that votes and one that takes the first: as self-consistency has them."""
    rows = [{"q": f"word {i}" * (1 + i % 3), "a": "x"} for i in range(6)]
    filters = [
        {"name": "vote", "filter": [{"function": "majority_vote"}, {"function": "take_first"}]},
        {"name": "first", "filter": [{"function": "take_first_k", "k": 1}, {"function": "take_first"}]},
    ]
    write_task(tmp_path / "t", "z_drawn", rows, repeats=3, filter_list=filters)
    suite = write_suite(tmp_path, "z_drawn", filter="vote")
    ours = drawn(tiny_model, tmp_path / "t", suite, tmp_path / "a", "packed")
    assert ours == drawn(tiny_model, tmp_path / "t", suite, tmp_path / "b", "hf")
    assert len(ours) == 12 and len({text for _, _, text in ours}) > 3


def test_repeats_are_other_draws(tiny_model: Path, tmp_path: Path) -> None:
    loaded = loading.load(
        resolve(str(tiny_model), revision=None, offline=True), Settings("packed", "cpu", "fp32", False, False, 128)
    )
    asked = loading.codec(loaded, None).generate([("abc", GENERATION)] * 4, range(4))
    answers = loaded.engine.run([r for e in asked for r in e.requests])[0]
    assert len({repr(a) for a in answers}) > 1
