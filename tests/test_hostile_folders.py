"""Suite files, model folders, packs and run folders that are broken or meant to harm: a sentence, soon, and nothing outside."""

from __future__ import annotations

import os
import random
import resource
import time
from pathlib import Path

import pytest

from harness.engine.source import resolve
from harness.errors import LandscapeError
from harness.interchange.importing import SHAPE, import_path
from harness.offline.pack import unpack
from harness.suites.load import load_suite
from tests import hostile_folders


def read(path: Path, target: Path) -> None:
    """Read an input with what reads its kind."""
    if path.name == "suite.yaml":
        load_suite(str(path))
    elif path.name == "model":
        resolve(str(path))
    elif path.name == "run":
        report = import_path(path, runs_dir=target / "runs")
        for refused in report.refused:
            assert refused.reason and SHAPE not in refused.reason and "\n" not in refused.reason, refused
    else:
        unpack(path, target)


def everything(folder: Path) -> list[str]:
    return sorted(os.path.join(base, n) for base, folders, names in os.walk(folder) for n in (*folders, *names))  # noqa: PTH118


def check(case: int, tmp_path: Path) -> str:
    rng = random.Random(case)
    make = hostile_folders.KINDS[case % len(hostile_folders.KINDS)]
    source, target = tmp_path / f"in-{case}", tmp_path / f"out-{case}"
    source.mkdir()
    path = make(rng, source)
    before = everything(source)
    started = time.process_time()
    try:
        read(path, target)
    except LandscapeError as problem:
        assert 10 < len(str(problem)) < 40_000 and "Traceback" not in str(problem), case
    assert time.process_time() - started < 10, case
    assert everything(source) == before
    assert {p.name for p in tmp_path.iterdir()} <= {source.name, target.name}
    for base, _, names in os.walk(target):
        assert not [n for n in names if n.endswith((".py", ".bin", ".yaml")) or (Path(base) / n).is_symlink()]
    hostile_folders.remove(source)
    hostile_folders.remove(target)
    return make.__name__


@pytest.mark.parametrize("case", range(60))
def test_a_hostile_folder(case: int, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.slow
def test_five_hundred_hostile_folders(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kinds = {check(case, tmp_path) for case in range(60, 560)}
    assert kinds == {make.__name__ for make in hostile_folders.KINDS}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kilobytes
    assert not Path("/tmp/evil").exists()
