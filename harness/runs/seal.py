"""The last step of a run: lm-eval's scores, the verdict, the manifest, and the folder that holds them."""

from __future__ import annotations

import dataclasses
import hashlib
import subprocess
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa

from harness import __version__
from harness.engine.generation.own_rules import own_rules
from harness.engine.load import Loaded
from harness.engine.measure import Meter, hardware, versions
from harness.errors import BadInput, LandscapeError, RunFailed
from harness.runs import lm_eval_metrics, requests, tables
from harness.runs.command.command_line import command_line
from harness.runs.journal.journal import Journal
from harness.runs.plan import SEED, Plan, run_id, sealing_time
from harness.runs.prompts.fixed_clock import DAY
from harness.runs.requests import RequestSet
from harness.runs.rounds import Stop
from harness.runs.score import Scoring
from harness.runs.task_code import task_errors
from harness.runs.verdict.asked_alike import asked_alike
from harness.runs.verdict.finding import Finding
from harness.runs.verdict.judge import Conditions, judge
from harness.scrub import strings
from harness.store import run_folder
from harness.store.runs import refuse_unpublishable
from harness.suites.model import to_dict


@dataclass(frozen=True)
class ScoredRun:
    """A run whose requests all have answers: everything that the manifest and the tables are made of.

    ``plan`` and ``request_set`` are as carried out: with ``--precision`` they hold the items that were scored, and
    ``stops`` says where each task ended. ``window`` is the codec's, in tokens.
    """

    plan: Plan
    tasks: Mapping[str, Any]
    loaded: Loaded
    window: int
    request_set: RequestSet
    scoring: Scoring
    stops: Mapping[str, Stop]
    journal: Journal
    meter: Meter
    started: datetime


@dataclass(frozen=True)
class Record:
    """All that a run's folder will hold: the manifest and the rows of the tables ``results`` and ``samples``."""

    manifest: dict[str, Any]
    results: list[dict[str, Any]]
    samples: list[dict[str, Any]]


def seal(made: Record, runs: Path) -> Path:
    """Write the run's folder under ``runs``; returns the folder.

    Raises:
        RunFailed: the folder would be one that no database can take: it is not sealed.
    """
    try:
        return run_folder.write(
            runs, made.manifest, *tables.to_tables(made.results, made.samples), check=refuse_unpublishable
        )
    except (BadInput, pa.ArrowException, ValueError, OverflowError) as error:
        raise RunFailed(
            f"The run is not sealed, since its record could not be published: {' '.join(str(error).split())[:400]} All answers "
            "are kept; correct what the sentence names (options, suite or task file) and give the command again."
        ) from None


def record(run: ScoredRun, runs: Path) -> Record:
    """Compute the scores and the verdict of a run that will be sealed under ``runs``; nothing is written."""
    plan, request_set = run.plan, run.request_set
    responses = requests.answer(request_set, run.scoring.answers)
    texts = requests.text_loglikelihoods(request_set, run.scoring.answers)
    try:
        scores, samples = lm_eval_metrics.evaluate(
            run.tasks, request_set, responses, texts, limit=plan.options.limit, chosen=plan.chosen
        )
    except (LandscapeError, OSError, MemoryError):
        raise
    except Exception as error:  # whatever the tasks' own functions and metrics raise on an answer
        raise RunFailed(
            f"The answers cannot be scored: a metric or function of a task ({', '.join(list(run.tasks)[:5])}) fails with "
            f"{type(error).__name__}: {' '.join(str(error).split())[:300]}. All answers are kept; score the tasks one by one to "
            "see which it is, and correct its task file."
        ) from error
    sealed = sealing_time(runs, plan, max(datetime.now(UTC), run.started))
    name = run_id(plan, sealed)
    results, items = _rows(name, run, scores, samples)
    findings = judge(plan, results, items, _conditions(run))
    return Record(strings(_manifest(run, name, sealed, findings)), results, items)


def _conditions(run: ScoredRun) -> Conditions:
    asked = run.request_set
    return Conditions(
        window=run.window,
        has_template=bool(run.loaded.chat_template),
        prompts=Counter(instance.task_name for instance in asked.instances),
        truncated=asked.truncated,
        lost_in_template=asked.lost_in_template,
        lost_text=asked.lost_text,
        template_day=DAY.isoformat() if asked.dated else "",
        showing_the_item=asked.showing_the_item,
        not_as_text=requests.not_as_text(asked),
        bits_per_token=requests.bits_per_token(asked, run.scoring.answers),
        vocabulary=len(run.loaded.lm.tokenizer),
        engine_notes=tuple(getattr(run.loaded.engine, "notes", ())),
        asked_alike=asked_alike(run.tasks, asked.instances),
        generation_rules=own_rules(getattr(run.loaded.lm, "model", None)) if requests.generates(asked) else {},
        reused=(len(run.journal.head.reused), len(asked.requests)),
        machines=tuple(run.journal.machines),
        beside=run.loaded.beside,
    )


def _rows(
    name: str, run: ScoredRun, scores: Mapping[str, Any], samples: Mapping[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of the tables ``results`` and ``samples``, task by task."""
    results: list[dict[str, Any]] = []
    items: list[dict[str, Any]] = []
    for task_name, task in run.tasks.items():
        entry = run.plan.suite.task(task_name)
        with task_errors.computing(task_name):
            task_results, task_items = tables.task_rows(name, entry, task, scores[task_name], samples[task_name])
        results.extend(task_results)
        items.extend(task_items)
    return results, items


def _manifest(run: ScoredRun, name: str, sealed: datetime, findings: Sequence[Finding]) -> dict[str, Any]:
    plan, loaded, head, counts = run.plan, run.loaded, run.journal.head, run.journal.counts()
    source, options = plan.source, plan.options
    template = hashlib.sha256(loaded.chat_template.encode()).hexdigest()
    return {
        "format": run_folder.FORMAT,
        "run_id": name,
        "origin": "measured",
        "model": {
            "id": source.name,
            "model_id": None,
            "vendor_id": "reference" if source.reference else None,
            "revision": source.revision,
            "params": loaded.params or source.params,
            "architecture": source.architecture,
            "tokenizer_hash": source.tokenizer_hash,
            "chat_template": template if options.chat_template else None,
            "trust_remote_code": options.trust_remote_code,
            **({"quantisation": source.quantisation} if source.quantisation else {}),
        },
        "suite": to_dict(plan.suite),
        "tasks": _tasks(run),
        "left_out": [{"task": task, "reason": reason} for task, reason in plan.left_out.items()],
        "plan": {
            "hash": plan.hash,
            "requests": len(run.request_set.requests),
            "instances": len(run.request_set.instances),
            "reused": len(head.reused),
            "requests_digest": run.request_set.digest(),
            "batches": counts.batches,
            "limit": options.limit,
            "sample": options.sample,
            "precision": options.precision,
            "seed": SEED,
            "chat_template_day": DAY.isoformat() if options.chat_template else None,
            "task_specs": dict(plan.task_specs) or None,
            "trust_task_code": options.trust_task_code if plan.task_specs else None,
            "items": {t: list(i) for t, i in plan.chosen.items()} if plan.chosen is not None else None,
        },
        "journal": dataclasses.asdict(counts) | {"machines": list(run.journal.machines)},
        "engine": {"name": loaded.engine.name, "version": loaded.engine.version, "settings": loaded.engine.settings()},
        "dtype": options.dtype,
        "device": options.device,
        "perf": _perf(run),
        "hardware": hardware(options.device),
        "versions": {"landscape": __version__, **versions()},
        "git_commit": git_commit(),
        "command": options.command or command_line(),
        "started": _utc(run.started),
        "sealed": _utc(sealed),
        "partial": plan.partial,
        "valid": not any(f.invalid for f in findings),
        "verdict": [f.to_dict() for f in findings],
        "chat_template": options.chat_template,
        "source": None,
    }


def _tasks(run: ScoredRun) -> list[dict[str, Any]]:
    return [
        dataclasses.asdict(task)
        | {"truncated": run.request_set.truncated.get(task.task, 0)}
        | {"stopped": dataclasses.asdict(run.stops[task.task]) if task.task in run.stops else None}
        for task in run.plan.tasks
    ]


def _perf(run: ScoredRun) -> dict[str, Any]:
    """What the run took. ``complete`` only where this process computed every answer itself, weights in its hands."""
    scoring, meter, work, engine = run.scoring, run.meter, run.journal.work, run.loaded.engine
    tokens = scoring.prompt_tokens + scoring.generated_tokens
    own = not run.journal.resumed and not run.journal.head.reused
    return {
        "complete": own and scoring.batches > 0 and engine.name != "api",
        "wall_s": meter.wall_s,
        "load_s": run.loaded.load_seconds,
        "prompt_tokens": work.prompt_tokens,
        "generated_tokens": work.generated_tokens,
        "forwards": work.forwards,
        "tokens_per_s": tokens / scoring.seconds if scoring.seconds > 0 else None,
        "peak_memory_bytes": meter.peak_memory_bytes,
        "mean_power_w": meter.mean_power_w,
        "energy_j": meter.energy_j,
    }


def _utc(time: datetime) -> str:
    return time.isoformat(timespec="seconds").replace("+00:00", "Z")


def git_commit() -> str | None:
    """Commit of the checkout that this code runs from (``-dirty`` where it was changed), or None."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return None
    try:
        commit = _git(root, 10, "rev-parse", "HEAD")
        changed = _git(root, 30, "status", "--porcelain", "-uno")
    except (OSError, subprocess.SubprocessError):
        return None
    return commit + ("-dirty" if changed else "")


def _git(root: Path, timeout: int, *words: str) -> str:
    done = subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, timeout=timeout, check=True)
    return done.stdout.strip()
