"""``harness run``: jobs one after another, each published as it is sealed; a model that fails does not stop the others."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from harness import places
from harness.errors import BadInput, LandscapeError, PlanHeld, explain, unforeseen
from harness.places import refuse_models
from harness.runs.command import across_hosts, preflight, usable_places
from harness.runs.command.publishing import Publisher
from harness.runs.command.results import ModelResult, name_missing, print_results
from harness.runs.plan import Options, whole_or_share
from harness.runs.progress import Progress
from harness.stopping import STOPPED
from harness.suites.load import load_suite
from harness.suites.model import Suite
from harness.suites.own.definitions import read as own_tasks


@dataclass(frozen=True)
class Request:
    """The command line of ``harness run``, not yet checked. ``command`` is how it is recorded where it stands in a run file."""

    suite: str
    models: tuple[str, ...]
    engine: str
    dtype: str | None
    device: str | None
    revision: str | None
    limit: float | None
    sample: int | None
    deterministic: bool
    precision: float | None
    chat_template: bool
    trust_remote_code: bool
    offline: bool
    strict: bool
    again: bool
    command: str | None = None
    tasks: tuple[str, ...] = ()
    trust_task_code: bool = False


@dataclass(frozen=True)
class Job:
    """One model's run as asked for: the model as it was named, the suite, and the options, device and dtype resolved."""

    model: str
    suite: Suite
    options: Options


def run_models(
    jobs: Sequence[Job],
    *,
    show: Progress | None = None,
    as_json: bool,
    report: Callable[[Mapping[str, Any]], None] | None = None,
) -> int:
    """Run every job, publish each run as it is sealed, print what came out; returns the exit code.

    A model that fails does not stop the others, and one that plainly cannot be run is named before the first starts.
    Ctrl-C and SIGTERM end the command; finished batches and sealed runs are kept, and the latter published.
    ``report`` is called with the document that ``--json`` prints.
    """
    show = show or Progress()
    publisher = Publisher(show)
    with show.running():
        across_hosts.catch_up(places.runs(), show)
        results = _all(jobs, show, publisher)
        published = publisher.finish()
        name_missing(results, len(jobs), show)
    document = {"runs": [r.__dict__ for r in results], "published": published.done, "problem": published.problem}
    if report is not None:
        report(document)
    if as_json:
        print(json.dumps(document, ensure_ascii=False))
    else:
        print_results([r for r in results if r.run_id not in published.damaged])
    codes = {r.code for r in results}
    if STOPPED in codes:
        return STOPPED
    if codes <= {0, PlanHeld.exit_code}:  # all that this command could do is done; what is held, another one does
        return 1 if published.problem else max(codes)
    return codes.pop() if len(codes) == 1 else 1


def _all(jobs: Sequence[Job], show: Progress, publisher: Publisher) -> list[ModelResult]:
    """How each job ended, up to a stop."""
    results: list[ModelResult] = []
    number = 0
    try:
        refused = _refused(jobs, show) if len(jobs) > 1 else {}
        for number, job in enumerate(jobs):
            show.job(job.model, job.suite.name)
            results.append(refused[number] if number in refused else _one(job, show, publisher))
    except KeyboardInterrupt:
        job = jobs[number]
        results.append(ModelResult(job.model, job.suite.name, STOPPED, "stopped; finished batches are kept"))
    return results


def _refused(jobs: Sequence[Job], show: Progress) -> dict[int, ModelResult]:
    """The jobs, by number, whose models a cheap look shows to be unusable; each is named."""
    refused = {}
    for number, job in enumerate(jobs):
        show.job(job.model, job.suite.name)
        try:
            preflight.look(job.model, job.options)
        except LandscapeError as error:
            refused[number] = ModelResult(job.model, job.suite.name, error.exit_code, str(error))
            show.error(f"harness: {job.model}: {error}")
    return refused


def prepare(request: Request) -> tuple[Suite, Options]:
    """Check the whole command before anything is loaded.

    Raises:
        BadInput: with every problem at once (suite, engine, device, dtype, counts).
    """
    from harness.engine import settings
    from harness.engine.libraries import go_offline

    if request.offline:
        go_offline()
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "true")

    problems: list[str] = []
    suite: Suite | None = None
    device, dtype = "cpu", "fp32"
    try:
        suite = load_suite(request.suite)
    except BadInput as error:
        problems.append(str(error))
    try:
        settings.engine_version(request.engine)
    except BadInput as error:
        problems.append(str(error))
    try:
        if request.engine == "api":  # weights, device and dtype are the server's; what is not told is not known
            device, dtype = "remote", settings.DTYPE_NAMES.get(request.dtype or "", "unknown")
        else:
            device = settings.resolve_device(request.device)
            dtype = settings.resolve_dtype(request.dtype, device)
    except BadInput as error:
        problems.append(str(error))
    options = Options(
        engine=request.engine,
        device=device,
        dtype=dtype,
        limit=whole_or_share(request.limit),
        sample=request.sample,
        deterministic=request.deterministic,
        precision=request.precision,
        chat_template=request.chat_template,
        trust_remote_code=request.trust_remote_code,
        offline=request.offline,
        strict=request.strict,
        again=request.again,
        revision=request.revision,
        command=request.command,
        tasks=request.tasks,
        trust_task_code=request.trust_task_code,
    )
    problems += options.check()
    try:
        refuse_models(request.models)
    except BadInput as error:
        problems.append(str(error))
    try:
        own_tasks(options.tasks, options.trust_task_code)
    except BadInput as error:
        problems += error.problems or [str(error)]
    if options.trust_remote_code and len(request.models) > 1:
        problems.append("--trust-remote-code is said of one model; give each such model a command of its own.")
    problems += usable_places.problems()
    if problems or suite is None:
        if len(problems) == 1:
            raise BadInput(problems[0])
        raise BadInput("this run cannot be planned:", problems)
    return suite, options


def _one(job: Job, show: Progress, publisher: Publisher) -> ModelResult:
    from harness.runs.execute import run_model
    from harness.suites.own.bounded_templates import bounded

    model, suite, options = job.model, job.suite.name, job.options
    foreign = bool(options.tasks) and not options.trust_task_code
    try:
        with bounded() if foreign else nullcontext():
            outcome = run_model(model, job.suite, options, places.runs(), show, publisher)
    except LandscapeError as error:
        code, text = error.exit_code, str(error)
    except OSError as error:
        code, text = 1, explain(error)
    except KeyboardInterrupt:
        raise
    except (
        BaseException
    ) as error:  # a model's own code, a library's panic, or ours may be anything; the other models go on
        code, text = 1, unforeseen(error)
    else:
        o, word = outcome, "sealed before" if outcome.existing else "sealed"
        return ModelResult(model, suite, 0, word, o.folder.name, str(o.folder), o.existing, o.partial, o.valid)
    show.error(f"harness: {model}: {text}")
    return ModelResult(model, suite, code, text)
