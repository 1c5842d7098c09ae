"""HELM: run folders (``run_spec.json`` with statistics a run and an instance) and group tables.

A run's task is its name without the model. HELM's splits and perturbations stay apart: the test
split is filter ``none``, another split is a filter of its name, perturbed figures are left out.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import MAX_SAMPLE_TEXT, Draft, Sample, Score, Task, item_hash, model_name, moment
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
_METHOD = re.compile(r",?model(_deployment)?=[^,]*")


def is_run(folder: Path, names: set[str]) -> bool:
    """A HELM run folder."""
    return "run_spec.json" in names and bool(names & {"stats.json", "per_instance_stats.json"})


def is_table(document: Any) -> bool:
    """A HELM group table: titled tables with a header and rows."""
    tables = document if isinstance(document, list) else []
    return bool(tables) and all(isinstance(t, dict) and {"header", "rows"} <= set(t) for t in tables)


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
        draft.scores = _scores(task, bounded.read_json(files["stats.json"]))
    if "per_instance_stats.json" in files:
        _items(draft, task, bounded.read_json(files["per_instance_stats.json"]), states)
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


def _scores(task: str, stats: Any) -> list[Score]:
    rows: dict[tuple[str, str], Score] = {}
    for stat in sequence(stats):
        key = _named(stat)
        if key is not None and _NOT_SCORES.search(key[0]) is None:
            rows.setdefault(key, Score(task, key[0], key[1], number(stat.get("mean"))))
    return sorted(rows.values(), key=lambda s: (s.filter != "none", s.filter, s.metric))


def _named(stat: Any) -> tuple[str, str] | None:
    """Metric and filter of a statistic; none where it is perturbed or unnamed."""
    name = mapping(mapping(stat).get("name"))
    metric = (text(name.get("name"), 120) or "").replace(",", ";")
    if not metric or name.get("perturbation"):
        return None
    parts = [text(name.get("split"), 40) or "test", text(name.get("sub_split"), 40)]
    split = "/".join(p for p in parts if p)
    return metric, "none" if split == "test" else split


def _items(draft: Draft, task: str, instances: Any, states: dict[str, dict[str, Any]]) -> None:
    for item, entry in enumerate(sequence(instances)):
        instance = text(mapping(entry).get("instance_id"), 100)
        if instance is None or mapping(entry).get("perturbation"):
            continue
        state = states.get(instance, {})
        for stat in sequence(entry.get("stats")):
            key = _named(stat)
            value = number(mapping(stat).get("mean"))
            if key is None or value is None or _NOT_SCORES.search(key[0]):
                continue
            draft.samples.append(
                Sample(
                    task,
                    item,
                    state.get("hash") or item_hash("helm", task, instance),
                    key[0],
                    value,
                    key[1],
                    state.get("prompt"),
                    state.get("target"),
                    state.get("response"),
                )
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
    models: dict[str, list[Score]] = {}
    for table in document:
        header = [mapping(cell) for cell in sequence(table.get("header"))]
        for row in sequence(table.get("rows")):
            cells = [mapping(cell) for cell in sequence(row)]
            if len(cells) != len(header) or not cells:
                yield Refused(unit.label, f"table {text(table.get('title'))!r} has a row that does not fit its header")
                continue
            models.setdefault(_row_model(cells[0]), []).extend(_cells(header[1:], cells[1:]))
    if not models:
        raise BadInput("is a HELM table without rows")
    for model, scores in models.items():
        draft = Draft(TABLE, hashlib.sha256(f"{digest}{model}".encode()).hexdigest(), model, "helm", one_of_many=True)
        draft.file = unit.label
        draft.scores = scores
        draft.note("rounded", "Scores of a summary table, averaged by HELM over the runs of a group.")
        try:
            yield draft.finish()
        except BadInput as problem:
            yield Refused(f"{unit.label} ({model})", str(problem))


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
        task = text(metadata.get("run_group"), 160) or group or title
        lower = head.get("lower_is_better")
        yield Score(task, metric, "none", score, higher_is_better=not lower if isinstance(lower, bool) else None)


def without_scores(name: str, document: Any) -> str | None:
    """Why a file of a HELM release holds nothing to import; none where it is no such file."""
    return "describes a HELM release and holds no scores" if name in _RELEASE_FILES and not is_table(document) else None
