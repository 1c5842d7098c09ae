"""What a night is refused for before Ray is asked for anything: suites, options, own tasks; and single models, by a cheap look."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.engine.settings import DTYPE_NAMES, ENGINES
from harness.errors import BadInput, LandscapeError
from harness.fleet.asked.night import Night
from harness.runs.command import preflight, usable_places
from harness.runs.jobs.file_runs import FileRun
from harness.runs.jobs.run_file import shortened
from harness.runs.plan import Options, whole_or_share
from harness.suites.load import load_suite
from harness.suites.own.definitions import read as own_tasks


def check(night: Night) -> None:
    """Check every run of a night, and the folders of runs and database, but for what only a node can tell.

    Raises:
        BadInput: with every problem, each with the lines that it comes from.
    """
    problems: dict[str, str] = dict.fromkeys(usable_places.problems(), "this machine")
    for model in night.models:
        for run in model.runs:
            for problem in _problems(run, night):
                problems.setdefault(problem, run.where)
    try:
        own_tasks(night.tasks, night.trust_task_code)
    except BadInput as error:
        problems |= dict.fromkeys(error.problems or [str(error)], "tasks")
    if problems:
        raise BadInput("This night cannot be planned:", shortened([f"{w}: {p}" for p, w in problems.items()]))


def refused(night: Night) -> dict[str, str]:
    """The models, by key, that a cheap look shows to be unusable, and why."""
    out = {}
    for model in night.models:
        try:
            for run in model.runs:
                preflight.look(model.model, options_of(run, night))
        except LandscapeError as error:
            out[model.key] = str(error)
    return out


def options_of(run: FileRun, night: Night) -> Options:
    """A run's options; where device or dtype is left to the node, ``auto``."""
    o: Mapping[str, Any] = run.options
    return Options(
        engine=o.get("engine") or "packed",
        device=o.get("device") or "auto",
        dtype=DTYPE_NAMES.get(o.get("dtype") or "auto", "auto"),
        limit=whole_or_share(o.get("limit")),
        tasks=night.tasks,
        trust_task_code=night.trust_task_code,
        **{k: v for k, v in o.items() if k not in ("engine", "device", "dtype", "limit")},
    )


def _problems(run: FileRun, night: Night) -> list[str]:
    problems = []
    try:
        load_suite(run.suite)
    except BadInput as error:
        problems.append(str(error))
    engine, device, dtype = (run.options.get(name) for name in ("engine", "device", "dtype"))
    if engine is not None and engine not in ENGINES:
        problems.append(f"Unknown engine {engine!r}; use one of {', '.join(ENGINES)}.")
    if dtype is not None and dtype not in DTYPE_NAMES:
        problems.append(f"Unknown dtype {dtype!r}; use fp32, bf16 or fp16.")
    if device not in (None, "", "auto", "cpu", "cuda"):
        problems.append(
            f"device is {device!r}; a fleet gives every model its cards itself: give cpu or cuda, or leave it out."
        )
    return problems + options_of(run, night).check()
