"""HELM's run folders: ``run_spec.json`` with statistics a run and an instance.

A run's task is its name without the model. The test split is filter ``none``, another split is a filter of its name;
perturbed figures are left out and named. Trials of one instance are one item, their values averaged.
"""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded, item_errors
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import Draft, Score, Task
from harness.interchange.foreign.names_and_dates import item_hash, model_name, moment
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample
from harness.interchange.foreign.spreads import no_score
from harness.interchange.imported_run import Entry, Unit

RUN = "helm"
_FILES = ("run_spec.json", "stats.json", "per_instance_stats.json", "scenario_state.json", "scenario.json")
# What HELM counts beside quality: tokens, time, cost, requests.
_NOT_SCORES = re.compile(
    r"^(num_|training_|inference_|finish_reason|batch_size|prompt_truncated|max_prob|predicted_index|"
    r"estimated_num_tokens|request_|logprob_sum|none$|completion_)|_cost$|_runtime|_tokens$"
)
_METHOD = re.compile(r",?model(_deployment)?=[^,]*")


def is_run(folder: Path, names: set[str]) -> bool:
    """A HELM run folder."""
    return "run_spec.json" in names and bool(names & {"stats.json", "per_instance_stats.json"})


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
