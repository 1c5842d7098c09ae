"""The plan of a run: everything that decides its numbers, as plain values with one hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
import random
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from harness.engine.source import ModelSource
from harness.errors import BadInput
from harness.files import visible
from harness.runs.prompts.fixed_clock import DAY
from harness.store import run_folder
from harness.suites.items.survey import Survey
from harness.suites.model import Suite, to_dict

SEED = 1234
"""lm-eval's own default for few-shot draws; also seeds ``--sample``."""


MOST_ITEMS = 10**9
"""No data set has as many items; manifest and database hold the number."""


@dataclass(frozen=True)
class Options:
    """The options of one run, device and dtype resolved.

    ``limit`` is a whole number of items of each task, or below 1 a share of them. ``command`` is the command line
    that asks for the run, where that is not this process's own alone: recorded, and of no effect on it.
    """

    engine: str
    device: str
    dtype: str
    limit: float | None = None
    sample: int | None = None
    deterministic: bool = False
    precision: float | None = None
    chat_template: bool = False
    trust_remote_code: bool = False
    offline: bool = False
    strict: bool = False
    again: bool = False
    revision: str | None = None
    command: str | None = None
    tasks: tuple[str, ...] = ()
    trust_task_code: bool = False

    def check(self) -> list[str]:
        """Problems with the options themselves, one sentence each."""
        problems = []
        limit = whole_or_share(self.limit)
        if limit is not None and MOST_ITEMS < limit < math.inf:
            problems.append(f"--limit is more than {MOST_ITEMS:,} items; drop it to score all of them.")
        elif limit is not None and not (0 < limit < 1 or isinstance(limit, int) and limit >= 1):
            problems.append(
                f"--limit is {limit:g}; give a whole number of items from 1 on, or a share below 1, such as 0.1."
            )
        if self.sample is not None and self.sample < 1:
            problems.append(f"--sample is {self.sample}; give 1 or more items.")
        elif self.sample is not None and self.sample > MOST_ITEMS:
            problems.append(f"--sample is more than {MOST_ITEMS:,} items; drop it to score all of them.")
        if self.limit is not None and self.sample is not None:
            problems.append("--limit and --sample exclude each other: the first N items, or N random ones.")
        if self.precision is not None and not 0 < self.precision < 1:
            problems.append(f"--precision is {self.precision}; give a half-width between 0 and 1, such as 0.02.")
        if self.precision is not None and (self.limit is not None or self.sample is not None):
            problems.append("--precision decides by itself how many items are needed; drop --limit or --sample.")
        if self.deterministic and self.engine != "packed":
            problems.append(
                f"--deterministic is a promise of the packed engine; --engine {self.engine} cannot keep it."
            )
        if self.revision is not None and self.engine == "api":
            problems.append("--revision names weights; which ones a server holds is the server's to say.")
        return problems


def whole_or_share(limit: float | None) -> int | float | None:
    """``--limit`` as plans and manifests hold it: a whole number as one (10.0 is 10), a share as it is."""
    whole = limit is not None and 1 <= limit <= MOST_ITEMS and float(limit).is_integer()
    return int(limit) if limit is not None and whole else limit


def items_of(limit: float | None, available: int) -> int | None:
    """Number of a task's items that ``--limit`` asks for: below 1 that share, rounded up as lm-eval does."""
    if limit is None:
        return None
    return math.ceil(available * limit) if limit < 1 else int(limit)


@dataclass(frozen=True)
class TaskPlan:
    """One task as this run scores it. ``items`` counts what is scored, ``available`` what there is."""

    task: str
    group: str | None
    kind: str
    version: str
    num_fewshot: int
    items: int
    available: int
    data_hash: str | None


@dataclass(frozen=True)
class Plan:
    """What will be run. ``hash`` covers all that decides the numbers, not where or when; ``surveys`` is what a look at every item says."""

    source: ModelSource
    suite: Suite
    options: Options
    tasks: tuple[TaskPlan, ...]
    left_out: Mapping[str, str]
    chosen: Mapping[str, tuple[int, ...]] | None
    hash: str
    task_specs: Mapping[str, str] = field(default_factory=dict)
    surveys: Mapping[str, Survey] = field(default_factory=dict)

    @property
    def partial(self) -> bool:
        """Whether some of the suite's tasks are missing."""
        return bool(self.left_out)


def make_plan(source: ModelSource, suite: Suite, options: Options, tasks: Mapping[str, Any], left_out: Mapping[str, str],
              data_hashes: Mapping[str, str], engine_version: str,
              task_specs: Mapping[str, str] | None = None, surveys: Mapping[str, Survey] | None = None) -> Plan:  # fmt: skip
    """Plan a run of ``suite`` on ``source`` over the lm-eval tasks that could be resolved.

    Raises:
        BadInput: no task is left, or ``--strict`` and one is left out.
    """
    if left_out and options.strict:
        raise BadInput(
            f"{len(left_out)} tasks of {suite.name} cannot be run, and --strict asks for all:", _reasons(left_out)
        )
    if not tasks:
        raise BadInput(f"No task of {suite.name} can be run:", _reasons(left_out))
    planned, chosen = [], {}
    for name, task in tasks.items():
        available = len(task.eval_docs)
        items = min(available, items_of(options.limit, available) or options.sample or available)
        if options.sample is not None:
            chosen[name] = tuple(sorted(random.Random(f"{SEED}:{name}").sample(range(available), items)))
        entry = suite.task(name)
        shots = int(task.config.num_fewshot or 0)
        planned.append(
            TaskPlan(name, entry.group, entry.kind, str(task.VERSION), shots, items, available, data_hashes.get(name))
        )
    decides = {
        "model": source.revision,
        "tokenizer": source.tokenizer_hash,
        "suite": to_dict(suite),
        "tasks": [(p.task, p.version, p.num_fewshot, p.items, p.data_hash) for p in planned],
        "engine": [options.engine, engine_version, version("lm_eval"), version("transformers"), version("torch")],
        "dtype": options.dtype,
        "device": options.device.split(":")[0],
        "deterministic": options.deterministic,
        "limit": options.limit,
        "sample": options.sample,
        "precision": options.precision,
        "chat_template": options.chat_template,
        "trust_remote_code": options.trust_remote_code,
        "seed": SEED,
    }
    if options.chat_template:
        decides |= {"chat_template_day": DAY.isoformat()}
    specs = {name: spec for name, spec in (task_specs or {}).items() if name in tasks}
    if specs:  # plans without own tasks keep the hashes they had
        decides |= {"task_spec": specs, "trust_task_code": options.trust_task_code}
    digest = hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()
    return Plan(
        source,
        suite,
        options,
        tuple(planned),
        dict(left_out),
        chosen if options.sample is not None else None,
        digest,
        specs,
        dict(surveys or {}),
    )


def without(plan: Plan, left_out: Mapping[str, str]) -> Plan:
    """The plan less the tasks that this model cannot hold (task → reason); its hash, made of the inputs, stays.

    Raises:
        BadInput: no task is left, or ``--strict`` and one is left out.
    """
    if not left_out:
        return plan
    reasons = [f"{task}: {reason}" for task, reason in left_out.items()]
    suite, model = plan.suite.name, plan.source.name
    if plan.options.strict:
        raise BadInput(f"{len(left_out)} tasks of {suite} do not fit {model}, and --strict asks for all:", reasons)
    tasks = tuple(t for t in plan.tasks if t.task not in left_out)
    if not tasks:
        raise BadInput(f"No task of {suite} fits {model}:", reasons)
    return dataclasses.replace(plan, tasks=tasks, left_out={**plan.left_out, **left_out})


def run_id(plan: Plan, sealed: datetime) -> str:
    """``YYYYMMDDTHHMMSSZ-<model slug>-<suite>-<8 hex of the plan's hash>``."""
    slug = re.sub(r"[^A-Za-z0-9.]+", "-", plan.source.name).strip("-.")[-60:] or "model"
    return f"{sealed:%Y%m%dT%H%M%SZ}-{slug}-{plan.suite.name}-{plan.hash[:8]}"


def sealing_time(runs: Path, plan: Plan, now: datetime) -> datetime:
    """The second in which a run is sealed: ``now``, but later than every run of this very plan under ``runs``.

    Clocks go back, and two runs may end in one second: run ids stay unique, and ``--again`` makes the newest run.
    """
    earlier = [now.replace(microsecond=0)]
    for folder in visible(runs):
        if folder.name.endswith(f"-{plan.hash[:8]}"):
            with suppress(ValueError):
                sealed = datetime.strptime(folder.name.split("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
                earlier.append(sealed + timedelta(seconds=1))
    return max(earlier)


def find_sealed(runs: Path, plan_hash: str) -> Path | None:
    """The newest sealed run of this very plan whose manifest is the one that was sealed, or None."""
    for folder in reversed(run_folder.sealed(runs)):
        if folder.name.endswith(f"-{plan_hash[:8]}"):
            try:
                manifest = run_folder.read_manifest(folder)
                hashes = run_folder.refuse_changed_manifest(manifest, folder / "manifest.json")
            except BadInput:
                continue  # damaged: publishing names it, and this plan is run again
            if not hashes:
                continue  # of an earlier version: whether it was changed nobody can tell
            if isinstance(manifest.get("plan"), dict) and manifest["plan"].get("hash") == plan_hash:
                return folder
    return None


def _reasons(left_out: Mapping[str, str]) -> list[str]:
    rows = [f"{task}: {reason}" for task, reason in left_out.items()]
    return rows if len(rows) <= 12 else [*rows[:12], f"… and {len(rows) - 12} more"]
