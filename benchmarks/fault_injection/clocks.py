"""A clock that goes back, within a run and between two: run ids stay unique, and the newest run is the one made last."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from benchmarks.fault_injection.night import undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Numbers, Scene, leftovers, numbers
from harness.store import run_folder

STAMPED = (
    "harness.runs.execute",
    "harness.runs.seal",
    "harness.runs.command.plan_lock",
    "harness.runs.command.log_lines",
)
"""Modules that read the clock while a run is made."""


def at_times(start: datetime, step: timedelta, command: Callable[[], int]) -> int:
    """Exit code of a command for which it is ``start``, and ``step`` later at each look at the clock."""
    import importlib

    looks = 0

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            nonlocal looks
            looks += 1
            return start + step * (looks - 1)

    for name in STAMPED:
        setattr(importlib.import_module(name), "datetime", Clock)  # noqa: B010
    return command()


def inject(scene: Scene, folder: Path, tries: int, seed: int = 7) -> Report:
    """Repeat a run (``--again``) under clocks that stand, or go back by seconds to years, between runs and within each."""
    chance, report = random.Random(seed), Report("clock going back")
    place, made, now = folder / "place", list[str](), datetime(2026, 11, 30, 3, 0, 0, tzinfo=UTC)
    with timed(report):
        whole = undisturbed(scene, scene.nap).numbers
        for number in range(tries):
            report.tries += 1
            step = timedelta(seconds=chance.choice((0, -1, -60, -86_400)))
            code = scene.run([*scene.nap, *(["--again"] if number else [])], place, partial(at_times, now, step))
            name = f"run {number} at {now:%Y-%m-%dT%H:%M:%SZ}, {step.total_seconds():g} s a look"
            now -= timedelta(seconds=chance.choice((0, 0, 1, 3600, 86_400 * 400)))
            if code != 0:
                report.differ(f"{name}: ends with {code}: {scene.said(place)[-300:]}")
                continue
            runs = [folder.name for folder in run_folder.sealed(place / "runs")]
            (new,) = set(runs) - set(made) or {"none"}
            made.append(new)
            check(report, scene, place, made, runs, name, whole)
    return report


def check(
    report: Report, scene: Scene, place: Path, made: list[str], runs: list[str], name: str, whole: Numbers
) -> None:
    """The run made last is the newest: by its folder's name, in the database, and for the command without ``--again``."""
    manifest = run_folder.read_manifest(place / "runs" / made[-1])
    if manifest["started"] > manifest["sealed"]:
        report.differ(f"{name}: sealed before it was started")
    if runs[-1] != made[-1] or len(set(runs)) != len(made):
        report.differ(f"{name}: the newest of {runs} is not {made[-1]}")
    with duckdb.connect(str(place / "land.duckdb"), read_only=True) as con:
        (newest,) = con.execute("SELECT arg_max(run_id, (sealed, run_id)) FROM run").fetchone() or ("",)
    if newest != made[-1]:
        report.differ(f"{name}: the database's newest run is {newest}, not {made[-1]}")
    if scene.run(scene.nap, place) != 0 or made[-1] not in scene.said(place):
        report.differ(f"{name}: the same command shows another run: {scene.said(place)[-300:]}")
    if left := leftovers(place):
        report.differ(f"{name}: left {left}")
    ours = numbers(place)
    if ours.results != whole.results or ours.samples != whole.samples:
        report.differ(f"{name}: other numbers")
