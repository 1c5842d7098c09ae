"""Two identical nights at once: every plan is sealed once, both end with 0 or 3, and together everything is done."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks import forked_commands
from benchmarks.fault_injection.night import compare, finish, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene
from harness.store import run_folder

LATER = 2.0
"""Most seconds by which the second night starts later."""


def inject(scene: Scene, folder: Path, tries: int, seed: int = 8) -> Report:
    """Start two nights, the second a little later; then the same command once more."""
    chance, report, codes = random.Random(seed), Report("two nights at once"), dict[str, int]()
    with timed(report):
        whole = undisturbed(scene, scene.night).numbers
        for number in range(tries):
            report.tries += 1
            place, name = folder / f"pair{number}", f"pair {number}"
            first = scene.start(scene.night, place)
            first.join(chance.random() * LATER)
            second = scene.start(scene.night, place)
            ends = forked_commands.ended(first), forked_commands.ended(second)
            codes[str(ends)] = codes.get(str(ends), 0) + 1
            if not set(ends) <= {0, 3}:
                report.differ(f"{name}: end with {ends}: {scene.said(place)[-300:]}")
            plans = [f.name[-8:] for f in run_folder.sealed(place / "runs")]
            if len(set(plans)) != len(plans):
                report.differ(f"{name}: a plan was sealed twice: {plans}")
            compare(report, place, whole, name, twice=0)
            finish(report, scene, scene.night, place, whole, name, twice=0)
    report.notes = {"exit_codes": codes}
    return report
