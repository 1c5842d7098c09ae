"""The same fleet's night twice at once: one is driven, the other says who drives it and ends with 3."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

from benchmarks import forked_commands
from benchmarks.fault_injection import fleet_scene
from benchmarks.fault_injection.night import compare, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Scene

LATER = 2.0
"""Most seconds by which the second night starts later."""


def inject(scene: Scene, folder: Path, tries: int, seed: int = 14) -> Report:
    """Start two fleets; together they do everything once."""
    chance, report, codes = random.Random(seed), Report("fleet: two nights at once"), Counter[str]()
    fleet = fleet_scene.make(scene)
    with timed(report):
        whole = undisturbed(fleet, fleet.night).numbers
        for number in range(tries):
            report.tries += 1
            place, name = folder / f"pair{number}", f"pair {number}"
            first = fleet.start(fleet_scene.words(fleet), place)
            first.join(chance.random() * LATER)
            second = fleet.start(fleet_scene.words(fleet), place)
            ends = sorted((forked_commands.ended(first), forked_commands.ended(second)))
            codes[str(ends)] += 1
            if ends != [0, 3]:
                report.differ(f"{name}: end with {ends}: {fleet.said(place)[-400:]}")
            fleet_scene.none_left(report, place, name)
            compare(report, place, whole, name, twice=0)
    report.notes = {"exit_codes": dict(codes)}
    return report
