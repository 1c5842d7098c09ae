"""Draft of an imported run: the fields that a reader fills, and the manifest, results and samples made of them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import doubles, task_scores
from harness.interchange.foreign.limits import listed, scale
from harness.interchange.foreign.names_and_dates import slug
from harness.interchange.foreign.owners import Owner, owner
from harness.interchange.foreign.privacy import extras
from harness.interchange.foreign.sample_list import RunSamples, SampleList
from harness.interchange.imported_run import ImportedRun
from harness.metrics import is_spread, metric
from harness.scrub import strings
from harness.store.run_folder import FORMAT, RESULTS

# Number formats as other tools spell them, and as this harness does.
DTYPES = {"bfloat16": "bf16", "float16": "fp16", "half": "fp16", "float32": "fp32", "float": "fp32"}
ZERO_DATE = "00000000T000000Z"
# A score and the mean of its items may differ by this much: what four printed digits leave open.
ROUNDING = 5.1e-5


@dataclass(frozen=True, slots=True)
class Score:
    """One row of results."""

    task: str
    metric: str
    filter: str = "none"
    score: float | None = None
    stderr: float | None = None
    n: int | None = None
    higher_is_better: bool | None = None

    @property
    def name(self) -> tuple[str, str, str]:
        """Task, metric and filter."""
        return self.task, self.metric, self.filter


@dataclass(frozen=True, slots=True)
class Task:
    """What a file says of a task."""

    task: str
    group: str | None = None
    version: str | None = None
    num_fewshot: int | None = None
    output_type: str | None = None
    data_hash: str | None = None
    chance: float | None = None
    licence: str | None = None


@dataclass
class Draft:
    """What a reader has gathered of one run. ``digest`` is the SHA-256 of the content that it was read from."""

    format: str
    digest: str
    model: str
    tool: str
    tool_version: str | None = None
    backend: str | None = None
    revision: str | None = None
    params: int | None = None
    architecture: str | None = None
    dtype: str | None = None
    # How the weights were quantised for the run (`4-bit`, `Q4_K_M`), and the model below an adapter.
    quantisation: str | None = None
    base: str | None = None
    # The catalog's model and vendor where a reader knows them; else those of the model's whole name.
    owner: Owner | None = None
    device: str | None = None
    date: datetime | None = None
    # Whether the date is the run's; else it is that of the record, and only orders it.
    date_of_run: bool = True
    limit: float | None = None
    seed: int | None = None
    chat_template: bool | None = None
    chat_template_hash: str | None = None
    # What else was asked of every task otherwise than usual (a system prompt, sampling): another suite version.
    conditions: dict[str, str] = field(default_factory=dict)
    git_commit: str | None = None
    wall_s: float | None = None
    prompt_tokens: int | None = None
    generated_tokens: int | None = None
    partial: bool = False
    valid: bool = True
    # The verdict is that of a run that was exported, whole as it stands.
    judged: bool = False
    one_of_many: bool = False
    file: str | None = None
    source: dict[str, Any] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    scores: list[Score] = field(default_factory=list)
    samples: SampleList = field(default_factory=SampleList)
    # Public names of the items by their number, of a run with one task; empty where only hashes are kept.
    item_names: list[str] = field(default_factory=list)
    left_out: list[dict[str, str]] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    # Scores that are unknown since the file's figure is beyond the scale of its metric.
    of_scale_unknown: frozenset[tuple[str, str, str]] = frozenset()
    extra: dict[str, Any] = field(default_factory=dict)

    def note(self, code: str, message: str) -> None:
        """Add a sentence to the verdict, once."""
        if code not in (known for known, _ in self.notes):
            self.notes.append((code, message))

    def task(self, name: str) -> Task:
        """What is known of a task, be it only its name."""
        return self.tasks.get(name, Task(name))

    def finish(self) -> ImportedRun:
        """The run as manifest, results and samples.

        Raises:
            BadInput: the file holds neither scores nor items, or none that is told from another.
        """
        self._leave_out_doubles()
        self._leave_out_of_scale()
        self.scores = _complete(self)
        if not self.scores:
            raise BadInput("holds no scores and no items")
        self._judge()
        tasks = _task_rows(self)
        run_id = _run_id(self)
        results = _results(self, run_id, {row["task"]: row["kind"] for row in tasks})
        return ImportedRun(
            strings(self._manifest(run_id, tasks)), results, RunSamples(run_id, self.samples), self.one_of_many
        )

    def _leave_out_doubles(self) -> None:
        """Leave out scores, and their items, of which the file has several values that nothing tells apart."""
        known = {score.name for score in self.scores if score.score is not None}
        self.scores = [s for s in self.scores if s.score is not None or s.name not in known]
        reasons = doubles.several_values((s.name, s.score) for s in self.scores)
        for (task, *_), reason in reasons.items():
            self.left_out.append({"task": task, "reason": reason})
            self.note("several-values", f"Left out of {task}: {reason}.")
        self.scores = [s for s in self.scores if s.name not in reasons]
        if reasons:
            self.samples = SampleList(s for s in self.samples if s.name not in reasons)
        if reasons and not self.scores and not self.samples:
            raise BadInput(f"has no score that is told from another: {next(iter(reasons.values()))}")

    def _leave_out_of_scale(self) -> None:
        """Turn scores beyond their metric's range into unknown ones; their items, and items beyond it, are left out."""
        scores = scale.beyond((s.name, s.score) for s in self.scores)
        items = scale.beyond_items(self.samples.values())
        figures = {**items, **scores}
        if not figures:
            return
        self.samples = scale.without(self.samples, figures)
        self.scores = [replace(s, score=None, stderr=None) if s.name in scores else s for s in self.scores]
        known = {s.name for s in self.scores}
        self.scores += [Score(*name) for name in items if name not in known]
        self.of_scale_unknown = frozenset(scores) | (frozenset(items) - known)
        self.note("scale-unknown", scale.sentence(figures))

    def _judge(self) -> None:
        """The verdict's sentences on what an imported run leaves unknown."""
        if self.judged:
            return
        names = {score.task for score in self.scores} - {task.group for task in self.tasks.values()}
        if not self.tool_version:
            self.note("version-unknown", f"The file does not say which version of {self.tool} wrote it.")
        if any(self.task(name).num_fewshot is None for name in names):
            self.note("shots-unknown", "The number of examples in the prompt is not known for every task.")
        if not self.revision:
            self.note("revision-unknown", "The revision of the model's weights is not known.")
        if not self.samples:
            self.note("no-items", "Scores only: no item outcomes, so no paired comparison, and no prompt hash.")
        elif all(b.column("prompt").null_count == len(b) for b in self.samples.batches(["prompt"])):
            self.note("prompts-unknown", "Item outcomes without their prompts: the prompt hash is not known.")
        undirected = {score.metric for score in self.scores if score.higher_is_better is None}
        if unknown := sorted(name for name in undirected if metric(name).higher_is_better is None):
            self.note(
                "direction-unknown",
                f"Neither the file nor the list of metrics says which way is better: {', '.join(unknown)[:300]}. "
                "Nothing is ranked by these.",
            )
        missing = (s for s in self.scores if s.score is None and s.name not in self.of_scale_unknown)
        unknown = sorted({f"{s.task}: {s.metric}" for s in missing})
        if unknown and "not-scored" not in (code for code, _ in self.notes):
            self.note(
                "not-a-number",
                f"No finite score in the file: {', '.join(unknown)[:300]}. Kept as unknown, never replaced by the mean of "
                "the items that have a value.",
            )
        if self.conditions:
            shown = ", ".join(f"{name} {value}" for name, value in sorted(self.conditions.items()))
            self.note("conditions", f"Every task was asked under a condition of its own: {shown[:300]}.")
        if self.limit:
            self.partial = True
            self.note("limited", f"Only a part of each task's items was scored (limit {self.limit:,}).")

    def _manifest(self, run_id: str, tasks: list[dict[str, Any]]) -> dict[str, Any]:
        catalog_owner = self.owner or owner(self.model)
        when = self.date.strftime("%Y-%m-%dT%H:%M:%SZ") if self.date else None
        suite = {
            "name": self.format,
            "version": _suite_version(
                tasks, {**self.conditions, **({"chat template": "yes"} if self.chat_template else {})}
            ),
            "title_en": f"Imported from {self.tool}",
            "title_zh": f"自 {self.tool} 导入",
            "tasks": tasks,
        }
        return {
            "format": FORMAT,
            "run_id": run_id,
            "origin": "imported",
            "model": {
                "id": self.model,
                "model_id": catalog_owner.model_id,
                "vendor_id": catalog_owner.vendor_id,
                "revision": self.revision,
                "params": self.params,
                "architecture": self.architecture,
                "tokenizer_hash": None,
                "chat_template": self.chat_template_hash,
                **({"quantisation": self.quantisation} if self.quantisation else {}),
                **({"base": self.base} if self.base else {}),
            },
            "suite": suite,
            "tasks": tasks,
            "left_out": self.left_out,
            "plan": {
                "hash": self.digest,
                "requests": None,
                "batches": None,
                "limit": self.limit,
                "sample": None,
                "seed": self.seed,
                "prompts": self.samples.prompt_hashes(),
                **({"conditions": self.conditions} if self.conditions else {}),
            },
            "engine": {
                "name": "imported",
                "version": self.tool_version,
                "settings": {"tool": self.tool, "backend": self.backend},
            },
            "dtype": self.dtype,
            "device": self.device,
            "perf": {
                "complete": False,
                "wall_s": self.wall_s,
                "load_s": None,
                "prompt_tokens": self.prompt_tokens,
                "generated_tokens": self.generated_tokens,
                "tokens_per_s": None,
                "peak_memory_bytes": None,
                "mean_power_w": None,
                "energy_j": None,
            },
            "hardware": {},
            "versions": {self.tool: self.tool_version} if self.tool_version else {},
            "git_commit": self.git_commit,
            "command": None,
            "started": when if self.date_of_run else None,
            "sealed": when,
            "partial": self.partial,
            "valid": self.valid,
            "verdict": [{"code": code, "message": message} for code, message in self.notes],
            "chat_template": self.chat_template,
            "source": {
                "format": self.format,
                "tool": self.tool,
                "file": self.file,
                "content_sha256": self.digest,
                **self.source,
            },
            **({"item_names": self.item_names} if self.item_names else {}),
            "extra": extras(self.extra),
        }


def _run_id(draft: Draft) -> str:
    when = draft.date.strftime("%Y%m%dT%H%M%SZ") if draft.date else ZERO_DATE
    return f"{when}-{slug(draft.model)}-{slug(draft.format)}-{draft.digest[:8]}"


def _complete(draft: Draft) -> list[Score]:
    """The file's scores, completed: n, and scores that the file has no row for, from the items; the direction from the list.

    A score that the file states as no finite number stays unknown, with all its items counted; so does one that only
    items make where not each of them has a finite value. Where a file has both, its scores are compared with those of
    its items. Spreads (``acc_std``) are no scores.
    """
    scores = {s.name: s for s in draft.scores}
    missing: list[str] = []
    for key, (count, values, weights) in draft.samples.values().items():
        stated = scores.get(key)
        if stated is None and len(values) == count:
            error = task_scores.standard_error(key[1], values, weights)
            scores[key] = Score(*key, task_scores.aggregate(key[1], values, weights), error, count)
            continue
        if stated is None or stated.score is None:
            scores[key] = replace(stated or Score(*key), n=count if stated is None or stated.n is None else stated.n)
            continue
        if stated.n is None:
            scores[key] = replace(stated, n=len(values))
        elif stated.n != count:
            missing.append(f"{key[0]} {count:,} of {stated.n:,}")
        computed = task_scores.aggregate(key[1], values, weights)
        if computed is not None and abs(computed - stated.score) > ROUNDING * max(1.0, abs(stated.score)):
            draft.note(
                "items-differ",
                f"{key[0]}: the items give {key[1]} = {computed:.4f}, the file says {stated.score:.4f}.",
            )
    if missing:
        shown = ", ".join(dict.fromkeys(missing))[:300]
        draft.note(
            "item-count-differs", f"The number of items in the file is not the one that its scores are over: {shown}."
        )
    rows = [score for score in scores.values() if not is_spread(score.metric)]
    if against := sorted({s.metric for s in rows if listed.contradicts(s.metric, s.higher_is_better)}):
        draft.note("direction-differs", listed.direction_sentence(against))
    if errors := listed.impossible((s.task, s.metric, s.stderr) for s in rows):
        draft.note(
            "error-beyond-scale", f"Not possible as standard errors, kept as unknown: {', '.join(errors)[:300]}."
        )
    return [
        replace(
            s,
            higher_is_better=listed.direction(s.metric, s.higher_is_better, told=draft.judged),
            stderr=listed.error(s.metric, s.score, s.stderr),
        )
        for s in rows
    ]


def _task_rows(draft: Draft) -> list[dict[str, Any]]:
    rows = []
    by_task: dict[str, list[Score]] = {score.task: [] for score in draft.scores}
    for score in draft.scores:
        by_task[score.task].append(score)
    for name, scores in by_task.items():
        task = draft.task(name)
        head = task_scores.headline([s.metric for s in scores])
        first = next(s for s in scores if s.metric == head)
        rows.append(
            {
                "task": name,
                "group": task.group,
                "kind": task_scores.kind([s.metric for s in scores], task.output_type),
                "metric": head,
                "filter": first.filter,
                "higher_is_better": first.higher_is_better,
                "version": task.version,
                "num_fewshot": task.num_fewshot,
                "items": max((s.n for s in scores if s.n is not None), default=None),
                "data_hash": task.data_hash,
                "chance": task.chance,
                "licence": task.licence,
                "redistribute": False,
            }
        )
    return rows


def _suite_version(tasks: list[dict[str, Any]], conditions: dict[str, str]) -> str:
    """The same tasks, versions, shots, headlines and conditions have the same version of the imported suite."""
    settings = sorted([t["task"], t["version"], t["num_fewshot"], t["metric"], t["filter"]] for t in tasks)
    settings += [sorted(conditions.items())] if conditions else []
    return hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:8]


def _results(draft: Draft, run_id: str, kinds: dict[str, str]) -> Any:
    import pyarrow as pa

    scores = draft.scores
    tasks = [draft.task(s.task) for s in scores]
    columns = {
        "run_id": [run_id] * len(scores),
        "task": [s.task for s in scores],
        "kind": [kinds[s.task] for s in scores],
        "metric": [s.metric for s in scores],
        "filter": [s.filter for s in scores],
        "score": [s.score for s in scores],
        "stderr": [s.stderr for s in scores],
        "n": [s.n for s in scores],
        "higher_is_better": [s.higher_is_better for s in scores],
        "num_fewshot": [t.num_fewshot for t in tasks],
        "task_version": [t.version for t in tasks],
    }
    return pa.table(columns, schema=RESULTS)
