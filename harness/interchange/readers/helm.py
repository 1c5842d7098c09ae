"""HELM: run folders (``run_spec.json`` with statistics a run and an instance) and group tables.

A run's task is its name without the model. The test split is filter ``none``, another split is a filter of its name;
perturbed figures are left out and named. Trials of one instance are one item, their values averaged.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, item_errors
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import MAX_SAMPLE_TEXT, Draft, Sample, Score, Task, item_hash, model_name, moment
from harness.interchange.foreign.spreads import no_score
from harness.interchange.imported_run import Entry, Refused, Unit

RUN = "helm"
TABLE = "helm-table"
_FILES = ("run_spec.json", "stats.json", "per_instance_stats.json", "scenario_state.json", "scenario.json")
# Files beside the runs of a release that hold no scores.
_RELEASE_FILES = frozenset(
    ("schema.json", "groups.json", "groups_metadata.json", "run_specs.json", "runs.json", "summary.json",
     "runs_to_run_suites.json", "costs.json")
)  # fmt: skip
# What HELM counts beside quality: tokens, time, cost, requests.
_NOT_SCORES = re.compile(
    r"^(num_|training_|inference_|finish_reason|batch_size|prompt_truncated|max_prob|predicted_index|"
    r"estimated_num_tokens|request_|logprob_sum|none$|completion_)|_cost$|_runtime|_tokens$"
)
# Columns of its tables that count items and tokens or measure time.
_TABLE_COUNTS = re.compile(r"^#|^truncated$|\b(time|runtime)\b.*\(s\)|\bCO2\b|^(Params|Tokens|Data)$", re.IGNORECASE)
# Of a column's title, where the figure is over perturbed items.
_PERTURBED = re.compile(r"\((robustness|fairness|robust|fair|worst)\)", re.IGNORECASE)
_METHOD = re.compile(r",?model(_deployment)?=[^,]*")


def is_run(folder: Path, names: set[str]) -> bool:
    """A HELM run folder."""
    return "run_spec.json" in names and bool(names & {"stats.json", "per_instance_stats.json"})


def is_table(document: Any) -> bool:
    """A HELM group table: titled tables with a header and rows, in a list or one alone."""
    tables = document if isinstance(document, list) else [document] if "title" in mapping(document) else []
    return bool(tables) and all(
        isinstance(t, dict) and isinstance(t.get("rows"), list) and _is_of_models(sequence(t.get("header")))
        for t in tables
    )


def _is_of_models(header: list[Any]) -> bool:
    """Whether a table's rows are models; in HELM's overviews (``groups.json``) they are groups of scenarios."""
    return bool(header) and (text(mapping(header[0]).get("value"), 40) or "").lower().startswith("model")


def copy_of(file: Path, document: Any, root: Path) -> str | None:
    """Why a table is a copy of one that is read already; none for any other document.

    HELM writes each table of ``groups/<group>.json`` again as ``groups/json/<group>_<table>.json``.
    """
    groups = file.parent.parent
    if file.parent.name != "json" or not isinstance(document, dict) or not groups.is_relative_to(root):
        return None
    for original in sorted(groups.glob("*.json")):
        if not file.stem.startswith(f"{original.stem}_") or original.is_symlink() or not original.is_file():
            continue
        try:
            tables = sequence(bounded.read_json(original))
        except BadInput:
            continue
        if any(_shown(table) == _shown(document) for table in map(mapping, tables)):
            return f"is a copy of a table in {groups.name}/{original.name}, which is read"
    return None


def _shown(table: dict[str, Any]) -> list[Any]:
    """What a table shows, without what HELM notes beside it."""
    rows = [table.get("header"), *sequence(table.get("rows"))]
    return [table.get("title"), *([mapping(cell).get("value") for cell in sequence(row)] for row in rows)]


def read_run(unit: Unit) -> Iterator[Entry]:
    """The run of a folder."""
    files = {name: unit.path / name for name in _FILES if (unit.path / name).is_file()}
    digest = hashlib.sha256("".join(bounded.digest_file(f) for f in files.values()).encode()).hexdigest()
    spec = bounded.read_json_object(files["run_spec.json"])
    adapter = mapping(spec.get("adapter_spec"))
    name = text(spec.get("name"), 300) or unit.path.name
    task = text(_METHOD.sub("", name), 160) or "unnamed"
    draft = Draft(RUN, digest, _model(adapter, name), "helm")
    draft.file = unit.label
    size = whole(adapter.get("max_eval_instances"), 10**9)
    version = f"max_eval_instances={size}" if size is not None else None  # HELM's fixed sample is part of the task
    group = next((text(g, 80) for g in sequence(spec.get("groups")) if text(g)), None)
    draft.tasks[task] = Task(task, group, version, whole(adapter.get("max_train_instances")), _output_type(adapter))
    draft.extra = {
        "adapter_spec": adapter,
        "metric_specs": spec.get("metric_specs"),
        "scenario": spec.get("scenario_spec"),
    }
    states = _states(draft, files.get("scenario_state.json"))
    if "stats.json" in files:
        draft.scores = _scores(draft, task, bounded.read_json(files["stats.json"]))
    if "per_instance_stats.json" in files:
        _items(draft, task, bounded.read_json(files["per_instance_stats.json"]), states)
        item_errors.add(draft)
    yield draft.finish()


def _model(adapter: dict[str, Any], name: str) -> str:
    for key in ("model", "model_deployment"):
        if text(adapter.get(key)):
            return model_name(adapter[key])
    if match := re.search(r"model=([^,]+)", name):
        return model_name(match.group(1).replace("_", "/", 1))
    raise BadInput("names no model (run_spec.json has no adapter_spec.model)")


def _output_type(adapter: dict[str, Any]) -> str | None:
    method = text(adapter.get("method")) or ""
    if method.startswith(("multiple_choice", "ranking")):
        return "multiple_choice"
    return (
        "loglikelihood_rolling"
        if method == "language_modeling"
        else "generate_until"
        if method == "generation"
        else None
    )


def _scores(draft: Draft, task: str, stats: Any) -> list[Score]:
    """Rows of the run's statistics, over all its trials; what was perturbed is left out and named."""
    rows: list[Score] = []
    perturbed: set[str] = set()
    for stat in sequence(stats):
        key = _named(stat)
        if key is None or _is_no_score(key[0]):
            continue
        if perturbation := _perturbation(stat):
            perturbed.add(perturbation)
            continue
        rows.append(Score(task, *key, number(mapping(stat).get("mean"))))
    if perturbed:
        draft.note(
            "perturbed-left-out", f"Scores on perturbed items are left out: {', '.join(sorted(perturbed))[:200]}."
        )
    return sorted(rows, key=lambda s: (s.filter != "none", s.filter, s.metric))


def _is_no_score(metric: str) -> bool:
    return _NOT_SCORES.search(metric) is not None or no_score(metric)


def _named(stat: Any) -> tuple[str, str] | None:
    """Metric and filter of a statistic; none where it is unnamed."""
    name = mapping(mapping(stat).get("name"))
    metric = (text(name.get("name"), 120) or "").replace(",", ";")
    if not metric:
        return None
    parts = [text(name.get("split"), 40) or "test", text(name.get("sub_split"), 40)]
    split = "/".join(p for p in parts if p)
    return metric, "none" if split == "test" else split


def _perturbation(stat: Any) -> str | None:
    """The name of what was done to the items behind a statistic; none where nothing was."""
    value = mapping(mapping(stat).get("name")).get("perturbation")
    if not value:
        return None
    return text(mapping(value).get("name") if isinstance(value, dict) else value, 60) or "perturbed"


def _items(draft: Draft, task: str, instances: Any, states: dict[str, dict[str, Any]]) -> None:
    """One item an instance and statistic: the mean of its trials, as HELM's own scores are means of trials."""
    trials: dict[tuple[str, str, str], list[float | None]] = {}
    numbers: dict[str, int] = {}
    for entry in map(mapping, sequence(instances)):
        instance = text(entry.get("instance_id"), 100)
        if instance is None or entry.get("perturbation"):
            continue
        numbers.setdefault(instance, len(numbers))
        for stat in map(mapping, sequence(entry.get("stats"))):
            key = _named(stat)
            if key is None or _is_no_score(key[0]) or _perturbation(stat) or stat.get("mean") is None:
                continue
            trials.setdefault((instance, *key), []).append(number(stat["mean"]))
    lost = 0
    for (instance, metric, split), values in trials.items():
        state = states.get(instance, {})
        known = [v for v in values if v is not None]
        lost += len(known) < len(values)
        draft.samples.append(
            Sample(
                task,
                numbers[instance],
                state.get("hash") or item_hash("helm", task, instance),
                metric,
                math.fsum(known) / len(known) if len(known) == len(values) else None,
                split,
                state.get("prompt"),
                state.get("target"),
                state.get("response"),
            )
        )
    if lost:
        draft.partial = True
        draft.note(
            "unscored-samples", f"{task}: {lost:,} values of instances are no finite numbers; they count as unknown."
        )


def _states(draft: Draft, file: Path | None) -> dict[str, dict[str, Any]]:
    """Prompt, target, answer and hash of each instance, where the requests were kept and are not too large."""
    if file is None:
        return {}
    try:
        requests = sequence(bounded.read_json_object(file).get("request_states"))
    except BadInput as problem:
        draft.note("requests-unread", f"scenario_state.json {problem}; prompts and answers are unknown.")
        return {}
    states: dict[str, dict[str, Any]] = {}
    latest = None
    for request in map(mapping, requests):
        instance, result = mapping(request.get("instance")), mapping(request.get("result"))
        if instance.get("perturbation"):
            continue
        references = [mapping(r) for r in sequence(instance.get("references"))]
        question = text(mapping(instance.get("input")).get("text"), MAX_SAMPLE_TEXT) or ""
        outputs = [text(mapping(r.get("output")).get("text"), MAX_SAMPLE_TEXT) or "" for r in references]
        right = [o for o, r in zip(outputs, references, strict=True) if "correct" in sequence(r.get("tags"))]
        completion = mapping(next(iter(sequence(result.get("completions"))), None))
        when = number(result.get("request_datetime"))
        latest = max(when, latest or 0.0) if when is not None else latest
        states.setdefault(
            text(instance.get("id"), 100) or "",
            {
                "prompt": text(mapping(request.get("request")).get("prompt"), MAX_SAMPLE_TEXT),
                "target": " | ".join(right) or None,
                "response": text(completion.get("text"), MAX_SAMPLE_TEXT),
                "hash": item_hash("helm", question, *outputs) if question else None,
            },
        )
    draft.date = moment(latest)
    return states


def read_table(unit: Unit) -> Iterator[Entry]:
    """One run without items for each model of a group table."""
    digest = bounded.digest_file(unit.files[0])
    document = unit.document if unit.document is not None else bounded.read_json(unit.files[0])
    models: dict[str, list[tuple[str, Score]]] = {}
    for table in [document] if isinstance(document, dict) else document:
        header = [mapping(cell) for cell in sequence(table.get("header"))]
        title = text(table.get("title"), 60) or "untitled"
        for row in sequence(table.get("rows")):
            cells = [mapping(cell) for cell in sequence(row)]
            if len(cells) != len(header) or not cells:
                yield Refused(unit.label, f"table {title!r} has a row that does not fit its header")
                continue
            models.setdefault(_row_model(cells[0]), []).extend(
                (title, score) for score in _cells(header[1:], cells[1:])
            )
    if not models:
        raise BadInput("is a HELM table without rows")
    for model, scores in models.items():
        draft = Draft(TABLE, hashlib.sha256(f"{digest}{model}".encode()).hexdigest(), model, "helm", one_of_many=True)
        draft.file = unit.label
        draft.scores = _distinct(scores)
        draft.note("rounded", "Scores of a summary table, averaged by HELM over the runs of a group.")
        try:
            yield draft.finish()
        except BadInput as problem:
            yield Refused(f"{unit.label} ({model})", str(problem))


def _distinct(scores: list[tuple[str, Score]]) -> list[Score]:
    """Each score once; of several tables' values under the same name each stands under its table's title as filter."""
    values: dict[tuple[str, str, str], list[tuple[str, Score]]] = {}
    for title, score in scores:
        same = values.setdefault((score.task, score.metric, score.filter), [])
        if not any(score.score == other.score for _, other in same):
            same.append((title, score))
    rows: list[Score] = []
    for (*_, label), several in values.items():
        titles = {title for title, _ in several}
        apart = len(titles) == len(several) > 1
        rows += [
            replace(s, filter=title if label == "none" else f"{title}/{label}") if apart else s for title, s in several
        ]
    return rows


def _row_model(cell: dict[str, Any]) -> str:
    names = {m.group(1) for n in sequence(cell.get("run_spec_names")) if (m := re.search(r"model=([^,]+)", str(n)))}
    if len(names) == 1:
        return model_name(names.pop().replace("_", "/", 1))
    return model_name(cell.get("value"))


def _cells(header: list[dict[str, Any]], cells: list[dict[str, Any]]) -> Iterator[Score]:
    for head, cell in zip(header, cells, strict=True):
        score = number(cell.get("value")) if not isinstance(cell.get("value"), str) else None
        title = text(head.get("value"), 120)
        if score is None or title is None:
            continue
        metadata = mapping(head.get("metadata"))
        group, _, last = title.rpartition(" - ")
        metric = (text(metadata.get("metric"), 120) or last).replace(",", ";")
        if _TABLE_COUNTS.search(metric):
            continue
        task = text(metadata.get("run_group"), 160) or group or title
        lower = head.get("lower_is_better")
        done = text(metadata.get("perturbation"), 60) or next(iter(_PERTURBED.findall(title)), None)
        named = done.lower() if done else "none"
        yield Score(task, metric, named, score, higher_is_better=not lower if isinstance(lower, bool) else None)


def without_scores(name: str, document: Any) -> str | None:
    """Why a file of a HELM release holds nothing to import; none where it is no such file."""
    return "describes a HELM release and holds no scores" if name in _RELEASE_FILES and not is_table(document) else None
