"""One run, from a model's name to a sealed folder: plan, requests, journal, score, seal.

The sixth step, publishing to the database, is handed in by ``harness.runs.commands``: once a run, while its plan is held.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from harness import places, stopping
from harness.engine import load as loading
from harness.engine.api_and_vllm import resolve_served
from harness.engine.base import Answer
from harness.engine.codec import Encoder
from harness.engine.libraries import limited, model_errors, quiet
from harness.engine.measure import Meter, device_name, machine, versions
from harness.engine.settings import Settings, engine_version
from harness.engine.source import ModelSource, resolve
from harness.errors import BadInput
from harness.runs import plan, requests, reuse, rounds, score
from harness.runs.command import across_hosts, plan_lock, preflight
from harness.runs.estimate import estimate
from harness.runs.journal import journal
from harness.runs.progress import Progress
from harness.runs.seal import ScoredRun, record, seal
from harness.runs.task_code import rehearsal
from harness.store import run_folder
from harness.suites.model import Suite


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its folder, and whether it had been sealed before."""

    folder: Path
    existing: bool
    partial: bool
    valid: bool


@dataclass(frozen=True)
class AskedRun:
    """A planned run whose requests are built: the loaded model, its codec, and all that the model is asked.

    ``plan`` and ``tasks`` lack the tasks that the model's window cannot hold.
    """

    plan: plan.Plan
    tasks: Mapping[str, Any]
    loaded: loading.Loaded
    codec: Encoder
    request_set: requests.RequestSet
    started: datetime

    @property
    def reuse_scope(self) -> str:
        """Hash of all that an answer of another run must share with this run."""
        return reuse.scope(self.plan, self.loaded.engine.version, self.codec.window)


def run_model(
    model: str,
    suite: Suite,
    options: plan.Options,
    runs: Path,
    show: Progress,
    publish: Callable[[Path], None] = lambda folder: None,
) -> Outcome:
    """Run ``suite`` on ``model``, seal the result under ``runs`` and hand its folder to ``publish``.

    The plan is held from before the model is loaded until ``publish`` has returned.

    Raises:
        BadInput: the plan is refused, with every problem that shows without the weights; nothing was changed.
        PlanHeld: another process is at work on the same plan.
        RunFailed: scoring failed, or the model's files were changed meanwhile; finished batches are kept.
    """
    show.step(f"{model}: resolving")
    source = _source(model, options)
    run_plan, tasks = _plan_or_refuse(source, suite, options, runs, show)
    show.plan(run_plan)
    path, hosts = _journal_path(run_plan, runs), across_hosts.of(runs, run_plan.hash, show)
    hosts.bring_sealed()
    sealed = None if options.again else plan.find_sealed(runs, run_plan.hash)
    if sealed is not None and not path.exists():
        publish(sealed)
        return _outcome(sealed, existing=True)
    with plan_lock.hold(path.with_suffix(".lock")) as alone, across_hosts.hold(hosts, alone_here=alone):
        # Another process may have sealed this plan since; a journal beside a sealed run is what a kill left.
        hosts.bring_sealed()
        sealed = None if options.again else plan.find_sealed(runs, run_plan.hash)
        if sealed is not None:
            path.unlink(missing_ok=True)
            publish(sealed)
            return _outcome(sealed, existing=True)
        return _outcome(_carry_out(run_plan, tasks, runs, hosts, show, publish), existing=False)


def _carry_out(
    run_plan: plan.Plan,
    tasks: Mapping[str, Any],
    runs: Path,
    hosts: across_hosts.OneHost,
    show: Progress,
    publish: Callable[[Path], None],
) -> Path:
    """Load, ask, score, seal and publish; returns the sealed folder. A stop waits while the run is sealed and published."""
    name, options = run_plan.source.name, run_plan.options
    show.time(estimate(runs, run_plan, device_name(options.device)))
    show.step(f"{name}: loading")
    loaded = loading.load(run_plan.source, _settings(run_plan.suite, options))
    asked = _requests(run_plan, tasks, loaded, show)
    layout = rounds.lay_out(asked.plan, asked.tasks) if options.precision is not None else None
    with closing(_journal(asked, layout, runs, hosts)) as log:
        if log.set_aside:
            show.warn(f"{name}: {log.set_aside}.")
        hosts.follow(log)
        log.before_done = partial(_refuse_changed, run_plan.source)
        log.start(machine(options.device))
        scored = _score(asked, layout, log, show)
    show.step(f"{name}: computing scores")
    made = record(scored, runs)
    with stopping.deferred():
        hosts.refuse_lost()
        _refuse_changed(run_plan.source)
        folder = seal(made, runs)
        hosts.send(folder)
        if options.engine != "api":
            reuse.keep(runs, asked.reuse_scope, run_plan.suite.name, asked.request_set.requests, log.computed())
        log.path.unlink(missing_ok=True)
        publish(folder)
    return folder


def _refuse_changed(source: ModelSource) -> None:
    """Refuse a model whose files no longer hold what its revision says: neither this batch nor the run is kept."""
    if source.files is not None:
        source.files.refuse_changed(source.name)


def _outcome(folder: Path, *, existing: bool) -> Outcome:
    manifest = run_folder.read_manifest(folder)
    return Outcome(folder, existing, bool(manifest.get("partial")), bool(manifest.get("valid")))


def _source(model: str, options: plan.Options) -> ModelSource:
    if options.engine == "api":
        return resolve_served(model)
    return resolve(model, revision=options.revision, offline=options.offline)


def _settings(suite: Suite, options: plan.Options) -> Settings:
    return Settings(
        options.engine, options.device, options.dtype, options.deterministic, options.trust_remote_code, suite.window
    )


def _plan_or_refuse(
    source: ModelSource, suite: Suite, options: plan.Options, runs: Path, show: Progress
) -> tuple[plan.Plan, dict[str, Any]]:
    """The plan and its tasks, before any weights are loaded.

    Raises:
        BadInput: with every problem of this model at once: its data, its chat template, memory, room on the disk.
    """
    problems = list[BadInput]()
    try:
        loading.check_memory(source, _settings(suite, options))
    except BadInput as error:
        problems.append(error)
    try:
        preflight.check_template(source.name, Path(source.location), options)
    except BadInput as error:
        problems.append(error)
    try:
        run_plan, tasks = _plan(source, suite, options, show)
        preflight.check_room(runs, sum(t.items for t in run_plan.tasks))
    except BadInput as error:
        problems.append(error)
    if len(problems) == 1:
        raise problems[0]
    if problems:
        raise BadInput(f"{source.name} cannot be run:", [str(p) for p in problems])
    return run_plan, tasks


def _plan(source: ModelSource, suite: Suite, options: plan.Options, show: Progress) -> tuple[plan.Plan, dict[str, Any]]:
    """The plan, and lm-eval's task objects by name."""
    from harness.suites.own.definitions import read as read_own_tasks
    from harness.suites.tasks import resolve as resolve_tasks

    show.step(f"{source.name}: reading the tasks of {suite.name}")
    _seed()
    own = read_own_tasks(options.tasks, options.trust_task_code)
    with quiet():
        resolved = resolve_tasks(suite, places.hub(), options.offline, own=own)
    left_out = {left.task: left.reason for left in resolved.left_out}
    version = engine_version(options.engine)
    run_plan = plan.make_plan(
        source, suite, options, resolved.tasks, left_out, resolved.data_hashes, version, own.specs, resolved.surveys
    )
    if not own.trusted:
        with quiet():
            rehearsal.rehearse(run_plan, resolved.tasks, own.files)
    return run_plan, dict(resolved.tasks)


def _requests(run_plan: plan.Plan, tasks: Mapping[str, Any], loaded: loading.Loaded, show: Progress) -> AskedRun:
    """Build and encode every request; a task that the model's window cannot hold is left out as a whole."""
    started, options = datetime.now(UTC), run_plan.options
    codec = loading.codec(loaded, run_plan.suite.window, run_plan.suite.stride)
    template = _template(loaded, run_plan)
    _seed()
    unusable = f"The tokenizer of {run_plan.source.name} cannot be used on these tasks"
    with show.bar(f"{run_plan.source.name}: building requests", len(tasks)) as advance, quiet(), model_errors(unusable):
        request_set = requests.build(
            tasks,
            codec,
            limit=options.limit,
            chosen=run_plan.chosen,
            chat_template=template,
            tokenizer_name=loaded.lm.tokenizer_name if template else "",
            model=run_plan.source.name,
            advance=lambda task: advance(1),
        )
    fitting = {name: task for name, task in tasks.items() if name not in request_set.left_out}
    return AskedRun(plan.without(run_plan, request_set.left_out), fitting, loaded, codec, request_set, started)


def _template(loaded: loading.Loaded, run_plan: plan.Plan) -> Callable[..., str] | None:
    """The function that applies the model's chat template, where ``--chat-template`` asks for it."""
    if not run_plan.options.chat_template:
        return None
    if not loaded.chat_template:
        raise BadInput(f"{run_plan.source.name} has no chat template; drop --chat-template.")
    unusable = f"The chat template of {run_plan.source.name} cannot be used on these tasks"
    return model_errors(unusable)(limited(loaded.lm.apply_chat_template))


def _journal(asked: AskedRun, layout: rounds.Layout | None, runs: Path, hosts: across_hosts.OneHost) -> journal.Journal:
    """The run's journal, continued or begun: the batches of all requests without an answer of another run."""
    run_plan, request_set, engine = asked.plan, asked.request_set, asked.loaded.engine
    reused: dict[int, Answer] | None = None
    if reuse.allowed(run_plan):
        reused = reuse.find(runs, asked.reuse_scope, run_plan.suite.name, request_set.requests)
    if layout is None:
        batches = score.partition(request_set, engine, reused or ())
    else:
        batches = rounds.partition(request_set, layout, engine, reused or ())
    path, digest, settings = _journal_path(run_plan, runs), request_set.digest(), engine.settings()
    hosts.bring_journal(path, lambda head: journal.goes_on(head, run_plan.hash, digest, settings, reused))
    asked_now = {"tasks": request_set.digests(), "libraries": versions()}
    return journal.open_journal(path, run_plan.hash, digest, settings, batches, reused, asked_now)


def _journal_path(run_plan: plan.Plan, runs: Path) -> Path:
    return runs / ".journal" / f"{run_plan.hash}.jsonl"


def _score(asked: AskedRun, layout: rounds.Layout | None, log: journal.Journal, show: Progress) -> ScoredRun:
    """Answer what the journal lacks; with ``layout`` in rounds, until every task's interval is narrow enough."""
    run_plan, request_set, engine = asked.plan, asked.request_set, asked.loaded.engine
    stops: Mapping[str, rounds.Stop] = {}
    with (
        show.bar(f"{run_plan.source.name}: scoring", len(request_set.requests)) as advance,
        Meter(run_plan.options.device) as meter,
        quiet(),
    ):
        if layout is None:
            scoring = score.score(request_set, engine, log, advance)
        else:
            scoring, items, stops = rounds.score(run_plan, asked.tasks, request_set, layout, engine, log, advance)
            run_plan = rounds.with_items(run_plan, items)
            request_set = rounds.restrict(request_set, rounds.by_item(request_set), items)
    return ScoredRun(
        run_plan, asked.tasks, asked.loaded, asked.codec.window, request_set, scoring, stops, log, meter, asked.started
    )


def _seed() -> None:
    """lm-eval's own seeds, set where lm-eval would set them."""
    import numpy as np
    import torch

    random.seed(0)
    np.random.seed(1234)
    torch.manual_seed(1234)
