"""Inspect logs, as an archive and as JSON."""

from __future__ import annotations

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
