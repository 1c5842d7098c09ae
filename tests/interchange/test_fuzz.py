"""Broken and hostile inputs: a clear refusal or a correct import, and nothing outside the target."""

from __future__ import annotations

import json
import random
import resource
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from harness.interchange.importing import SHAPE, import_path
from harness.store import run_folder
from tests.interchange.mutations import MUTATIONS


def check(case: int, tmp_path: Path) -> str:
    rng = random.Random(case)
    mutate = MUTATIONS[case % len(MUTATIONS)]
    source, runs = tmp_path / f"in-{case}", tmp_path / f"out-{case}" / "runs"
    source.mkdir()
    path = mutate(rng, source)
    before = sorted(p for p in tmp_path.rglob("*") if "out-" not in str(p))
    report = import_path(path, runs_dir=runs)
    assert sorted(p for p in tmp_path.rglob("*") if "out-" not in str(p)) == before
    for refused in report.refused:
        assert SHAPE not in refused.reason, (case, mutate.__name__, refused)  # the net below the readers stays empty
        assert refused.reason and "Traceback" not in refused.reason and "\n" not in refused.reason
        assert str(tmp_path) not in refused.reason and str(tmp_path) not in refused.file
    for folder in report.folders:
        sound(folder, runs)
    assert report.imported or report.existing or report.refused or report.reported, (case, mutate.__name__)
    return mutate.__name__


def sound(folder: Path, runs: Path) -> None:
    """A sealed run folder directly below the target, with readable files and finite scores."""
    assert folder.parent == runs
    manifest = run_folder.read_manifest(folder)
    json.dumps(manifest, allow_nan=False).encode("utf-8")
    results = pq.read_table(folder / "results.parquet", schema=run_folder.RESULTS).to_pylist()
    assert results
    assert all(r["score"] is None or abs(r["score"]) < float("inf") for r in results)
    assert len({(r["task"], r["metric"], r["filter"]) for r in results}) == len(results)
    pq.read_table(folder / "samples.parquet", schema=run_folder.SAMPLES)


@pytest.mark.parametrize("case", range(60))
def test_broken_input(case: int, tmp_path: Path) -> None:
    check(case, tmp_path)


@pytest.mark.slow
def test_five_hundred_broken_inputs(tmp_path: Path) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    kinds = {check(case, tmp_path) for case in range(60, 560)}
    assert kinds == {m.__name__ for m in MUTATIONS}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 1_000_000  # kilobytes: bounded memory


def test_a_refusal_leaves_the_database_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from harness.interchange.commands import import_results

    monkeypatch.setenv("LANDSCAPE_RUNS", str(tmp_path / "runs"))
    monkeypatch.setenv("LANDSCAPE_DB", str(tmp_path / "db.duckdb"))
    (tmp_path / "x.json").write_text("{")
    assert import_results(tmp_path / "x.json") == 2
    assert not (tmp_path / "db.duckdb").exists() and not (tmp_path / "runs").exists()
