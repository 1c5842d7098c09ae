"""Estimate of a plan's scoring time, seconds, from an earlier run of the same suite on the same device."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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


@dataclass(frozen=True)
class Asked:
    """What a run is asked to do, as far as it decides its time; ``revision`` None for weights that no run has had."""

    suite: str
    engine: str
    dtype: str
    device_name: str
    revision: str | None
    params: int | None
    items: int


def estimate(runs: Path, plan: Plan, device_name: str) -> Estimate | None:
    """From the newest complete run of the suite with this engine, dtype and device.

    Its time is taken as proportional to the items and, for another model, to the parameters: right within a factor
    of a few, which is what a person asks before an hour or a night of work.
    """
    items = sum(task.items for task in plan.tasks)
    options, source = plan.options, plan.source
    asked = Asked(
        plan.suite.name, options.engine, options.dtype, device_name, source.revision, source.params, items
    )  # fmt: skip
    return scaled(manifests(runs, plan.suite.name), asked)


def scaled(past: Iterable[Mapping[str, Any]], asked: Asked) -> Estimate | None:
    """The same from manifests, newest first: the time of the first that can be compared, scaled."""
    for manifest in past:
        try:
            factor = _factor(manifest, asked)
            if factor is not None:
                return Estimate(float(manifest["perf"]["wall_s"]) * factor, str(manifest["run_id"]))
        except (LookupError, TypeError, ValueError):  # damaged: publishing names it
            continue
    return None


def manifests(runs: Path, suite: str) -> Iterator[Mapping[str, Any]]:
    """Manifests of the sealed runs of a suite, newest first; damaged ones are passed over."""
    for folder in reversed(run_folder.sealed(runs)):
        if f"-{suite}-" in folder.name:
            try:
                yield run_folder.read_manifest(folder)
            except (BadInput, LookupError, TypeError, ValueError):
                continue


def _factor(manifest: Mapping[str, Any], asked: Asked) -> float | None:
    """How many times the work of that run this one is; None where they cannot be compared."""
    if manifest.get("origin") != "measured" or not manifest["perf"]["complete"]:
        return None
    theirs = (
        manifest["suite"]["name"],
        manifest["engine"]["name"],
        manifest["dtype"],
        manifest["hardware"]["device_name"],
    )
    if theirs != (asked.suite, asked.engine, asked.dtype, asked.device_name):
        return None
    items = sum(task["items"] for task in manifest["tasks"])
    size = 1.0
    if manifest["model"]["revision"] != asked.revision:
        if not manifest["model"]["params"] or not asked.params:
            return None
        size = asked.params / manifest["model"]["params"]
    return size * asked.items / items if items else None
