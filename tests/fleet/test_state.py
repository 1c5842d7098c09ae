"""A night's files: the state whole or not at all, a dead driver known for one, old nights swept."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData
from harness.fleet import state
from harness.fleet.state import ModelState, NightFolder, NightState
from harness.runs.command import plan_lock

NIGHT = NightState(
    "night-1", 7, "host", 100.0, 200.0, (ModelState("a", "A", "running", 2, 1), ModelState("b", "B")), nodes=2
)


@pytest.fixture(autouse=True)
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path))
    return tmp_path


def folder(name: str = "night-1", night: NightState = NIGHT) -> NightFolder:
    made = NightFolder(state.nights() / name)
    made.write(replace(night, night=name))
    return made


def test_a_state_is_read_as_it_was_written() -> None:
    assert folder().read() == NIGHT
    assert not [p for p in state.nights().rglob("*") if ".tmp-" in p.name]


def test_no_secret_reaches_the_state_or_a_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "a-key-of-nobody-1234")
    model = ModelState("a", "m@https://ada:pass-word-1@host/v1", message="refused: a-key-of-nobody-1234")
    made = folder(night=replace(NIGHT, models=(model,)))
    made.log("a", ["harness fleet: m@https://ada:pass-word-1@host/v1 with a-key-of-nobody-1234"])
    for path in (made.path / "state.json", made.path / "logs" / "a.log"):
        text = path.read_text()
        assert "pass-word-1" not in text and "a-key-of-nobody-1234" not in text and "host/v1" in text


def test_another_version_and_a_damaged_state_are_refused(runs: Path) -> None:
    path = folder().path / "state.json"
    for text in (path.read_text().replace('"schema": 1', '"schema": 9'), "{}", "[", '{"schema": 1}'):
        path.write_text(text)
        with pytest.raises(BadInput):
            NightFolder(path.parent).read()


def test_a_night_is_found_by_its_beginning_and_the_latest_without_a_name() -> None:
    with pytest.raises(MissingData):
        state.find(None)
    first, second = folder("alpha-1"), folder("alpha-2")
    os.utime(first.path / "state.json", (2e9, 2e9))
    os.utime(second.path / "state.json", (1e9, 1e9))
    assert state.find(None) == first and state.find("alpha-2") == second
    with pytest.raises(BadInput, match="alpha-1, alpha-2"):
        state.find("alpha")
    with pytest.raises(MissingData, match="alpha-1"):
        state.find("beta")


def test_a_wish_to_stop_is_seen_until_it_is_forgotten() -> None:
    night = folder()
    assert night.stop_asked() is None
    for how in ("drain", "now"):
        night.ask_to_stop(how)
        assert night.stop_asked() == how
    night.forget_stop()
    assert night.stop_asked() is None


def test_old_nights_are_swept_and_those_at_work_stay() -> None:
    old, driven, new = folder("old"), folder("driven"), folder("new")
    for night in (old, driven):
        os.utime(night.path / "state.json", (1e9, 1e9))
    os.utime(new.path / "state.json", (1e9 + 29 * 86_400,) * 2)
    with plan_lock.hold(driven.lock, "night"):
        state.sweep(now=1e9 + 31 * 86_400)
        assert [p.name for p in sorted(state.nights().iterdir()) if p.is_dir()] == ["driven", "new"]


def shown(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "harness", "fleet", *words], capture_output=True, text=True, check=False,
        cwd=Path(__file__).resolve().parents[2], env={**os.environ, "COLUMNS": "200"},
    )  # fmt: skip


def test_status_is_read_from_the_files_by_another_process() -> None:
    night = folder()
    with plan_lock.hold(night.lock, "night"):
        assert "Driven by process 7 on host since 1970-01-01T00:01:40Z, on 2 nodes." in shown("status").stdout
    dead = shown("status", "night").stdout
    assert "The driver (process 7 on host) is dead" in dead and "2 models are open" in dead
    night.write(replace(NIGHT, ended=300.0, code=1))
    ended = shown("stop", "--json")
    assert '"driver": "ended"' in ended.stdout and ended.returncode == 0
    assert shown("status", "other").returncode == 2
