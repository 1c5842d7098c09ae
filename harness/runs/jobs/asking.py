"""``harness run``: from the options of the command line, or a run file and what of it they override, to jobs."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.runs.command.command_line import command_line
from harness.runs.commands import Job, Request, prepare, run_models
from harness.runs.jobs import run_file
from harness.runs.jobs.notify import notified
from harness.runs.jobs.run_file import RunFile
from harness.runs.jobs.run_options import OPTIONS
from harness.runs.progress import Progress


@dataclasses.dataclass(frozen=True)
class Asked:
    """What ``harness run`` was told: one suite and models, or a run file; ``given`` are the options typed, by name."""

    suite: str | None
    models: tuple[str, ...]
    file: Path | None
    options: Mapping[str, Any]
    given: Collection[str] = ()


def run_asked(asked: Asked, *, notify: str | None, show: Progress | None = None, as_json: bool) -> int:
    """Run what a command line asks for; returns the exit code.

    Raises:
        BadInput: the command as a whole cannot be run; nothing was changed.
    """
    show = show or Progress()
    return notified(
        notify, lambda report: run_models(jobs(asked), show=show, as_json=as_json, report=report), show=show
    )


def jobs(asked: Asked) -> list[Job]:
    """The jobs of a command line, in order, every one checked.

    Raises:
        BadInput: with every problem, where a run file is asked for with its lines.
    """
    if asked.file is not None:
        if asked.suite is not None or asked.models:
            raise BadInput("--file names models and suites itself; drop --suite and --model, or drop --file.")
        return _of_file(run_file.read(asked.file), {k: v for k, v in asked.options.items() if k in asked.given})
    if asked.suite is None or not asked.models:
        missing = " and ".join(o for o, v in (("--suite", asked.suite), ("--model", asked.models)) if not v)
        raise BadInput(f"{missing} missing; give --suite and --model, or a run file with --file.")
    request = Request(asked.suite, asked.models, **asked.options)
    suite, options = prepare(request)
    return [Job(model, suite, options) for model in asked.models]


def _of_file(file: RunFile, typed: Mapping[str, Any]) -> list[Job]:
    """The jobs of a run file; ``typed`` are the options of the command line, which come before the file's."""
    if typed.get("trust_remote_code") and len({run.model for run in file.runs}) > 1:
        raise BadInput(
            f"--trust-remote-code is said of one model, and {file.name} names several; say it there of each such model "
            "(trust_remote_code: true)."
        )
    if any(run.options.get("offline") for run in file.runs):  # the network is off for a process as a whole
        typed = {**typed, "offline": True}
    of_tasks = {"tasks": file.tasks, "trust_task_code": file.trust_task_code}
    command = file.command(command_line())
    prepared: dict[Request, Job | BadInput] = {}
    out, problems = list[Job](), dict[str, list[str]]()
    for run in file.runs:
        request = Request(run.suite, (), command=command, **{**_DEFAULTS, **of_tasks, **run.options, **typed})
        if request not in prepared:
            try:
                prepared[request] = Job("", *prepare(request))
            except BadInput as error:
                prepared[request] = error
        job = prepared[request]
        if isinstance(job, BadInput):
            for problem in job.problems or [str(job)]:
                problems.setdefault(problem, []).append(run.where)
        else:
            out.append(dataclasses.replace(job, model=run.model))
    if problems:
        told = [f"{_where(places)}: {problem}" for problem, places in problems.items()]
        raise BadInput(f"The runs of {file.name} cannot be planned:", run_file.shortened(told))
    return list(dict.fromkeys(out))


def _where(places: list[str]) -> str:
    distinct = list(dict.fromkeys(places))
    return distinct[0] if len(distinct) == 1 else f"{distinct[0]} (and {len(distinct) - 1} more runs)"


_SWITCHES = ("deterministic", "chat_template", "trust_remote_code", "offline", "strict", "again")
_DEFAULTS: Mapping[str, Any] = {**dict.fromkeys(OPTIONS), "engine": "packed", **dict.fromkeys(_SWITCHES, False)}
"""Options of a run that neither its file nor the command line sets; those of ``harness run``."""
