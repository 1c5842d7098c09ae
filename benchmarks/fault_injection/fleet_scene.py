"""A night on a fleet: tiny models, two suites each, the same run file as ``harness run`` reads; its processes, and its end."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from pathlib import Path

import yaml

from benchmarks.fault_injection.report import Report
from benchmarks.fault_injection.scene import ITEMS, MODELS, Scene
from harness import places

COUNT = 3
"""Models of a night: one of each is at work on two shares, and one waits."""
GONE_WITHIN = 30.0
"""Seconds until the processes of a killed driver must be gone, on a busy machine."""


def make(scene: Scene, count: int = COUNT) -> Scene:
    """The scene's night for a fleet: copies of the smallest reference model with one weight of each another."""
    from safetensors.torch import load_file, save_file

    path = scene.folder / f"fleet{count}.yml"
    if not path.exists():
        for number in range(count):
            target = scene.folder / f"models{count}" / f"step-{number}"
            shutil.copytree(places.reference_models() / MODELS[0], target)
            weights = load_file(target / "model.safetensors")
            name = sorted(weights)[0]
            weights[name] = weights[name] * (1 + number / 100)
            save_file(weights, target / "model.safetensors", {"format": "pt"})
        document = {
            "defaults": {"engine": "hf", "limit": ITEMS, "offline": True, "device": "cpu"},
            "models": [{"model": f"models{count}/step-*", "cpus": 0.5, "memory_gb": 0.5}],
            "suites": [str(scene.folder / "one.yaml"), str(scene.folder / "two.yaml")],
            "fleet": {"tries": 100},
        }
        path.write_text(yaml.safe_dump(document), encoding="utf-8")
    return Scene(scene.folder, ("run", "--file", str(path), "--quiet"), scene.nap)


def words(scene: Scene, address: str = "local") -> tuple[str, ...]:
    """The command of a fleet's night at an address."""
    return ("fleet", "run", scene.night[2], "--ray", address, "--json", "--quiet")


def processes(place: Path) -> dict[int, int]:
    """Processes of models at work in this place, each with its parent's, the worker's, id."""
    out, ours = {}, f"LANDSCAPE_DB={place / 'land.duckdb'}".encode()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                line = (entry / "cmdline").read_bytes().split(b"\0")
                model = b"run" in line and any(b"landscape-fleet-" in word for word in line)
                if model and ours in (entry / "environ").read_bytes().split(b"\0"):
                    out[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue
    return out


def scoring(place: Path) -> bool:
    """Whether some batch of this place is done and a model is at work."""
    journals = (place / "runs" / ".journal").glob("*.jsonl")
    return bool(processes(place)) and any(b'{"done"' in path.read_bytes() for path in journals)


def wait(process: BaseProcess, reached: Callable[[], bool], seconds: float = 120.0) -> bool:
    """Wait until something holds; False where the process ended before."""
    limit = time.monotonic() + seconds
    while not reached():
        process.join(0.05)
        if process.exitcode is not None:
            return False
        if time.monotonic() > limit:
            raise TimeoutError(f"nothing after {seconds:g} s")
    return True


def none_left(report: Report, place: Path, name: str) -> None:
    """No process of a model may outlive its fleet by long."""
    limit = time.monotonic() + GONE_WITHIN
    while (left := processes(place)) and time.monotonic() < limit:
        time.sleep(0.05)
    for process in left:
        report.differ(f"{name}: process {process} of a model is still at work")
        os.kill(process, 9)
