"""Memory that runs out: of the device at any forward pass, of the host at any forward pass, and by a limit of the process."""

from __future__ import annotations

import random
import resource
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.fault_injection.forwards import at_forward, device_is_full, host_is_full
from benchmarks.fault_injection.night import finish, undisturbed
from benchmarks.fault_injection.report import Report, timed
from benchmarks.fault_injection.scene import Numbers, Scene, numbers

PASSES = 8
"""Forward passes among which one fails; the shortest scoring of a night has more."""
MARGIN = 300 << 20
"""Bytes of address space beside what the imports take: a night here takes less."""


def with_limit(room: int, command: Callable[[], int]) -> int:
    """Exit code of a command that gets ``room`` bytes of address space more than it has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + room, hard))
    return command()


def inject(scene: Scene, folder: Path, tries: int, seed: int = 4) -> Report:
    """A third of the tries each: a full device, a full host, a limit of the process."""
    chance, report, codes = random.Random(seed), Report("out of memory"), Counter[str]()
    with timed(report):
        whole = undisturbed(scene, scene.night).numbers
        for number in range(tries):
            report.tries += 1
            kind = ("device", "host", "limit")[number % 3]
            if kind == "limit":
                within: Any = partial(with_limit, chance.randrange(MARGIN))
            else:
                fault = device_is_full if kind == "device" else host_is_full
                within = partial(at_forward, chance.randint(1, PASSES), fault, 1)
            place = folder / f"{kind}{number}"
            code = scene.run(scene.night, place, within)
            codes[f"{kind}: {code}"] += 1
            if code not in (0, 1) and kind != "limit":
                report.differ(f"{kind} {number}: ends with {code}: {scene.said(place)[-300:]}")
            if code == 1 and not any(w in scene.said(place) for w in ("memory", "Memory", "allocate")):
                report.problems.append(f"{kind} {number}: no sentence on memory: {scene.said(place)[-300:]}")
            exact(report, scene, place, whole, f"{kind} {number}")
    report.notes = {"exit_codes": dict(codes)}
    return report


def exact(report: Report, scene: Scene, place: Path, whole: Numbers, name: str) -> None:
    """The same command again; after an engine's split the numbers are equal to 1e-5, else to the last bit."""
    halved = any(part["engine"]["settings"].get("out_of_memory_halvings") for part in manifests(place))
    if not halved:
        return finish(report, scene, scene.night, place, whole, name, twice=3)
    if (code := scene.run(scene.night, place)) != 0:
        return report.differ(f"{name}: the same command ends with {code}: {scene.said(place)[-300:]}")
    ours = numbers(place)
    if not alike(ours.samples, whole.samples) or not alike(ours.results, whole.results):
        report.differ(f"{name}: other numbers after a split")
    return None


def manifests(place: Path) -> list[dict[str, Any]]:
    """The manifests of a place's sealed runs."""
    from harness.store import run_folder

    return [run_folder.read_manifest(f) for f in run_folder.sealed(place / "runs")]


def alike(ours: object, theirs: object) -> bool:
    """Whether two nested values are equal, numbers to 1e-5."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return ours.keys() == theirs.keys() and all(alike(ours[k], theirs[k]) for k in ours)
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(ours, float) and isinstance(theirs, float):
        return bool(abs(ours - theirs) <= 1e-5 * max(1.0, abs(theirs)))
    return ours == theirs
