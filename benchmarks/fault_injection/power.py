"""Loss of power at any call of a recorded night: what was not synced is lost or torn. Then the same command again.

The night is recorded once; the folder is rebuilt as it would be found after a cut at each of the drawn calls, on two kinds
of disk. What a sync had made sure (batches done, runs sealed) must be there.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.fault_injection.disk import BARE, ORDERED, Disk
from benchmarks.fault_injection.kills import whole_so_far
from benchmarks.fault_injection.night import finish, recorded, undisturbed
from benchmarks.fault_injection.recording import Change
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Numbers, Scene, done

LOOKS = 8
"""Cuts after which the folder is looked at, for each cut after which the same command is given again."""


def inject(scene: Scene, folder: Path, tries: int, seed: int = 2) -> Report:
    """Cut the power eight times as often as there are ``tries``, and give the same command again after each eighth cut."""
    chance, report = random.Random(seed), Report("power cut")
    with timed(report):
        whole = undisturbed(scene, scene.night).numbers
        changes = recorded(scene)
        report.notes = {"recorded_calls": len(changes), "given_again": tries}
        cuts = [chance.randrange(1, len(changes) + 1) for _ in range(tries * LOOKS)]
        for number, cut in enumerate(cuts):
            report.tries += 1
            kind = (ORDERED, BARE)[number // LOOKS % 2 ^ number % 2]
            target = folder / f"cut{number}"
            one_cut(report, scene, target, changes, cut, kind, chance, whole, number % LOOKS == 0)
            shutil.rmtree(target, ignore_errors=True)
    return report


def one_cut(
    report: Report, scene: Scene, target: Path, changes: Sequence[Change], cut: int, kind: str, chance: random.Random,
    whole: Numbers, again: bool,
) -> None:  # fmt: skip
    """Rebuild the folder after a cut, look at it, and give the command again."""
    name = f"after call {cut} ({kind})"
    disk, sure = Disk(), Sure()
    for change in changes[:cut]:
        disk.apply(change)
        sure.see(change)
    disk.after_cut(target, kind, chance)
    try:
        if problem := whole_so_far(target, whole):
            report.differ(f"{name}: {problem}")
        found = done(target)
    except Exception as error:  # half a run, half a database
        report.differ(f"{name}: {type(error).__name__}: {error}")
        return
    if lost := {plan: (n, found.get(plan, 0)) for plan, n in sure.batches.items() if found.get(plan, 0) < n}:
        report.lost(f"{name}: batches that were sure and that there are, by plan: {lost}")
    if again:
        finish(report, scene, scene.night, target, whole, name, twice=None)


class Sure:
    """Batches whose lines in a journal were synced, by plan; counted from the changes alone."""

    def __init__(self) -> None:
        self.batches: dict[str, int] = {}
        self._written: dict[str, int] = {}

    def see(self, change: Change) -> None:
        """Count what one change adds."""
        path = Path(change.path)
        if path.suffix != ".jsonl" or path.parent.name != ".journal":
            return
        plan = path.name[:8]
        if change.what == "write":
            self._written[plan] = self._written.get(plan, 0) + change.data.startswith(b'{"done"')
        elif change.what == "sync":
            self.batches[plan] = self._written.get(plan, 0)
