"""`harness fleet run` as a real process: stopped, killed, given twice, and going on."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from harness.fleet import state
from harness.store import run_folder
from tests.fleet import nights

pytestmark = pytest.mark.slow


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "harness", "fleet", *words], env={**os.environ, **nights.environment(folder)}, text=True,
        cwd=nights.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def wait(reached: Callable[[], Any], seconds: float = 120) -> Any:
    end = time.monotonic() + seconds
    while not (value := reached()):
        assert time.monotonic() < end
        time.sleep(0.1)
    return value


def running(least: int = 1) -> Callable[[], bool]:
    """Whether so many models are being run, by the night's state."""

    def look() -> bool:
        try:
            return sum(m.state == "running" for m in state.find(None).read().models) >= least
        except Exception:
            return False

    return look


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    return tmp_path


def test_a_killed_driver_leaves_no_process_and_the_same_command_goes_on(folder: Path) -> None:
    file = str(nights.night_file(folder, 2))
    first = start(folder, "run", file, "--log", "json")
    wait(running(2))
    second = start(folder, "run", file)
    said = second.communicate()[1]
    assert second.returncode == 3 and f"process {first.pid} on " in said and "night" in said, said
    assert len(nights.children()) >= 2
    first.kill()
    first.communicate()
    wait(lambda: not nights.children(), 30)
    status = start(folder, "status", "--json").communicate()[0]
    assert json.loads(status)["driver"] == "dead"
    last = start(folder, "run", file, "--json", "--log", "json")
    out, log = last.communicate()
    assert last.returncode == 0, log
    assert all(json.loads(line)["time"] for line in log.splitlines())
    document = json.loads(out)
    assert [run["code"] for run in document["runs"]] == [0] * 4 and {run["tries"] for run in document["runs"]} == {1}
    sealed = run_folder.sealed(folder / "runs")
    commands = [run_folder.read_manifest(made)["command"] for made in sealed]
    digest = hashlib.sha256(Path(file).read_bytes()).hexdigest()
    assert len(sealed) == 4
    assert set(commands) <= {
        f"harness fleet run {file}{words} --log json  # run file sha256:{digest}" for words in ("", " --json")
    }


@pytest.mark.parametrize("how", ["sigterm", "drain", "now"])
def test_a_stopped_night_keeps_what_is_done_and_ends_with_130(folder: Path, how: str) -> None:
    file = str(nights.night_file(folder, 2))
    process = start(folder, "run", file, "--json")
    wait(running(1))
    if how == "sigterm":
        process.send_signal(signal.SIGTERM)
    else:
        stopped = start(folder, "stop", *(["--now"] if how == "now" else []), "--json")
        shown = json.loads(stopped.communicate()[0])
        assert (shown["driver"], shown["code"], stopped.returncode) == ("ended", 130, 0)
    out, log = process.communicate(timeout=120)
    assert process.returncode == 130, log
    assert nights.children() == {}
    document = json.loads(out)
    assert {m["state"] for m in document["models"]} <= {"done", "stopped"}
    assert any(m["state"] == "stopped" for m in document["models"])
    assert not list((folder / "runs").rglob(".tmp-*"))
