"""All faults that ``harness run`` and ``harness fleet run`` are put through, each many times; one JSON document, and exit 1 where one broke a promise.

Every fault is a module of ``benchmarks/fault_injection``. Nights are of tiny models, seeded, each in a place of its own below a
temporary folder. What cannot be injected here (no ``strace``, no Ray) is left out and named.

    PYTHONPATH=. python benchmarks/faults.py [--only kill,clock] [--share 0.1]
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import os
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.fault_injection import (
    clocks,
    damage,
    flaky_store,
    fleet_kills,
    fleet_nodes,
    fleet_twins,
    full_disk,
    hangs,
    kills,
    memory,
    no_numbers,
    power,
    publishing,
    recording,
    scene,
    twins,
)
from benchmarks.fault_injection.report import Report

TRIES: Mapping[str, tuple[Callable[..., Report], int]] = {
    "kill": (kills.inject, 200),
    "power": (power.inject, 40),
    "disk": (full_disk.inject, 40),
    "memory": (memory.inject, 18),
    "hang": (hangs.inject, 8),
    "nan": (no_numbers.inject, 8),
    "clock": (clocks.inject, 10),
    "twins": (twins.inject, 4),
    "damage": (damage.inject, 30),
    "publish": (publishing.inject, 30),
    "store": (flaky_store.inject, 6),
    "fleet-kill": (fleet_kills.inject, 20),
    "fleet-node": (fleet_nodes.come_and_go, 3),
    "fleet-head": (fleet_nodes.head_again, 2),
    "fleet-twins": (fleet_twins.inject, 3),
}
"""Every fault by its short name: what injects it, and how often a full run does."""


def missing(name: str) -> str | None:
    """Why a fault cannot be injected here, in a sentence; None where it can."""
    if name == "power" and not recording.available():
        return "strace is not installed, or may not trace here"
    if name == "store" and not flaky_store.available():
        return "moto and s3fs are not installed"
    if (name.startswith("fleet-") or name == "store") and importlib.util.find_spec("ray") is None:
        return "Ray is not installed"
    return None


def main() -> int:
    """Run the faults asked for; exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default=",".join(TRIES), help="short names, with commas between")
    parser.add_argument("--share", type=float, default=1.0, help="share of the tries of a full run")
    asked = parser.parse_args()
    reports, left_out = list[Report](), list[str]()
    with tempfile.TemporaryDirectory(prefix="faults-") as temporary:
        night = scene.make(Path(temporary) / "scene")
        for name in asked.only.split(","):
            inject, tries = TRIES[name]
            if why := missing(name):
                left_out.append(f"{name}: {why}")
                continue
            try:
                reports.append(inject(night, Path(temporary) / name, max(1, round(tries * asked.share))))
            except Exception as error:  # the other faults are tried all the same
                reports.append(Report(name, problems=[f"{type(error).__name__}: {error}"]))
            one = reports[-1]
            print(f"{one.fault}: {one.tries} tries, {one.seconds:g} s, {len(one.problems)} problems", file=sys.stderr)
    document = {
        "faults": [dataclasses.asdict(r) | {"passed": r.passed} for r in reports],
        "left_out": left_out,
        "seconds": round(sum(r.seconds for r in reports), 1),
        "cores": os.cpu_count(),
        "load": [round(x, 1) for x in os.getloadavg()],
    }
    print(json.dumps(document, indent=1))
    return 0 if all(r.passed for r in reports) else 1


if __name__ == "__main__":
    sys.exit(main())
