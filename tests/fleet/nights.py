"""Nights for tests with real models: tiny ones with random weights, and two small suites that need no data from elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import yaml

from harness.fleet.asked.night import ModelRuns, Night
from harness.fleet.model import Need, Node, Work
from harness.store import run_folder
from harness.suites.load import FOLDER
from tests.runs.conftest import make_model

ROOT = Path(__file__).resolve().parents[2]


def small_suite(folder: Path) -> Path:
    """A suite file with the first two tasks of calibration."""
    spec = yaml.safe_load((FOLDER / "calibration.yaml").read_text(encoding="utf-8"))
    spec |= {"name": "two-tasks", "tasks": spec["tasks"][:2]}
    path = folder / "two-tasks.yaml"
    path.write_text(yaml.safe_dump(spec, allow_unicode=True), encoding="utf-8")
    return path


def night_file(folder: Path, models: int, **settings: object) -> Path:
    """A run file of so many tiny models, named by a pattern, with two suites."""
    for number in range(1, models + 1):
        make_model(folder / "models" / f"step-{number}", seed=number)
    document = {
        "defaults": {"offline": True, "device": "cpu", "limit": 6},
        "models": [{"model": "models/step-*", "cpus": 0.5, "memory_gb": 0.5}],
        "suites": ["calibration", str(small_suite(folder))],
        "fleet": settings or {"tries": 2},
    }
    path = folder / "night.yaml"
    path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return path


def environment(folder: Path) -> dict[str, str]:
    """Places of runs and database in a folder, without the shipped runs."""
    return {
        "LANDSCAPE_RUNS": str(folder / "runs"),
        "LANDSCAPE_DB": str(folder / "landscape.duckdb"),
        "LANDSCAPE_CATALOG": str(ROOT / "data" / "catalog"),
        "LANDSCAPE_PUBLIC_RUNS": str(folder / "none"),
        "LANDSCAPE_MEASURED_RUNS": str(folder / "none"),
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(ROOT),
    }


def results(runs: Path) -> dict[tuple[str, str], tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """Scores and samples of every sealed run by model and suite, run ids aside."""
    out: dict[tuple[str, str], tuple[list[dict[str, Any]], list[dict[str, Any]]]] = {}
    for folder in run_folder.sealed(runs):
        manifest = run_folder.read_manifest(folder)
        name = (manifest["model"]["id"], manifest["suite"]["name"])
        assert name not in out, f"{name} was run twice"
        out[name] = _rows(folder / "results.parquet"), _rows(folder / "samples.parquet")
    return out


def _rows(path: Path) -> list[dict[str, Any]]:
    return [{k: v for k, v in row.items() if k != "run_id"} for row in pq.read_table(path).to_pylist()]


def children() -> dict[int, int]:
    """Processes of models that are at work for this test's folder of runs, each with its parent's id."""
    out, ours = {}, f"LANDSCAPE_RUNS={os.environ['LANDSCAPE_RUNS']}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
                model = any(b"landscape-fleet-" in word for word in words) and b"run" in words
                if model and ours in (entry / "environ").read_bytes().split(b"\0"):
                    out[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return out


def works(
    models: Sequence[ModelRuns], nodes: Sequence[Node], night: Night, say: Callable[[str, str], None]
) -> dict[str, Work]:
    """What the run file says of each model."""
    return {m.key: Work(m.key, m.model, Need(0.0, m.share.memory_gb or 1.0, m.share.cpus or 1.0), 30.0) for m in models}
