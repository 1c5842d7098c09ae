"""The plan says how long scoring will take, from an earlier run like it, or that nobody knows."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from harness.runs.execute import run_model
from harness.runs.progress import Progress, duration
from harness.store import run_folder
from harness.suites.model import Suite
from tests.runs.conftest import make_model, options
from tests.runs.test_execute import SILENT


def said(model: Path, suite: Suite, runs: Path, **changes: object) -> str:
    text = io.StringIO()
    run_model(str(model), suite, options(**changes), runs, Progress(Console(file=text, width=300)))
    (line,) = [part.strip() for part in text.getvalue().splitlines() if "estimate" in part]
    return line


def test_time_follows_items_and_parameters_of_the_newest_complete_run(
    tiny_model: Path, calibration: Suite, tmp_path: Path
) -> None:
    assert "estimate: none" in said(tiny_model, calibration, tmp_path, engine="hf", limit=4)
    (folder,) = run_folder.sealed(tmp_path)
    manifest = run_folder.read_manifest(folder)
    seconds, params = manifest["perf"]["wall_s"], manifest["model"]["params"]
    line = said(tiny_model, calibration, tmp_path, engine="hf", limit=12)
    assert line == f"estimate: about {duration(3 * seconds)} of scoring (from {folder.name}, by items and size)"
    assert "estimate: none" in said(tiny_model, calibration, tmp_path, engine="packed", limit=4)
    assert "estimate: none" in said(tiny_model, calibration, tmp_path, engine="hf", dtype="bf16", limit=4)
    larger = make_model(tmp_path / "models" / "larger", layers=6)
    run_model(str(tiny_model), calibration, options(engine="hf", limit=4, again=True), tmp_path / "one", SILENT)
    (base,) = run_folder.sealed(tmp_path / "one")
    told = said(larger, calibration, tmp_path / "one", engine="hf", limit=4)
    (other,) = set(run_folder.sealed(tmp_path / "one")) - {base}
    grown = run_folder.read_manifest(other)["model"]["params"] / params
    wanted = grown * run_folder.read_manifest(base)["perf"]["wall_s"]
    assert grown > 1.5 and told.startswith(f"estimate: about {duration(wanted)} of scoring")


def test_durations_read_well() -> None:
    assert [duration(s) for s in (0.2, 89, 90, 3600, 5400, 90_000)] == [
        "1 s",
        "89 s",
        "2 min",
        "60 min",
        "1.5 h",
        "25.0 h",
    ]
