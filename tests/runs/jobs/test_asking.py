"""Runs asked for by a file: the same records as those asked for by options, which come first where both speak."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import pytest

from harness.__main__ import run as harness
from harness.store import run_folder

HERE = ["--offline", "--device", "cpu"]


@pytest.fixture(autouse=True)
def quiet_database(places_here: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_PUBLIC_RUNS", str(places_here / "none"))
    return places_here


def manifests(here: Path) -> list[dict[str, object]]:
    return [run_folder.read_manifest(folder) for folder in run_folder.sealed(here / "runs")]


def test_a_file_gives_the_runs_that_options_give(
    tiny_model: Path, places_here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = places_here / "night.yaml"
    file.write_text(
        f"defaults: {{limit: 1, engine: hf}}\nruns:\n"
        f"  - {{model: {tiny_model}, suite: calibration}}\n"
        f"  - {{model: {tiny_model}, suite: calibration, limit: 2, engine: packed}}\n"
    )
    line = ["run", "--file", str(file), *HERE, "--engine", "packed", "--json"]
    monkeypatch.setattr(sys, "argv", ["harness", *line])
    assert harness(line) == 0
    made = [r["run_id"] for r in json.loads(capsys.readouterr().out)["runs"]]
    by_id = {m["run_id"]: m for m in manifests(places_here)}
    assert [by_id[r]["plan"]["limit"] for r in made] == [1, 2]  # type: ignore[index]
    assert {by_id[r]["engine"]["name"] for r in made} == {"packed"}  # type: ignore[index]
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert by_id[made[0]]["command"] == f"harness {' '.join(line)}  # run file sha256:{digest}"
    options = ["run", "--suite", "calibration", "--model", str(tiny_model), "--limit", "2", *HERE, "--json"]
    assert harness(options) == 0
    (same,) = json.loads(capsys.readouterr().out)["runs"]
    assert same["existing"] and same["run_id"] == made[1]


def test_problems_of_the_runs_name_their_lines(places_here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = places_here / "night.yaml"
    file.write_text(
        "defaults: {offline: true, device: cpu}\nmodels:\n  - a\n  - {model: b, dtype: fp12}\n"
        "suites:\n  - nosuch\n  - {suite: quick, limit: -1}\n"
    )
    assert harness(["run", "--file", str(file)]) == 2
    said = capsys.readouterr().err
    assert "lines 3 and 6 (and 1 more runs): There is no suite 'nosuch'" in said
    assert "Unknown dtype 'fp12'" in said and "lines 4 and" in said
    assert "--limit is -1; give a whole number" in said
    assert not (places_here / "runs").exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ([], "--suite and --model missing"),
        (["--suite", "quick"], "--model missing"),
        (["--file", "night.yaml", "--suite", "quick"], "drop --suite and --model"),
        (["--file", "none.yaml"], "none.yaml cannot be read as a run file"),
        (["--file", "night.yaml", "--trust-remote-code"], "--trust-remote-code is said of one model"),
        (["--suite", "quick", "--model", "x", "--notify", "a 'b"], "--notify cannot be read as a command"),
        (["--suite", "quick", "--model", "x", "--notify", " "], "--notify is empty"),
    ],
)
def test_half_a_command_is_refused(
    line: list[str], said: str, places_here: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(places_here)
    (places_here / "night.yaml").write_text("models: [a, b]\nsuites: [quick]\n")
    assert harness(["run", *line]) == 2
    assert said in " ".join(capsys.readouterr().err.split())


def test_the_summary_is_told_also_of_a_failure(
    tiny_model: Path, places_here: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = places_here / "told.json"
    tell = ["--notify", f"tee {out}"]
    line = ["run", "--suite", "calibration", "--model", str(tiny_model), "--limit", "1", *HERE, *tell]
    assert harness([*line, "--json"]) == 0
    printed, told = json.loads(capsys.readouterr().out), json.loads(out.read_text())
    assert told == printed | {"started": told["started"], "ended": told["ended"], "exit_code": 0}
    assert told["started"] <= told["ended"] and told["ended"].endswith("Z")
    assert harness(["run", "--suite", "nosuch", "--model", str(tiny_model), *HERE, *tell]) == 2
    told = json.loads(out.read_text())
    assert told["exit_code"] == 2 and told["runs"] == [] and "There is no suite 'nosuch'" in told["error"]
