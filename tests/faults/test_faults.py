"""A few of the faults of ``benchmarks/faults.py`` of each kind: nothing half, finished work kept, equal numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.fault_injection import scene

SAMPLE = {
    "kill": 4, "power": 1, "disk": 2, "memory": 2, "hang": 2, "nan": 2, "clock": 2, "twins": 1, "damage": 2, "publish": 2,
    "store": 1, "fleet-kill": 2,
}  # fmt: skip
"""Tries of each; a full run of the benchmark has ten times as many, and the fleet's other faults, which take half a minute each.

Nodes that are lost and two nights at once are tried in ``tests/fleet``."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> scene.Scene:
    return scene.make(tmp_path_factory.mktemp("faults") / "scene")


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLE)
def test_a_fault_breaks_no_promise(night: scene.Scene, tmp_path: Path, name: str) -> None:
    if why := faults.missing(name):
        pytest.skip(why)
    inject, _ = faults.TRIES[name]
    report = inject(night, tmp_path / name, SAMPLE[name])
    assert report.passed, report
