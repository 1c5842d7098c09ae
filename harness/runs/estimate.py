"""Estimate of a plan's scoring time, seconds, from an earlier run of the same suite on the same device."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.runs.plan import Plan
from harness.store import run_folder


@dataclass(frozen=True)
class Estimate:
    """Seconds of scoring, and the run whose time they are scaled from."""

    seconds: float
    run_id: str


def estimate(runs: Path, plan: Plan, device_name: str) -> Estimate | None:
    """From the newest complete run of the suite with this engine, dtype and device.

    Its time is taken as proportional to the items and, for another model, to the parameters: right within a factor
    of a few, which is what a person asks before an hour or a night of work.
    """
    for folder in reversed(run_folder.sealed(runs)):
        if f"-{plan.suite.name}-" not in folder.name:
            continue
        try:
            manifest = run_folder.read_manifest(folder)
            factor = _factor(manifest, plan, device_name)
            if factor is not None:
                return Estimate(float(manifest["perf"]["wall_s"]) * factor, str(manifest["run_id"]))
        except (BadInput, LookupError, TypeError, ValueError):  # damaged: publishing names it
            continue
    return None


def _factor(manifest: Mapping[str, Any], plan: Plan, device_name: str) -> float | None:
    """How many times the work of that run this plan is; None where they cannot be compared."""
    if manifest.get("origin") != "measured" or not manifest["perf"]["complete"]:
        return None
    theirs = (
        manifest["suite"]["name"],
        manifest["engine"]["name"],
        manifest["dtype"],
        manifest["hardware"]["device_name"],
    )
    if theirs != (plan.suite.name, plan.options.engine, plan.options.dtype, device_name):
        return None
    items = sum(task["items"] for task in manifest["tasks"])
    size = 1.0
    if manifest["model"]["revision"] != plan.source.revision:
        if not manifest["model"]["params"] or not plan.source.params:
            return None
        size = plan.source.params / manifest["model"]["params"]
    return size * sum(task.items for task in plan.tasks) / items if items else None
