"""A run that no database could take is not sealed, and says what does not fit; what was computed stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="needs the engine half (pip install .[engine])")

from harness.errors import BadInput, RunFailed
from harness.runs import seal
from harness.runs.execute import run_model
from harness.store import run_folder
from harness.store.runs import refuse_unpublishable
from harness.suites.model import Suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT


def test_a_record_that_no_database_takes_is_not_sealed_and_its_answers_are_kept(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = seal.record

    def too_large(run: Any, runs: Path) -> seal.Record:
        made = record(run, runs)
        made.manifest["plan"]["sample"] = 10**23
        return made

    monkeypatch.setattr("harness.runs.execute.record", too_large)
    with pytest.raises(RunFailed, match="not sealed.*INT64.*All answers are kept"):
        run_model(str(tiny_model), calibration, options(), tmp_path, SILENT)
    assert not run_folder.sealed(tmp_path) and not list(tmp_path.glob(".tmp*"))
    monkeypatch.undo()
    done = run_model(str(tiny_model), calibration, options(), tmp_path, SILENT)
    manifest = json.loads((done.folder / "manifest.json").read_text(encoding="utf-8"))
    assert not done.existing and manifest["perf"]["complete"] is False  # from the kept answers
    refuse_unpublishable(done.folder)


def test_a_metric_that_fails_on_an_answer_is_a_sentence(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise ValueError("not enough values to unpack")

    monkeypatch.setattr("harness.runs.lm_eval_metrics.evaluate", broken)
    with pytest.raises(RunFailed, match="ValueError: not enough values to unpack. All answers are kept"):
        run_model(str(tiny_model), calibration, options(), tmp_path, SILENT)
    assert not run_folder.sealed(tmp_path) and list((tmp_path / ".journal").glob("*.jsonl"))


def test_the_trial_names_a_value_that_does_not_fit(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    folder = run_model(str(tiny_model), calibration, options(), tmp_path, SILENT).folder
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["model"]["params"] = 2**64
    del manifest["content"]
    manifest["format"] = 1  # whose runs may lack hashes
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(BadInput, match="18446744073709551616"):
        refuse_unpublishable(folder)
