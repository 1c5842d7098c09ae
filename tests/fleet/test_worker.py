"""A worker's child: what it says is kept, a stop reaches it, and it dies with the process that started it, however that ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import __version__
from harness.errors import BadInput
from harness.fleet.nodes import probe
from harness.fleet.nodes.worker import Report, Worker
from tests.fleet.conftest import task

ROOT = Path(__file__).resolve().parents[2]


def report(worker: Worker, reached: Callable[[Report], bool]) -> Report:
    """The first look for which something holds."""
    end = time.monotonic() + 20
    while not reached(seen := worker.look()):
        assert time.monotonic() < end, seen
        time.sleep(0.01)
    return seen


def test_the_document_and_every_line_of_the_log_come_through(tmp_path: Path) -> None:
    worker = Worker(task("one", "quick", tmp_path))
    worker.start()
    lines: list[str] = []
    end = report(worker, lambda r: bool(lines.extend(r.lines)) or r.code is not None)
    assert (end.code, end.document) == (0, {"runs": [{"model": "m", "code": 0, "message": "sealed", "run_id": "r"}], "published": True, "problem": None})  # fmt: skip
    assert len(lines) == 1 and "m: loading" in lines[0]
    folder = worker._folder
    worker.close()
    assert not folder.exists()


@pytest.mark.parametrize(("how", "said"), [("now", "stopped at once"), ("drain", "stopped at the next batch")])
def test_a_stop_reaches_the_child(tmp_path: Path, how: str, said: str) -> None:
    worker = Worker(task("one", "slow", tmp_path))
    worker.start()
    report(worker, lambda r: bool(r.shown.done))
    worker.stop(how)
    end = report(worker, lambda r: r.code is not None)
    assert end.code == 130 and end.document is not None and end.document["runs"][0]["message"] == said
    worker.close()


def test_a_child_that_heeds_no_stop_is_killed_after_its_grace(tmp_path: Path) -> None:
    worker = Worker(task("one", "deaf", tmp_path, grace=0.2))
    worker.start()
    report(worker, lambda r: bool(r.shown.doing))
    worker.stop("now")
    assert report(worker, lambda r: r.code is not None).code == -signal.SIGKILL
    worker.close()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel is asked for it")
def test_a_child_and_its_folder_go_with_a_killed_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    living = Worker(task("two", "deaf", tmp_path))
    living.start()
    (tmp_path / "landscape-fleet-earlier").mkdir()
    code = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.fleet.conftest import task\n"
        "from harness.fleet.nodes.worker import Worker\n"
        "worker = Worker(task('one', 'deaf', Path(sys.argv[1])))\nprint(worker.start(), flush=True)\n"
        "while not worker.look().shown.doing: time.sleep(0.01)\nprint('started', flush=True)\ntime.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert parent.stdout.readline() == "started\n"
    parent.kill()
    parent.wait()
    end = time.monotonic() + 10
    while _lives(child):
        assert time.monotonic() < end, "the child has outlived its worker"
        time.sleep(0.01)
    folders = tmp_path / f"landscape-fleet-{os.getuid()}"
    assert len(list(folders.rglob("*.yaml"))) == 2
    assert stat.S_IMODE(folders.stat().st_mode) == 0o700
    assert probe.look().version == __version__  # what a night asks each node first
    assert [path.name for path in folders.rglob("*.yaml")] == ["two.yaml"]
    assert (tmp_path / "landscape-fleet-earlier").is_dir()
    living.close()
    assert list(folders.iterdir()) == []


def test_nothing_is_removed_from_a_folder_that_is_somebody_elses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    theirs = tmp_path / "theirs"
    (theirs / ".tmp-1-one").mkdir(parents=True)
    (tmp_path / f"landscape-fleet-{os.getuid()}").symlink_to(theirs)
    probe.look()
    assert (theirs / ".tmp-1-one").is_dir()
    with pytest.raises(BadInput, match="is not yours"):
        Worker(task("one", "quick", tmp_path)).start()


def _lives(process: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def test_a_command_whose_parent_is_gone_does_not_begin() -> None:
    words = [sys.executable, "-m", "harness.fleet.nodes.tied", str(os.getpid() + 1_000_000), "/bin/true"]
    assert subprocess.run(words, cwd=ROOT, check=False).returncode == -signal.SIGKILL
