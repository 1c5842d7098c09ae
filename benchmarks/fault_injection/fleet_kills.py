"""SIGKILL of models' processes, of their workers and of drivers at random moments of a fleet's night; then it goes on."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections import Counter
from contextlib import suppress
from multiprocessing.process import BaseProcess
from pathlib import Path

from benchmarks import forked_commands
from benchmarks.fault_injection import fleet_scene
from benchmarks.fault_injection.kills import whole_so_far
from benchmarks.fault_injection.night import compare, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene

KINDS = ("model", "worker", "driver")
LATEST = 4.0
"""Seconds at most from the first process of a model that is seen to the kill."""
A_NIGHT = 5
"""Kills of one night, at most."""


def kill(driver: BaseProcess, place: Path, kind: str, chance: random.Random) -> int:
    """Kill one of a kind somewhere in the night; batches that may be computed twice for it, 0 where the night had ended."""
    if not fleet_scene.wait(driver, lambda: bool(fleet_scene.processes(place))):
        return 0
    driver.join(chance.random() * LATEST)
    at_work = fleet_scene.processes(place)
    if driver.exitcode is not None or not at_work:
        return 0
    child = chance.choice(sorted(at_work))
    if kind == "driver":
        driver.kill()
        driver.join()
        return len(at_work)
    with suppress(ProcessLookupError):
        os.kill(at_work[child] if kind == "worker" and is_worker(at_work[child]) else child, signal.SIGKILL)
        return 1
    return 0


def is_worker(process: int) -> bool:
    """Whether a process is a worker of Ray's; the parent of a model whose worker is dead is some process of the system's."""
    try:
        return (Path("/proc") / str(process) / "cmdline").read_bytes().startswith(b"ray::")
    except OSError:
        return False


def inject(scene: Scene, folder: Path, tries: int, seed: int = 11) -> Report:
    """Kill ``tries`` times in all, models' processes, workers and drivers in turn; five kills a night."""
    chance, report, kinds = random.Random(seed), Report("fleet: kill"), Counter[str]()
    fleet, nights = fleet_scene.make(scene), 0
    with timed(report):
        whole = undisturbed(fleet, fleet.night).numbers
        while report.tries < tries and nights < tries:
            place, kills, twice = folder / f"night{nights}", 0, 0
            driver = fleet.start(fleet_scene.words(fleet), place)
            while report.tries < tries and kills < A_NIGHT:
                kind = KINDS[report.tries % len(KINDS)]
                if not (lost := kill(driver, place, kind, chance)):
                    break
                kills, twice = kills + 1, twice + lost
                report.tries += 1
                kinds[kind] += 1
                if driver.exitcode is not None:
                    fleet_scene.none_left(report, place, f"night {nights}, kill {kills}")
                    if problem := whole_so_far(place, whole):
                        report.differ(f"night {nights} after {kills} kills: {problem}")
                    driver = fleet.start(fleet_scene.words(fleet), place)
            if (code := forked_commands.ended(driver)) != 0:
                report.differ(f"night {nights}: ends with {code}: {fleet.said(place)[-400:]}")
            fleet_scene.none_left(report, place, f"night {nights}")
            compare(report, place, whole, f"night {nights}", twice)
            shutil.rmtree(place, ignore_errors=True)
            nights += 1
    report.notes = {"nights": nights, "killed": dict(kinds)}
    return report
