"""A plan is held by one process from before its model is loaded until its run is published."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness import stopping
from harness.errors import BadInput, PlanHeld
from harness.runs.command import plan_lock
from harness.runs.execute import run_model
from harness.store import leftovers, run_folder
from harness.suites.model import Suite
from tests.runs.conftest import options
from tests.runs.test_execute import SILENT

HOLDER = """
import sys
from pathlib import Path
from harness.runs.command import plan_lock
with plan_lock.hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(path: Path) -> subprocess.Popen[str]:
    """Another process that holds the lock until its input ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None and process.stdout.readline() == "held\n"
    return process


def test_a_held_plan_names_its_holder_and_is_free_after_a_kill(tmp_path: Path) -> None:
    path = tmp_path / ".journal" / "abcdef0123.lock"
    other = holder(path)
    with (
        pytest.raises(
            PlanHeld, match=rf"\(abcdef01: process {other.pid} on \S+ since 20\d\d-.*Z\); wait for it"
        ) as error,
        plan_lock.hold(path),
    ):
        pass
    assert error.value.exit_code == 3
    other.kill()
    other.wait()
    assert path.exists()
    with plan_lock.hold(path):
        assert json.loads(path.read_text())["process"] == os.getpid()
    assert not path.exists()


@pytest.mark.parametrize("content", ["", "{", '{"process": null}', "[1]", '{"process": 1, "host": "h"}'])
def test_a_lock_file_that_says_nothing_is_as_held(tmp_path: Path, content: str) -> None:
    path = tmp_path / "abcdef0123.lock"
    with path.open("w") as held:
        held.write(content)
        held.flush()
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(PlanHeld, match=r"on this very plan \(abcdef01\); wait"), plan_lock.hold(path):
            pass
    with plan_lock.hold(path):  # the id of a process that died is nobody's
        pass


def test_a_held_plan_is_refused_before_its_model_is_loaded(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
    whole = run_folder.read_manifest(first.folder)["plan"]["hash"]

    def loads(*_: object) -> None:
        raise AssertionError("the model was loaded")

    monkeypatch.setattr("harness.engine.load.load", loads)
    other = holder(tmp_path / ".journal" / f"{whole}.lock")
    with pytest.raises(PlanHeld, match=f"process {other.pid}"):
        run_model(str(tiny_model), calibration, options(limit=1, again=True), tmp_path, SILENT)
    # What is sealed is shown, whoever is at work on a second run of it.
    assert run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT).existing
    other.communicate("")
    with pytest.raises(AssertionError):
        run_model(str(tiny_model), calibration, options(limit=1, again=True), tmp_path, SILENT)


def test_a_run_that_another_process_sealed_meanwhile_is_taken(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second process has planned, and found nothing sealed, before the first one seals and lets go."""
    plain, sealed = plan_lock.hold, []

    def late(path: Path) -> object:
        if not sealed:
            sealed.append(path)
            run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
        return plain(path)

    monkeypatch.setattr(plan_lock, "hold", late)
    second = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
    assert second.existing and run_folder.sealed(tmp_path) == [second.folder]


def test_a_plan_is_held_while_its_run_is_published(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    held = []

    def publish(folder: Path) -> None:
        (path,) = (tmp_path / ".journal").glob("*.lock")
        with pytest.raises(PlanHeld), plan_lock.hold(path):
            pass
        held.append(folder)

    done = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT, publish)
    assert held == [done.folder] and list((tmp_path / ".journal").iterdir()) == []


def test_a_journal_left_beside_a_sealed_run_is_removed(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    done = run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT)
    left = tmp_path / ".journal" / f"{run_folder.read_manifest(done.folder)['plan']['hash']}.jsonl"
    left.write_text("{}\n")
    assert run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT).existing
    assert not left.exists()


def test_all_that_shows_without_weights_is_said_at_once(
    tiny_model: Path, calibration: Suite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.engine.load.load", lambda *_: pytest.fail("the model was loaded"))
    monkeypatch.setattr("harness.runs.command.preflight._free", lambda _: 5 << 20)
    with pytest.raises(BadInput, match="tiny cannot be run:") as error:
        run_model(str(tiny_model), calibration, options(chat_template=True), tmp_path, SILENT)
    template, disk = error.value.problems
    assert "no chat template" in template and "5 MiB free" in disk and "LANDSCAPE_RUNS" in disk
    assert run_folder.sealed(tmp_path) == []


def test_a_stop_waits_for_the_publish(tiny_model: Path, calibration: Suite, tmp_path: Path) -> None:
    import signal

    handler, published = stopping.Handler(), []
    before = signal.signal(signal.SIGTERM, handler)

    def publish(folder: Path) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        published.append(folder)

    try:
        with pytest.raises(KeyboardInterrupt):
            run_model(str(tiny_model), calibration, options(limit=1), tmp_path, SILENT, publish)
    finally:
        signal.signal(signal.SIGTERM, before)
    assert published == run_folder.sealed(tmp_path)


def test_a_sweep_that_holds_a_lock_for_a_moment_is_no_other_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "abcdef0123.lock"
    sweeping = path.open("w")
    fcntl.flock(sweeping, fcntl.LOCK_EX)
    waits = []

    def sweep_ends(seconds: float) -> None:
        waits.append(seconds)
        path.unlink()
        sweeping.close()

    monkeypatch.setattr(plan_lock.time, "sleep", sweep_ends)
    with plan_lock.hold(path):
        assert path.exists() and waits == [plan_lock.BETWEEN]


def test_the_lock_of_a_killed_process_is_swept_and_that_of_a_living_one_is_not(tmp_path: Path) -> None:
    other = holder(tmp_path / ".journal" / "living.lock")
    (tmp_path / ".journal" / "killed.lock").write_text("{}")
    leftovers.sweep(tmp_path)
    assert [p.name for p in (tmp_path / ".journal").iterdir()] == ["living.lock"]
    other.communicate("")
