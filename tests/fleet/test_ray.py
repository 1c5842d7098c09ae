"""One Ray on this machine: its node, a worker that ends, one that is killed and known as lost."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from harness import __version__
from harness.errors import BadInput
from harness.fleet.model import Place
from harness.fleet.nodes import joined as joined_module
from harness.fleet.nodes import probe
from harness.fleet.nodes.cluster import ANSWER_SECONDS, Cluster, threads
from harness.fleet.nodes.joined import connected
from harness.fleet.nodes.ray_worker import Lost, RayWorker
from harness.fleet.nodes.worker import Report, Task
from tests.fleet.conftest import Clock, task

pytest.importorskip("ray")


def looked(worker: RayWorker, reached: Callable[[Report], bool]) -> Report:
    end = time.monotonic() + 60
    while True:
        report = worker.look()
        if report is not None and reached(report):
            return report
        assert time.monotonic() < end
        time.sleep(0.02)


def first_node(joined: Cluster) -> str:
    end = time.monotonic() + 60
    while not (nodes := joined.nodes()[0]):
        assert time.monotonic() < end
        time.sleep(0.05)
    ((node_id, node),) = nodes.items()
    assert node.cpus >= 1 and node.memory_gb > 0 and node.host == os.uname().nodename
    return node_id


def test_a_worker_ends_and_a_killed_one_is_lost_with_its_child(tmp_path: Path) -> None:
    handler = signal.getsignal(signal.SIGTERM)
    with connected("local", lambda text: None) as joined:
        assert signal.getsignal(signal.SIGTERM) is handler  # Ray would put its own in its place
        place = Place(first_node(joined), 0.0, 0.25, 0.1)
        quick = joined.launch(task("one", "quick", tmp_path), place)
        slow = joined.launch(task("two", "slow", tmp_path), replace(place))
        assert looked(quick, lambda r: r.code is not None).code == 0
        quick.close()
        child = looked(slow, lambda r: bool(r.shown.done)).pid
        assert child is not None
        parent = int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(parent, signal.SIGKILL)
        with pytest.raises(Lost):
            looked(slow, lambda r: False)
        slow.kill()
        slow.close()
        end = time.monotonic() + 10
        while Path(f"/proc/{child}").exists():
            assert time.monotonic() < end
            time.sleep(0.02)


@pytest.mark.slow
def test_a_node_that_does_not_answer_is_named_once_and_used_when_it_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = tmp_path / "answers"

    def look() -> probe.Answer:
        while not answers.exists():
            threading.Event().wait(0.05)
        return probe.Answer(__version__)

    monkeypatch.setattr(probe, "look", look)
    said, clock = list[str](), Clock()
    with connected("local", said.append, clock) as joined:
        assert joined.nodes() == ({}, True) and said == []
        clock.more += ANSWER_SECONDS
        assert joined.nodes() == ({}, False) and joined.nodes() == ({}, False)
        host = os.uname().nodename
        assert said == [f"{host} is not used: it has not answered for 3 min; once it answers, it is."]
        answers.touch()
        first_node(joined)
    assert len(said) == 1


def test_a_folder_that_is_somebody_elses_is_no_place_for_sockets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    short = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))
    monkeypatch.setattr(tempfile, "tempdir", str(short))
    inner = joined_module.temporary()
    outer = inner.parent
    outer.chmod(0o777)
    inner.mkdir()  # as Ray does, for everybody
    assert joined_module.temporary() == inner and outer.parent == short
    assert stat.S_IMODE(outer.stat().st_mode) == 0o700
    shutil.rmtree(outer)
    outer.symlink_to(tmp_path)
    with pytest.raises(BadInput, match="is not yours"):
        joined_module.temporary()
    assert not list(tmp_path.iterdir())
    shutil.rmtree(short)


@pytest.mark.parametrize(
    ("cpus", "given", "expected"),
    [(4.0, "", "4"), (0.5, "", "1"), (4.0, "2", "2"), (2.0, "16", "2"), (2.0, "all", "2")],
)
def test_a_process_has_no_more_threads_than_its_place_has_cpus(cpus: float, given: str, expected: str) -> None:
    task = Task("m", "", {"OMP_NUM_THREADS": given} if given else {}, 30.0)
    assert threads(task, Place("n", 0.0, cpus, 1.0)) == {"OMP_NUM_THREADS": expected}
