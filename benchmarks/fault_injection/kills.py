"""SIGKILL at random moments, half of them at calls that change files, half of them at times; then the same command again."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.fault_injection.night import compare, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Numbers, Scene, counts, in_database
from harness.store import run_folder

CALLS = ("fsync", "rename", "replace", "unlink", "mkdir", "truncate", "ftruncate", "pwrite", "rmdir")
LATEST = 1.8
"""Seconds after the start until a kill falls that is told by time."""


def dying_at(call: int, command: Callable[[], int]) -> int:
    """Exit code of a command that is killed before its ``call``-th call that changes files, batches included."""
    from harness.runs.journal.journal import Journal

    calls = 0

    def counted(plain: Callable[..., Any]) -> Callable[..., Any]:
        def instead(*arguments: Any, **named: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == call:
                os.kill(os.getpid(), signal.SIGKILL)
            return plain(*arguments, **named)

        return instead

    for name in CALLS:
        setattr(os, name, counted(getattr(os, name)))
    for name in ("begin", "done"):
        setattr(Journal, name, counted(getattr(Journal, name)))
    return command()


def kill(scene: Scene, place: Path, chance: random.Random) -> bool:
    """Start the night and kill it somewhere; False where it had ended before."""
    if chance.random() < 0.5:
        return scene.run(scene.night, place, partial(dying_at, chance.randint(1, 60))) == -signal.SIGKILL
    process = scene.start(scene.night, place)
    process.join(chance.random() * LATEST)
    if process.exitcode is not None:
        return False
    process.kill()
    process.join()
    return True


def whole_so_far(place: Path, whole: Numbers) -> str | None:
    """What is wrong with the sealed runs and the database right after a kill; None where they are whole."""
    for folder in run_folder.sealed(place / "runs"):
        run_folder.refuse_changed_manifest(run_folder.checked_manifest(folder), folder / "manifest.json")
    db = place / "land.duckdb"
    if db.exists() and any(whole.database.get(plan) != rows for plan, rows in in_database(db).items()):
        return "other rows in the database"
    return "half a run" if run_folder.unsealed(place / "runs") else None


def inject(scene: Scene, folder: Path, tries: int, seed: int = 1) -> Report:
    """Kill nights ``tries`` times in all, each until it is done."""
    chance, report = random.Random(seed), Report("kill")
    nights = early = 0
    with timed(report):
        whole = undisturbed(scene, scene.night).numbers
        while report.tries < tries:
            place, kills = folder / f"night{nights}", 0
            while report.tries < tries and kill(scene, place, chance):
                kills += 1
                report.tries += 1
                if problem := whole_so_far(place, whole):
                    report.differ(f"night {nights} after {kills} kills: {problem}")
            code = scene.run(scene.night, place)
            if code != 0:
                report.differ(f"night {nights}: ends with {code}: {scene.said(place)[-300:]}")
            compare(report, place, whole, f"night {nights}", kills)
            early += sum(c["begun"] - c["done"] for c in counts(place))
            nights += 1
            shutil.rmtree(place, ignore_errors=True)
    report.notes = {"nights": nights, "batches_computed_twice": early}
    return report
