"""`harness run` over night, as real processes: stopped by SIGTERM, started twice, given models that cannot be run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.store import run_folder
from tests.runs import test_kill
from tests.runs.test_kill import ROOT

CALIBRATION = ["run", "--suite", "calibration", "--offline", "--device", "cpu", "--engine", "hf", "--log", "json"]


def environment(folder: Path) -> dict[str, str]:
    """The places of a command in ``folder``, without the shipped public runs."""
    return test_kill.environment(folder) | {"LANDSCAPE_PUBLIC_RUNS": str(folder / "none")}


def start(folder: Path, *words: str, launcher: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*launcher, sys.executable, "-m", "harness", *words], cwd=ROOT, env=environment(folder), text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def said(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    """The lines of a command's log as they come; each must be JSON."""
    assert process.stderr is not None
    return (json.loads(line) for line in process.stderr)


def runs_in_the_database(folder: Path) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "harness", "runs", "--json"], cwd=ROOT, env=environment(folder),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [run["model"] for run in json.loads(done.stdout) if run["model"].startswith("landscape-ref")]


@pytest.mark.slow
@pytest.mark.parametrize("launcher", [(), ("timeout", "--signal=TERM", "1000")])
def test_sigterm_in_the_second_model_keeps_the_first_published(tmp_path: Path, launcher: tuple[str, ...]) -> None:
    models = ["--model", "landscape-ref-xs", "--model", "landscape-ref-s", "--model", "landscape-ref-m"]
    process = start(tmp_path, *CALIBRATION, "--limit", "5", "--json", *models, launcher=launcher)
    log = said(process)
    for line in log:
        if line["message"].startswith("landscape-ref-s: scoring"):
            break
    assert (tmp_path / "landscape.duckdb").exists()  # before the second model is done
    process.send_signal(signal.SIGTERM)
    rest = list(log)
    assert process.stdout is not None
    document = json.loads(process.stdout.read())
    assert process.wait(60) in ((130,) if not launcher else (124, 130))
    assert rest[-1]["message"] == "stopped; finished work is kept, and the same command goes on from there."
    assert [(run["model"], run["code"]) for run in document["runs"]] == [
        ("landscape-ref-xs", 0),
        ("landscape-ref-s", 130),
    ]
    assert document["published"] is True
    assert runs_in_the_database(tmp_path) == ["landscape-ref-xs"]
    assert not [p for p in tmp_path.rglob("*") if ".tmp-" in p.name]


@pytest.mark.slow
def test_two_identical_commands_seal_one_run(tmp_path: Path) -> None:
    """The second waits for nothing: while the plan is held it ends with 3 and a sentence, afterwards it finds the run."""
    words = [*CALIBRATION, "--limit", "3", "--model", "landscape-ref-xs"]
    first = start(tmp_path, *words)
    for line in said(first):
        if line["message"] == "landscape-ref-xs: loading":
            break
    os.kill(first.pid, signal.SIGSTOP)
    second = start(tmp_path, *words)
    refused = list(said(second))
    assert second.wait(60) == 3
    assert f"process {first.pid} on " in refused[-1]["message"] and "loading" not in str(refused)
    os.kill(first.pid, signal.SIGCONT)
    first.communicate()
    third = start(tmp_path, *words, "--json")
    out, _ = third.communicate()
    assert (first.returncode, third.returncode) == (0, 0)
    assert [run["existing"] for run in json.loads(out)["runs"]] == [True]
    assert len(run_folder.sealed(tmp_path / "runs")) == 1


@pytest.mark.slow
def test_a_model_that_cannot_be_run_is_named_before_the_first_starts(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    models = ["--model", "landscape-ref-xs", "--model", str(tmp_path / "empty"), "--model", str(tmp_path / "absent")]
    process = start(tmp_path, *CALIBRATION, "--limit", "2", "--json", *models)
    log = list(said(process))
    assert [line["level"] for line in log[:3]] == ["error", "error", "info"]
    assert "holds no config.json" in log[0]["message"] and log[0]["model"] == str(tmp_path / "empty")
    assert "no model folder" in log[1]["message"]
    assert process.stdout is not None
    assert [run["code"] for run in json.loads(process.stdout.read())["runs"]] == [0, 2, 2]
    assert process.wait(60) == 1
    assert runs_in_the_database(tmp_path) == ["landscape-ref-xs"]
