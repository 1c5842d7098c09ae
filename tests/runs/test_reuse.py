"""Answers of another suite's run of the same model: taken where every part of the key is equal, and said."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import pytest

from harness.engine.base import Generated, GenerateRequest, Scored, ScoreRequest, TextRequest
from harness.errors import RunFailed
from harness.runs import reuse
from harness.runs.execute import Outcome, run_model
from harness.runs.plan import Options
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT, plain_rows, results


@pytest.fixture(scope="module")
def other(calibration: Suite) -> Suite:
    """Two of the calibration suite's tasks, under another name."""
    tasks = tuple(t for t in calibration.tasks if t.task in ("landscape_cal_class", "landscape_cal_facts"))
    assert len(tasks) == 2
    return dataclasses.replace(calibration, name="other", tasks=tasks)


def run(model: Path, suite: Suite, runs: Path, **changes: object) -> tuple[Outcome, dict[str, Any]]:
    done = run_model(str(model), suite, made(**changes), runs, SILENT)
    return done, run_folder.read_manifest(done.folder)


def made(**changes: object) -> Options:
    return options(**({"engine": "hf", "limit": 6} | changes))


@pytest.mark.parametrize("engine", ["hf", "packed"])
def test_answers_of_another_suite_are_taken_and_said(
    engine: str, tiny_model: Path, calibration: Suite, other: Suite, tmp_path: Path
) -> None:
    alone, _ = run(tiny_model, calibration, tmp_path / "alone", engine=engine)
    _, first = run(tiny_model, other, tmp_path / "both", engine=engine)
    done, manifest = run(tiny_model, calibration, tmp_path / "both", engine=engine)
    assert first["plan"]["reused"] == 0 and first["perf"]["complete"]
    assert manifest["plan"]["reused"] == first["plan"]["requests"] > 0
    assert manifest["perf"]["complete"] is False
    (finding,) = [f for f in manifest["verdict"] if f["code"] == "reused"]
    assert finding["message"].startswith(f"{first['plan']['requests']} of {manifest['plan']['requests']} answers")
    assert not finding["invalid"]
    ours, theirs = results(done.folder), results(alone.folder)
    assert ours.keys() == theirs.keys()
    for key, value in theirs.items():
        assert ours[key] == pytest.approx(value, rel=1e-5, abs=1e-9), key


def test_a_suite_that_holds_nothing_new_needs_no_batch(
    tiny_model: Path, calibration: Suite, other: Suite, tmp_path: Path
) -> None:
    whole, _ = run(tiny_model, calibration, tmp_path)
    done, manifest = run(tiny_model, other, tmp_path)
    counts = {key: count for key, count in manifest["journal"].items() if key != "machines"}
    assert counts == {"starts": 1, "begun": 0, "done": 0, "batches": 0} and len(manifest["journal"]["machines"]) == 1
    assert manifest["perf"]["prompt_tokens"] == 0 and manifest["perf"]["tokens_per_s"] is None
    assert results(done.folder).items() <= results(whole.folder).items()


@pytest.mark.parametrize("changes", [{"again": True}, {"dtype": "bf16"}, {"engine": "packed", "deterministic": True}])
def test_nothing_is_taken_where_the_key_or_the_wish_differs(
    tiny_model: Path, calibration: Suite, other: Suite, tmp_path: Path, changes: dict[str, object]
) -> None:
    run(tiny_model, other, tmp_path)
    _, manifest = run(tiny_model, calibration, tmp_path, **changes)
    assert manifest["plan"]["reused"] == 0 and manifest["perf"]["complete"]


def test_a_trial_of_the_same_suite_spoils_no_measurement(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    run(tiny_model, calibration, tmp_path, limit=2)
    _, manifest = run(tiny_model, calibration, tmp_path)
    assert manifest["plan"]["reused"] == 0 and manifest["perf"]["complete"]


def test_a_stopped_run_keeps_the_answers_that_it_began_with(
    tiny_model: Path, calibration: Suite, other: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kept answers vanish between two starts, and the run ends with the same bits all the same."""
    from harness.engine.hf import HFEngine

    for name in ("whole", "cut"):
        run(tiny_model, other, tmp_path / name)
    whole, expected = run(tiny_model, calibration, tmp_path / "whole")
    plain, calls = HFEngine.run, []

    def dies(self: HFEngine, asked: Any) -> Any:
        calls.append(asked)
        if len(calls) == 2:
            raise RuntimeError("gone")
        return plain(self, asked)

    monkeypatch.setattr(HFEngine, "run", dies)
    with pytest.raises(RunFailed):
        run(tiny_model, calibration, tmp_path / "cut")
    monkeypatch.setattr(HFEngine, "run", plain)
    shutil.rmtree(tmp_path / "cut" / reuse.FOLDER)
    rest, manifest = run(tiny_model, calibration, tmp_path / "cut")
    assert manifest["plan"]["reused"] == expected["plan"]["reused"] > 0
    assert manifest["journal"]["starts"] == 2 and manifest["journal"]["begun"] == manifest["journal"]["done"] + 1
    assert plain_rows(rest.folder) == plain_rows(whole.folder)


def test_rounds_take_their_decisions_on_reused_answers_too(
    tiny_model: Path, calibration: Suite, other: Suite, tmp_path: Path
) -> None:
    run(tiny_model, other, tmp_path / "both", limit=None, sample=40)
    alone, _ = run(tiny_model, calibration, tmp_path / "alone", limit=None, precision=0.2)
    done, manifest = run(tiny_model, calibration, tmp_path / "both", limit=None, precision=0.2)
    assert manifest["plan"]["reused"] > 0
    for key, value in results(alone.folder).items():
        assert results(done.folder)[key] == pytest.approx(value, rel=1e-5, abs=1e-9), key


def test_a_key_tells_questions_apart() -> None:
    asked = [
        ScoreRequest((1, 2), (3,)),
        ScoreRequest((1,), (2, 3)),
        ScoreRequest((1, 2), (3,), greedy=False),
        GenerateRequest((1, 2), ("a",), 3),
        GenerateRequest((1, 2), ("a",), 4),
        GenerateRequest((1, 2), ("b",), 3),
        TextRequest("loglikelihood", ("a", "b")),
        TextRequest("loglikelihood", ("ab", "")),
    ]
    keys = [reuse.key(r) for r in asked]
    assert len(set(keys)) == len(asked) and None not in keys
    assert reuse.key(GenerateRequest((1,), (), 3, (("do_sample", True), ("draw", 0)))) is None


def test_kept_answers_survive_to_the_last_bit_and_a_torn_file_costs_only_its_end(tmp_path: Path) -> None:
    asked = [ScoreRequest((1,), (2,)), ScoreRequest((1,), (3,)), GenerateRequest((1,), (), 3)]
    answers = {0: Scored(-2 / 3, True), 1: Scored(-0.1, False), 2: Generated("北京\n", 3)}
    reuse.keep(tmp_path, "scope", "one", asked, answers)
    assert reuse.find(tmp_path, "scope", "two", asked) == answers
    assert reuse.find(tmp_path, "scope", "one", asked) == {}
    assert reuse.find(tmp_path, "elsewhere", "two", asked) == {}
    (path,) = (tmp_path / reuse.FOLDER).iterdir()
    path.write_bytes(path.read_bytes()[:-9])
    assert reuse.find(tmp_path, "scope", "two", asked) == {i: answers[i] for i in (0, 1)}
    reuse.keep(tmp_path, "scope", "one", asked, {2: answers[2]})
    assert reuse.find(tmp_path, "scope", "two", asked) == answers
