"""A night from a command line or a run file: models with all their runs, keys, shares, and one id for one command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from harness.errors import BadInput
from harness.fleet.asked import checks, child_file
from harness.fleet.asked.night import ModelRuns, Night, NightAsked, night_of
from harness.fleet.night_run import NightRun
from harness.runs.jobs import run_file
from harness.runs.jobs.file_runs import FileRun
from harness.runs.jobs.fleet_settings import FleetSettings, Share
from harness.runs.progress import Progress
from tests.fleet.conftest import Here


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "night.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_pattern_is_its_folders_in_natural_order(tmp_path: Path) -> None:
    for name in ("step-10", "step-9", "step-100", ".step-1", "other"):
        (tmp_path / "checkpoints" / name).mkdir(parents=True)
    (tmp_path / "checkpoints" / "step-11").write_text("a file")
    file = written(
        tmp_path,
        "models: [{model: checkpoints/step-*, dtype: fp32, cards: 0, memory_gb: 2}, owner/name]\nsuites: [quick]\n"
        "fleet: {hung_minutes: 5, tries: 2}\n",
    )
    night = night_of(NightAsked(file))
    here = [str(tmp_path / "checkpoints" / f"step-{n}") for n in (9, 10, 100)]
    assert [m.model for m in night.models] == [*here, "owner/name"]
    assert [m.key for m in night.models] == [*(f"checkpoints-step-{n}" for n in (9, 10, 100)), "owner-name"]
    assert [m.share for m in night.models] == [Share(0, 2)] * 3 + [Share()]
    assert night.settings == FleetSettings(5, 2)
    assert [r.model for r in run_file.read(file).runs] == [*here, "owner/name"]  # harness run --file reads the same


def test_what_is_wrong_with_the_fleets_part_is_named_by_line(tmp_path: Path) -> None:
    text = """models:
  - none/step-*
  - {model: a, cards: 0.5, memory_gb: -1, cpus: many}
suites: [quick]
fleet: {hung_minutes: 0.5, tries: 0, patience: 3}
"""
    with pytest.raises(BadInput) as caught:
        night_of(NightAsked(written(tmp_path, text)))
    problems = caught.value.problems
    assert problems[0] == f"line 2: none/step-* means no folder; there is none of that pattern in {tmp_path}."
    assert [p.partition(" is ")[0] for p in problems[1:4]] == ["line 3: cards", "line 3: cpus", "line 3: memory_gb"]
    assert [p[:7] for p in problems[4:]] == ["line 5:"] * 3 and len(problems) == 7


def test_runs_of_one_model_are_one_process_with_a_file_of_their_own(tmp_path: Path) -> None:
    text = """defaults: {dtype: fp32, limit: 9}
models: [one, two]
suites: [quick, {suite: calibration, limit: 0.5}]
runs: [{model: one, suite: core-zh, sample: 3, revision: main}]
tasks: own
"""
    (tmp_path / "own").mkdir()
    night = night_of(NightAsked(written(tmp_path, text), typed={"limit": 4, "offline": True}))
    assert [m.model for m in night.models] == ["one", "two"]
    path = tmp_path / "child" / "one.yaml"
    path.parent.mkdir()
    path.write_text(child_file.text(night.models[0], night))
    child = run_file.read(path)
    common = {"dtype": "fp32", "limit": 4, "offline": True}
    assert [(r.model, r.suite, r.options) for r in child.runs] == [
        ("one", "quick", common),
        ("one", "calibration", common),
        ("one", "core-zh", {**common, "sample": 3, "revision": "main"}),
    ]
    assert child.tasks == (str(tmp_path / "own"),)


def test_the_same_command_is_the_same_night_and_another_is_another(tmp_path: Path) -> None:
    file = written(tmp_path, "models: [a]\nsuites: [quick]\n")
    night = night_of(NightAsked(file))
    assert night_of(NightAsked(file)).night_id == night.night_id and night.night_id.startswith("night-")
    others = [
        night_of(NightAsked(file, typed={"limit": 4})),
        night_of(NightAsked(suites=("quick",), models=("a",))),
        night_of(NightAsked(suites=("quick",), models=("b",))),
        night_of(NightAsked(written(tmp_path / "copy", file.read_text()))),
    ]
    assert len({night.night_id, *(n.night_id for n in others)}) == 5


def test_keys_are_unique_and_fit_file_names(tmp_path: Path) -> None:
    models = ("a/b", "a-b", "x@http://host:1/v1", "…", "m" * 200)
    night = night_of(NightAsked(suites=("quick",), models=models))
    keys = [m.key for m in night.models]
    assert keys[:4] == ["a-b", "a-b-2", "x", "model"] and len(keys[4]) <= 60


def test_a_card_by_number_and_every_other_problem_is_refused_at_once(tmp_path: Path) -> None:
    text = """models: [{model: a, device: "cuda:1"}, {model: b, engine: magic}, {model: c, limit: 0}]
suites: [no-such-suite]
"""
    with pytest.raises(BadInput) as caught:
        checks.check(night_of(NightAsked(written(tmp_path, text))))
    said = "\n".join(caught.value.problems)
    assert all(word in said for word in ("no-such-suite", "cuda:1", "magic", "--limit is 0"))
    with pytest.raises(BadInput, match="said of one model"):
        night_of(NightAsked(suites=("quick",), models=("a", "b"), typed={"trust_remote_code": True}))
    with pytest.raises(BadInput, match="--suite missing"):
        night_of(NightAsked(models=("a",)))


def test_a_model_that_cannot_be_run_is_refused_alone(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    night = night_of(NightAsked(suites=("calibration",), models=("landscape-ref-xs", str(tmp_path / "empty"))))
    refused = checks.refused(night)
    assert list(refused) == [night.models[1].key] and "config.json" in refused[night.models[1].key]


@pytest.mark.parametrize(
    "name", ["a\x7fb", "a\u2028b", "a\u0085b", "\ufeffa", "😀", "yes", "1e5", "2026-11-30", 'a: "b\\', "*a", "x " * 90]
)
def test_a_child_reads_what_its_night_asked_for(tmp_path: Path, name: str) -> None:
    options = {"engine": "api", "precision": 1e-05, "limit": 0.00005, "revision": "007"}
    asked = FileRun(f"{name}@http://localhost:1/v1", "quick", options, "line 1")
    night = Night("n", (ModelRuns("k", asked.model, (asked, asked)),), tasks=("/own tasks",), trust_task_code=True)
    file = tmp_path / "k.yaml"
    file.write_text(child_file.text(night.models[0], night), encoding="utf-8")
    read = run_file.read(file)
    assert [(r.model, r.suite, r.options) for r in read.runs] == [(asked.model, "quick", options)] * 2
    assert read.trust_task_code and list(read.tasks) == ["/own tasks"]


def test_the_file_of_a_child_is_yaml(tmp_path: Path) -> None:
    night = night_of(NightAsked(suites=("quick",), models=('名 "quoted": #',)))
    assert yaml.safe_load(child_file.text(night.models[0], night)) == {
        "night": {"command": "harness fleet run", "lines": ["the command line"]},
        "runs": [{"model": '名 "quoted": #', "suite": "quick"}],
    }


def test_a_folder_of_runs_that_cannot_be_written_is_refused_before_the_night(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "file"))
    with pytest.raises(BadInput) as caught:
        checks.check(night_of(NightAsked(suites=("calibration",), models=("landscape-ref-xs",))))
    assert caught.value.problems == [
        f"this machine: {tmp_path / 'file'} cannot be written: Not a directory. Set LANDSCAPE_RUNS to a folder of yours."
    ]


@pytest.mark.parametrize(
    ("codes", "code"), [((0, 0), 0), ((0, 3), 3), ((0, 1), 1), ((2, 2), 2), ((2, 3), 1), ((0, 130), 130)]
)
def test_the_exit_code_of_a_night_is_that_of_harness_run(codes: tuple[int, int], code: int, tmp_path: Path) -> None:
    night = night_of(NightAsked(suites=("calibration",), models=("a", "b")))
    run = NightRun(night, Here([]), lambda *given: {}, Progress(), live=None)
    for model, ended in zip(run.driver.models.values(), codes, strict=True):
        model.state = replace(model.state, code=ended)
    assert run.code() == code
