"""Nodes that come and go, and a cluster's head that is started again, in the middle of a fleet's night."""

from __future__ import annotations

import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import forked_commands
from benchmarks.fault_injection import fleet_scene
from benchmarks.fault_injection.kills import whole_so_far
from benchmarks.fault_injection.night import compare, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene

STORE = 80 << 20
LATEST = 3.0
"""Seconds at most from the first batch to the fault."""
SAYS_WITHIN = 120.0
"""Seconds until a driver whose cluster is gone has ended."""


@contextmanager
def cluster(nodes: int) -> Iterator[tuple[Any, list[Any]]]:
    """A cluster on this machine: a head without processors, and nodes of one each."""
    from ray.cluster_utils import Cluster

    one = Cluster(
        initialize_head=True, head_node_args={"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
    )
    try:
        yield one, [one.add_node(num_cpus=1, object_store_memory=STORE) for _ in range(nodes)]
    finally:
        one.shutdown()


def come_and_go(scene: Scene, folder: Path, tries: int, seed: int = 12) -> Report:
    """Lose one of two nodes at a random moment, add one a little later: the night ends with 0 by itself."""
    chance, report = random.Random(seed), Report("fleet: nodes come and go")
    fleet = fleet_scene.make(scene)
    with timed(report):
        whole = undisturbed(fleet, fleet.night).numbers
        for number in range(tries):
            place, name = folder / str(number), f"night {number}"
            with cluster(2) as (ray, nodes):
                driver = fleet.start(fleet_scene.words(fleet, ray.address), place)
                if fleet_scene.wait(driver, lambda: fleet_scene.scoring(place)):  # noqa: B023  # within this turn
                    driver.join(chance.random() * LATEST)
                report.tries += driver.exitcode is None
                at_work = len(fleet_scene.processes(place))
                ray.remove_node(chance.choice(nodes), allow_graceful=False)
                driver.join(chance.random() * LATEST)
                ray.add_node(num_cpus=1, object_store_memory=STORE)
                if (code := forked_commands.ended(driver)) != 0:
                    report.differ(f"{name}: ends with {code}: {fleet.said(place)[-400:]}")
                fleet_scene.none_left(report, place, name)
                compare(report, place, whole, name, at_work)
            shutil.rmtree(place, ignore_errors=True)
    return report


def head_again(scene: Scene, folder: Path, tries: int, seed: int = 13) -> Report:
    """End the whole cluster in the night: the driver says so and ends with 1; the same command on a new one goes on."""
    chance, report, slowest = random.Random(seed), Report("fleet: head started again"), 0.0
    fleet = fleet_scene.make(scene)
    with timed(report):
        whole = undisturbed(fleet, fleet.night).numbers
        for number in range(tries):
            place, name = folder / str(number), f"night {number}"
            with cluster(1) as (ray, _):
                driver = fleet.start(fleet_scene.words(fleet, ray.address), place)
                if fleet_scene.wait(driver, lambda: fleet_scene.scoring(place)):  # noqa: B023  # within this turn
                    driver.join(chance.random() * LATEST)
                report.tries += driver.exitcode is None
                at_work = len(fleet_scene.processes(place))
                ray.head_node.kill_all_processes(check_alive=False, allow_graceful=False)
            ended = time.monotonic()
            driver.join(SAYS_WITHIN)
            slowest = max(slowest, time.monotonic() - ended)
            said = fleet.said(place)
            if driver.exitcode != 1 or "cluster" not in said or "did not foresee" in said:
                report.differ(f"{name}: ends with {driver.exitcode}: {said[-400:]}")
                driver.kill()
                driver.join()
            fleet_scene.none_left(report, place, name)
            if problem := whole_so_far(place, whole):
                report.differ(f"{name}: {problem}")
            with cluster(1) as (ray, _):
                if (code := fleet.run(fleet_scene.words(fleet, ray.address), place)) != 0:
                    report.differ(f"{name}: on the new head: ends with {code}: {fleet.said(place)[-400:]}")
            compare(report, place, whole, name, at_work)
            shutil.rmtree(place, ignore_errors=True)
    report.notes = {"slowest_end_s": round(slowest, 1)}
    return report
