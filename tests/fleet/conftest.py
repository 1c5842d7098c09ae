"""A fleet without Ray: nodes that are only counted, and workers of this process; their children are real processes."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from harness.fleet.asked import child_file
from harness.fleet.asked.night import ModelRuns, Night
from harness.fleet.driving.course import Model
from harness.fleet.driving.driver import Driver
from harness.fleet.model import Need, Node, Place, Work
from harness.fleet.nodes.ray_worker import Lost
from harness.fleet.nodes.worker import Report, Task, Worker
from harness.fleet.state import ModelState
from harness.runs.jobs.file_runs import FileRun

STAND_IN = (sys.executable, str(Path(__file__).with_name("stand_in.py")))


def task(key: str, what: str, tmp_path: Path, *, hung_minutes: float = 10.0, grace: float = 10.0) -> Task:
    """The task of a stand-in that does ``what``."""
    runs = ModelRuns(key, key, (FileRun(key, what, {}, "line 1"),))
    text = child_file.text(runs, Night("night", (runs,)))
    return Task(key, text, {"TRIES": str(tmp_path)}, hung_minutes, STAND_IN, grace)


class HereWorker:
    """A worker of this process, which can be lost as one on a node can."""

    def __init__(self, task: Task) -> None:
        self.worker = Worker(task)
        self.worker.start()
        self.lost = self.lost_with_node = False

    def look(self) -> Report | None:
        if self.lost or self.lost_with_node:
            raise Lost("the node does not answer", node=self.lost_with_node)
        return self.worker.look()

    def stop(self, how: str) -> None:
        self.worker.stop(how)

    def close(self) -> None:
        self.worker.close()

    def kill(self) -> None:
        self.worker.close()


class Here:
    """Nodes as a test sets them; ``events`` tells what was asked for, in order."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.present = {node.node_id: node for node in nodes}
        self.pending = False
        self.events: list[tuple[str, str, str]] = []
        self.workers: dict[str, HereWorker] = {}

    def nodes(self) -> tuple[Mapping[str, Node], bool]:
        return dict(self.present), self.pending

    def launch(self, task: Task, place: Place) -> HereWorker:
        self.events.append(("launch", task.key, place.node_id))
        self.workers[task.key] = HereWorker(task)
        return self.workers[task.key]

    def fetch(self, task: Task, node_id: str) -> None:
        self.events.append(("fetch", task.key, node_id))

    def launched(self, key: str) -> list[str]:
        """The nodes that a model came to, in order."""
        return [node for event, name, node in self.events if (event, name) == ("launch", key)]


def node(name: str, cpus: float = 1.0) -> Node:
    return Node(name, f"host-{name}", cpus, 16.0)


def works(models: Sequence[Model], nodes: Sequence[Node]) -> dict[str, Work]:
    """One CPU and one GiB a model, all alike."""
    return {m.state.key: Work(m.state.key, m.state.model, Need(0.0, 1.0), 10.0) for m in models}


class Clock:
    """Seconds that pass, and more where a test says so; they stand still where it sets ``now``."""

    def __init__(self) -> None:
        self.more = 0.0
        self.now: float | None = None

    def __call__(self) -> float:
        return time.monotonic() + self.more if self.now is None else self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def drive(tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Driver]]:
    """A driver of stand-ins by what they do, on nodes of this process."""
    drivers = []

    def make(here: Here, models: Mapping[str, str], *, tries: int = 3, **changes: float) -> Driver:
        made = [
            Model(task(key, what, tmp_path, **changes), ModelState(key, key, suites=1)) for key, what in models.items()
        ]
        driver = Driver(made, here, works, tries=tries, clock=clock)
        drivers.append(driver)
        return driver

    yield make
    for driver in drivers:
        driver.close()


def until(driver: Driver, reached: Callable[[], bool], seconds: float = 30.0) -> None:
    """Step a driver until something holds."""
    end = time.monotonic() + seconds
    while not driver.step() and not reached():
        assert time.monotonic() < end, [m.state for m in driver.models.values()]
        time.sleep(0.01)
    assert reached(), [m.state for m in driver.models.values()]


def over(driver: Driver, seconds: float = 30.0) -> dict[str, ModelState]:
    """Step a driver until all models have ended."""
    until(driver, lambda: all(m.ended for m in driver.models.values()), seconds)
    return {key: replace(m.state) for key, m in driver.models.items()}
