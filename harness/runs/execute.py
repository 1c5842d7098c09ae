"""One run, from a model's name to a sealed folder: plan, requests, score, compute, seal."""

from __future__ import annotations

import dataclasses
import hashlib
import random
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from harness import __version__, places
from harness.engine import load as loading
from harness.engine.measure import Meter, device_name, hardware, versions
from harness.engine.served import resolve_served
from harness.engine.source import ModelSource, resolve
from harness.errors import BadInput
from harness.runs import compute, journal, plan, requests, reuse, rounds, score, tables, verdict
from harness.runs.estimate import estimate
from harness.runs.progress import Progress
from harness.store import run_folder
from harness.suites.model import Suite, to_dict


@dataclass(frozen=True)
class Outcome:
    """How a run ended: its folder, and whether it had been sealed before."""

    folder: Path
    existing: bool
    partial: bool
    valid: bool


def run_model(model: str, suite: Suite, options: plan.Options, runs: Path, show: Progress) -> Outcome:
    """Run ``suite`` on ``model`` and seal the result under ``runs``.

    Raises:
        BadInput: the plan is refused; nothing was changed.
        RunFailed: scoring failed; finished batches are kept.
    """
    show.step(f"{model}: resolving")
    if options.engine == "api":
        source = resolve_served(model)
    else:
        source = resolve(model, revision=options.revision, offline=options.offline)
    settings = loading.Settings(
        options.engine, options.device, options.dtype, options.deterministic, options.trust_remote_code, suite.window
    )
    loading.check_memory(source, settings)
    made, tasks = _plan(source, suite, options, show)
    show.plan(made)
    existing = None if options.again else plan.find_sealed(runs, made.hash)
    if existing is not None:
        manifest = run_folder.read_manifest(existing)
        return Outcome(existing, True, bool(manifest["partial"]), bool(manifest["valid"]))
    show.time(estimate(runs, made, device_name(options.device)))
    show.step(f"{source.name}: loading")
    loaded = loading.load(source, settings)
    return _run(made, tasks, loaded, runs, show)


def _plan(source: ModelSource, suite: Suite, options: plan.Options, show: Progress) -> tuple[plan.Plan, dict[str, Any]]:
    from harness.suites.tasks import resolve as resolve_tasks

    show.step(f"{source.name}: reading the tasks of {suite.name}")
    _seed()
    with loading.quiet():
        resolved = resolve_tasks(suite, places.hub(), options.offline)
    left_out = {left.task: left.reason for left in resolved.left_out}
    version = loading.engine_version(options.engine)
    made = plan.make_plan(source, suite, options, resolved.tasks, left_out, resolved.data_hashes, version)
    return made, dict(resolved.tasks)


def _run(made: plan.Plan, tasks: dict[str, Any], loaded: loading.Loaded, runs: Path, show: Progress) -> Outcome:
    started = datetime.now(UTC)
    options, name = made.options, made.source.name
    codec = loading.codec(loaded, made.suite.window)
    has_template = bool(getattr(loaded.lm.tokenizer, "chat_template", None))
    template = _template(loaded.lm, made, has_template)
    _seed()
    with show.bar(f"{name}: building requests", len(tasks)) as advance, loading.quiet():
        book = requests.build(
            tasks,
            codec,
            limit=options.limit,
            chosen=made.chosen,
            chat_template=template,
            tokenizer_name=loaded.lm.tokenizer_name if template else "",
            advance=lambda task: advance(1),
        )
    made = _without(made, book.left_out)
    tasks = {task: tasks[task] for task in tasks if task not in book.left_out}
    layout = rounds.lay_out(made) if options.precision is not None else None
    place = reuse.scope(made, loaded.engine.version, codec.window)
    given = reuse.find(runs, place, made.suite.name, book.requests) if reuse.allowed(made) else None
    if layout:
        batches = rounds.partition(book, layout, loaded.engine, given or ())
    else:
        batches = score.partition(book, loaded.engine, given or ())
    path = runs / ".journal" / f"{made.hash}.jsonl"
    log = journal.open_journal(path, made.hash, book.digest(), loaded.engine.settings(), batches, given)
    resumed, stops = log.resumed, dict[str, rounds.Stop]()
    try:
        log.start()
        with (
            show.bar(f"{name}: scoring", len(book.requests)) as advance,
            Meter(options.device) as meter,
            loading.quiet(),
        ):
            if layout is None:
                scored = score.score(book, loaded.engine, log, advance)
            else:
                scored, chosen, stops = rounds.score(made, tasks, book, layout, loaded.engine, log, advance)
                made, book = rounds.ended(made, chosen), rounds.restrict(book, rounds.by_item(book), chosen)
                rounds.hand_over(tasks, book)
    finally:
        log.close()
    show.step(f"{name}: computing scores")
    responses = requests.answer(book, scored.answers)
    results, samples = compute.evaluate(tasks, book, responses, limit=options.limit, chosen=made.chosen)
    sealed = datetime.now(UTC).replace(microsecond=0)
    run_id = plan.run_id(made, sealed)
    rows, items = _rows(run_id, made, tasks, results, samples)
    findings = verdict.judge(
        made,
        rows,
        items,
        truncated=book.truncated,
        window=codec.window,
        has_template=has_template,
        engine_notes=tuple(getattr(loaded.engine, "notes", ())),
        reused=(len(log.head.reused), len(book.requests)),
    )
    perf = _perf(scored, meter, loaded, resumed or bool(log.head.reused), log.work)
    manifest = _manifest(run_id, made, loaded, book, log, findings, perf, started, sealed, template, stops)
    folder = run_folder.write(runs, manifest, *tables.to_tables(rows, items))
    if options.engine != "api":
        reuse.keep(runs, place, made.suite.name, book.requests, log.computed())
    path.unlink(missing_ok=True)
    return Outcome(folder, False, made.partial, bool(manifest["valid"]))


def _rows(
    run_id: str, made: plan.Plan, tasks: Mapping[str, Any], results: Mapping[str, Any], samples: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    rows: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for name, task in tasks.items():
        found, flat = tables.task_rows(run_id, made.suite.task(name), task, results[name], samples[name])
        rows.extend(found)
        items.extend(flat)
    return rows, items


def _template(lm: Any, made: plan.Plan, has_template: bool) -> Callable[..., str] | None:
    if not made.options.chat_template:
        return None
    if not has_template:
        raise BadInput(f"{made.source.name} has no chat template; drop --chat-template.")
    apply: Callable[..., str] = lm.apply_chat_template
    return apply


def _without(made: plan.Plan, left_out: Mapping[str, str]) -> plan.Plan:
    """The plan less the tasks that this model cannot hold; its hash, made of the inputs, stays."""
    if not left_out:
        return made
    if made.options.strict:
        raise BadInput(f"{len(left_out)} tasks of {made.suite.name} do not fit {made.source.name}, and --strict asks for all:",
                       [f"{t}: {r}" for t, r in left_out.items()])  # fmt: skip
    tasks = tuple(t for t in made.tasks if t.task not in left_out)
    if not tasks:
        raise BadInput(
            f"No task of {made.suite.name} fits {made.source.name}:", [f"{t}: {r}" for t, r in left_out.items()]
        )
    return dataclasses.replace(made, tasks=tasks, left_out={**made.left_out, **left_out})


def _perf(scored: score.Scoring, meter: Meter, loaded: loading.Loaded, drew: bool, work: Any) -> dict[str, Any]:
    tokens = scored.prompt_tokens + scored.generated_tokens
    return {
        "complete": not drew and scored.batches > 0 and loaded.engine.name != "api",
        "wall_s": meter.wall_s,
        "load_s": loaded.load_seconds,
        "prompt_tokens": work.prompt_tokens,
        "generated_tokens": work.generated_tokens,
        "forwards": work.forwards,
        "tokens_per_s": tokens / scored.seconds if scored.seconds > 0 else None,
        "peak_memory_bytes": meter.peak_memory_bytes,
        "mean_power_w": meter.mean_power_w,
        "energy_j": meter.energy_j,
    }


def _manifest(run_id: str, made: plan.Plan, loaded: loading.Loaded, book: requests.Book, log: journal.Journal,
              findings: list[verdict.Finding], perf: dict[str, Any], started: datetime, sealed: datetime,
              template: Callable[..., str] | None, stops: Mapping[str, rounds.Stop]) -> dict[str, Any]:  # fmt: skip
    source, options, counts = made.source, made.options, log.counts()
    text = str(getattr(loaded.lm.tokenizer, "chat_template", "") or "")
    return {
        "format": run_folder.FORMAT,
        "run_id": run_id,
        "origin": "measured",
        "model": {
            "id": source.name,
            "model_id": None,
            "vendor_id": "reference" if source.reference else None,
            "revision": source.revision,
            "params": source.params,
            "architecture": source.architecture,
            "tokenizer_hash": source.tokenizer_hash,
            "chat_template": hashlib.sha256(text.encode()).hexdigest() if template else None,
            "trust_remote_code": options.trust_remote_code,
        },
        "suite": to_dict(made.suite),
        "tasks": [
            dataclasses.asdict(t)
            | {"truncated": book.truncated.get(t.task, 0)}
            | {"stopped": dataclasses.asdict(stops[t.task]) if t.task in stops else None}
            for t in made.tasks
        ],
        "left_out": [{"task": task, "reason": reason} for task, reason in made.left_out.items()],
        "plan": {
            "hash": made.hash,
            "requests": len(book.requests),
            "instances": len(book.instances),
            "reused": len(log.head.reused),
            "requests_digest": book.digest(),
            "batches": counts.batches,
            "limit": options.limit,
            "sample": options.sample,
            "precision": options.precision,
            "seed": plan.SEED,
            "items": {t: list(i) for t, i in made.chosen.items()} if made.chosen is not None else None,
        },
        "journal": dataclasses.asdict(counts),
        "engine": {"name": loaded.engine.name, "version": loaded.engine.version, "settings": loaded.engine.settings()},
        "dtype": options.dtype,
        "device": options.device,
        "perf": perf,
        "hardware": hardware(options.device),
        "versions": {"landscape": __version__, **versions()},
        "git_commit": git_commit(),
        "command": command(),
        "started": started.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "sealed": sealed.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "partial": made.partial,
        "valid": not any(f.invalid for f in findings),
        "verdict": [f.to_dict() for f in findings],
        "chat_template": template is not None,
        "source": None,
    }  # fmt: skip


def command() -> str:
    """The command as it was given, tokens and keys blanked."""
    words = ["harness", *sys.argv[1:]]
    return re.sub(r"\b(hf_|sk-)[A-Za-z0-9_-]{8,}", r"\1…", " ".join(words))


def git_commit() -> str | None:
    """Commit of the checkout that this code runs from (``-dirty`` where it was changed), or None."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"], capture_output=True, text=True, timeout=10, check=True
        )
        changed = subprocess.run(
            ["git", "-C", str(root), "status", "--porcelain", "-uno"],
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return commit.stdout.strip() + ("-dirty" if changed.stdout.strip() else "")


def _seed() -> None:
    """lm-eval's own seeds, set where lm-eval would set them."""
    import numpy as np
    import torch

    random.seed(0)
    np.random.seed(1234)
    torch.manual_seed(1234)
