"""Inspect logs, as an archive and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.interchange import builders as b
from tests.interchange.conftest import Runs, codes, rows


@pytest.mark.parametrize("method", [8, 93])
def test_inspect_archive_deflated_and_zstandard(tmp_path: Path, runs_of: Runs, method: int) -> None:
    (run,) = runs_of(b.inspect_eval(tmp_path / "a.eval", method))
    assert rows(run)["quiz", "accuracy", "none"]["score"] == 0.625
    assert [s["value"] for s in run.samples.to_pylist()] == [1.0, 0.0, 0.5, 1.0]
    assert run.manifest["suite"]["tasks"][0]["chance"] == 0.5
    assert [s["gold"] for s in run.samples.to_pylist()] == [1] * 4


def test_inspect_json_equals_its_archive(tmp_path: Path, runs_of: Runs) -> None:
    (one,) = runs_of(b.write(tmp_path / "a.json", b.inspect_log()))
    (two,) = runs_of(b.inspect_eval(tmp_path / "a.eval"))
    drop = ["run_id"]
    assert one.samples.drop_columns(drop).equals(two.samples.drop_columns(drop))
    assert one.results.drop_columns(drop).equals(two.results.drop_columns(drop))


def test_inspect_run_that_was_broken_off_is_not_valid(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "a.json", {**b.inspect_log(), "status": "error"}))
    assert run.manifest["valid"] is False and "not-finished" in codes(run)


def test_inspect_epochs_are_averaged(tmp_path: Path, runs_of: Runs) -> None:
    log = b.inspect_log()
    log["samples"] = [
        {"id": 1, "epoch": e, "input": "Q", "target": "B", "scores": {"match": {"value": v}}}
        for e, v in ((1, "C"), (2, "I"))
    ]
    del log["results"]
    (run,) = runs_of(b.write(tmp_path / "a.json", log))
    assert [s["value"] for s in run.samples.to_pylist()] == [0.5]


def test_an_archive_without_its_header_is_a_run_that_was_broken_off(tmp_path: Path, runs_of: Runs) -> None:
    log = b.inspect_log()
    start = {k: log[k] for k in ("version", "eval")}
    members = {"_journal/start.json": start, "_journal/summaries/1.json": log["samples"][:2]}
    path = b.zip_with(tmp_path / "a.eval", {k: json.dumps(v).encode() for k, v in members.items()}, 8)
    (run,) = runs_of(path)
    assert (run.manifest["valid"], run.manifest["partial"]) == (False, True) and "not-finished" in codes(run)
    assert [s["value"] for s in run.samples.to_pylist()] == [1.0, 0.0]


def test_a_range_of_samples_and_chosen_samples_are_a_part(tmp_path: Path, runs_of: Runs) -> None:
    log = b.inspect_log()
    for name, config in (("a", {"limit": [10, 14]}), ("b", {"sample_id": [1, 2]})):
        (run,) = runs_of(b.write(tmp_path / f"{name}.json", {**log, "eval": {**log["eval"], "config": config}}))
        assert run.manifest["partial"] is True


def test_a_log_that_was_invalidated_is_not_valid(tmp_path: Path, runs_of: Runs) -> None:
    (run,) = runs_of(b.write(tmp_path / "a.json", {**b.inspect_log(), "invalidated": True}))
    assert run.manifest["valid"] is False and "invalidated" in codes(run)


def test_shots_are_a_number_never_a_switch(tmp_path: Path, runs_of: Runs) -> None:
    log = b.inspect_log()
    for name, value, shots in (("a", True, None), ("b", 5, 5)):
        run = runs_of(
            b.write(tmp_path / f"{name}.json", {**log, "eval": {**log["eval"], "task_args": {"fewshot": value}}})
        )[0]
        assert run.results.to_pylist()[0]["num_fewshot"] == shots
