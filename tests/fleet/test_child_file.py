"""The process of one model names what a person gave: the fleet's command, the night's file, and the lines there."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.fleet.asked import child_file
from harness.fleet.asked.night import NightAsked, night_of
from harness.runs.jobs import run_file
from harness.runs.jobs.asking import Asked, jobs

TEXT = """defaults: {device: cpu}
models:
  - one
  - two
suites:
  - calibration
  - {suite: calibration, limit: 0}
"""
COMMAND = "harness fleet run night.yaml --tries 2"


def child_of(folder: Path, asked: NightAsked, number: int = 0) -> Path:
    """The file of one model's process, in a folder of its own."""
    night = night_of(asked)
    path = folder / "elsewhere" / "child.yaml"
    path.parent.mkdir()
    path.write_text(child_file.text(night.models[number], night), encoding="utf-8")
    return path


def options(path: Path) -> Asked:
    return Asked(None, (), path, {})


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "landscape.duckdb"))
    monkeypatch.chdir(tmp_path)


def test_the_record_of_a_run_names_the_command_and_the_nights_own_file(tmp_path: Path) -> None:
    text = TEXT.replace("limit: 0", "limit: 3")
    Path("night.yaml").write_text(text)
    made = jobs(options(child_of(tmp_path, NightAsked(Path("night.yaml"), command=COMMAND))))
    digest = hashlib.sha256(text.encode()).hexdigest()
    assert [(job.options.limit, job.options.command) for job in made] == [
        (limit, f"{COMMAND}  # run file sha256:{digest}") for limit in (None, 3)
    ]


def test_a_night_of_options_is_recorded_as_its_command(tmp_path: Path) -> None:
    command = "harness fleet run --suite calibration --model one"
    asked = NightAsked(None, ("calibration",), ("one",), {"device": "cpu"}, command=command)
    (job,) = jobs(options(child_of(tmp_path, asked)))
    assert job.options.command == command


def test_a_problem_that_the_child_finds_names_the_nights_file_and_lines(tmp_path: Path) -> None:
    Path("night.yaml").write_text(TEXT)
    path = child_of(tmp_path, NightAsked(Path("night.yaml"), command=COMMAND), number=1)
    with pytest.raises(BadInput) as caught:
        jobs(options(path))
    assert str(caught.value).startswith("The runs of night.yaml cannot be planned:")
    assert [problem[:30] for problem in caught.value.problems] == ["lines 4 and 7: --limit is 0; g"]
    assert str(path.parent) not in str(caught.value)


@pytest.mark.parametrize(
    "night",
    [
        "3",
        "{}",
        "{command: c}",
        "{command: c, lines: []}",
        "{command: c, lines: [1]}",
        "{command: c, lines: [l], x: y}",
    ],
)
def test_a_person_has_no_use_for_the_entry_of_the_fleet(tmp_path: Path, night: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(f"night: {night}\nruns:\n  - {{model: a, suite: quick}}\n")
    with pytest.raises(BadInput) as caught:
        run_file.read(path)
    assert caught.value.problems == [
        "line 1: night is written by harness fleet run for the process of one model; drop it."
    ]
