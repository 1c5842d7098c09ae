"""A few of the faults of ``benchmarks/faults.py`` of each kind: nothing half, finished work kept, equal numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import faults
from benchmarks.fault_injection import recording, scene

SAMPLE = {
    "kill": 4, "power": 1, "disk": 2, "memory": 2, "hang": 2, "nan": 2, "clock": 2, "twins": 1, "damage": 2, "publish": 2,
}  # fmt: skip
"""Tries of each; a full run of the benchmark has ten times as many."""


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> scene.Scene:
    return scene.make(tmp_path_factory.mktemp("faults") / "scene")


@pytest.mark.slow
@pytest.mark.parametrize("name", faults.TRIES)
def test_a_fault_breaks_no_promise(night: scene.Scene, tmp_path: Path, name: str) -> None:
    if name in faults.NEEDS_STRACE and not recording.available():
        pytest.skip("strace is not installed, or may not trace here")
    inject, _ = faults.TRIES[name]
    report = inject(night, tmp_path / name, SAMPLE[name])
    assert report.passed, report
