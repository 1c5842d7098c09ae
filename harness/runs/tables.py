"""The tables ``results`` and ``samples`` of a run folder, from lm-eval's results, with our own standard errors."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from harness.analysis.statistics.uncertainty import class_stderrs, mean_estimate, ratio_estimate
from harness.metrics import metric as metric_row
from harness.metrics import names
from harness.store.run_folder import RESULTS, SAMPLES
from harness.suites import extra_metrics
from harness.suites.model import SuiteTask

ROLLING = names("rolling")
BITS = tuple(m for m in ROLLING if metric_row(m).unit == "bits per byte")
BOOTSTRAP_SEED = 1234
_NUMBERS = ((0.0, 0.0, 1.0), (1.0, 1.0, 0.0, 1.0), (0.25, 0.5, 0.75, 0.0, 0.0))
"""Item values that tell a mean from a median, a maximum or the exponential of a mean."""


@dataclass(frozen=True)
class Score:
    """One row of results: a metric of a task under a filter."""

    metric: str
    filter: str
    score: float | None
    stderr: float | None
    n: int
    higher_is_better: bool | None


@dataclass(frozen=True)
class ItemValue:
    """Value and weight of one item (see docs/formats.md)."""

    value: float | None
    weight: float


def task_rows(
    run_id: str, entry: SuiteTask, task: Any, result: Mapping[str, Any], samples: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of results and of samples of one task."""
    flat = [row for sample in samples for row in _sample_rows(run_id, entry, task, sample)]
    scores = _lm_eval_scores(task, result, flat) + _class_scores(entry, flat) + _answer_scores(entry, flat)
    results = [
        {
            "run_id": run_id,
            "task": task.config.task,
            "kind": entry.kind,
            "metric": s.metric,
            "filter": s.filter,
            "score": s.score,
            "stderr": s.stderr,
            "n": s.n,
            "higher_is_better": s.higher_is_better,
            "num_fewshot": int(task.config.num_fewshot or 0),
            "task_version": str(task.VERSION),
        }
        for s in scores
    ]
    return results, flat


def headline_rows(entry: SuiteTask, task: Any, samples: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sample rows of the task's headline metric and filter: one an item."""
    rows = (row for sample in samples for row in _sample_rows("", entry, task, sample))
    return [r for r in rows if (r["metric"], r["filter"]) == (entry.metric, entry.filter)]


def to_tables(results: list[dict[str, Any]], samples: list[dict[str, Any]]) -> tuple[pa.Table, pa.Table]:
    """The rows as Arrow tables in the run folder's schemas."""
    return pa.Table.from_pylist(results, schema=RESULTS), pa.Table.from_pylist(samples, schema=SAMPLES)


def _lm_eval_scores(task: Any, result: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> list[Score]:
    """lm-eval's aggregates, unchanged, each with our standard error."""
    by_metric: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in rows:
        by_metric.setdefault((row["metric"], row["filter"]), []).append(row)
    directions, aggregations = task.higher_is_better(), task.aggregation()
    scores = []
    for key, value in result.items():
        metric, _, name = key.partition(",")
        if not name or metric.endswith("_stderr"):
            continue
        items = by_metric.get((metric, name), [])
        number = float(value) if isinstance(value, (int, float, np.number)) else None
        stderr = _stderr(metric, number, items, averages=averages(aggregations.get(metric)))
        better = directions.get(metric, metric_row(metric).higher_is_better)
        scores.append(Score(metric, name, number, stderr, _counted(metric, items), better))
    return scores


def averages(aggregation: Any) -> bool | None:
    """Whether an aggregation of lm-eval's or a task's is a plain mean, by what it makes of numbers; None where it takes none."""
    try:
        made = [float(aggregation(list(numbers))) for numbers in _NUMBERS]
    except Exception:  # one that takes pairs or texts, or none at all
        return None
    return all(math.isclose(m, math.fsum(x) / len(x)) for m, x in zip(made, _NUMBERS, strict=True))


def _counted(metric: str, items: Sequence[Mapping[str, Any]]) -> int:
    """Number of items that a score is made of: texts without a byte or word say nothing in a rolling metric."""
    return sum(1 for i in items if i["weight"] > 0) if metric in ROLLING else len(items)


def _stderr(
    metric: str, score: float | None, items: Sequence[Mapping[str, Any]], *, averages: bool | None = None
) -> float | None:
    """Closed form for means, delta method over documents for bits per byte and perplexities; else null.

    ``averages`` says whether the score is the mean of the items' values; where that is unknown the numbers tell.
    """
    if metric in ROLLING:
        items = [i for i in items if i["weight"] > 0]
    values = np.array([i["value"] if i["value"] is not None else math.nan for i in items], dtype=float)
    if score is None or len(values) < 2 or not np.isfinite(values).all():
        return None
    clusters = [i["cluster"] for i in items]
    groups = clusters if all(c is not None for c in clusters) else None
    if metric in ROLLING:
        weights = np.array([i["weight"] for i in items], dtype=float)
        logs = values if metric in BITS else np.log(values)
        stderr = ratio_estimate(logs, weights, clusters=groups).stderr
        return _finite(stderr if metric in BITS else score * stderr)
    mean = mean_estimate(values, clusters=groups)
    if averages is not False and math.isclose(mean.score, score, rel_tol=1e-6, abs_tol=1e-9):
        return _finite(mean.stderr)
    if metric == "perplexity" and math.isclose(math.exp(-mean.score), score, rel_tol=1e-6):
        return _finite(score * mean.stderr)
    return None


def _answer_scores(entry: SuiteTask, rows: Sequence[Mapping[str, Any]]) -> list[Score]:
    """Means of the per-item scores that the suite adds to generated answers, filter by filter."""
    scores = []
    for metric in (m for m in entry.extra_metrics if m in extra_metrics.ANSWER_METRICS):
        by_filter: dict[str, list[Mapping[str, Any]]] = {}
        for row in rows:
            if row["metric"] == metric:
                by_filter.setdefault(row["filter"], []).append(row)
        for name, items in by_filter.items():
            mean = float(np.mean([i["value"] for i in items]))
            better = metric_row(metric).higher_is_better
            scores.append(Score(metric, name, mean, _stderr(metric, mean, items), len(items), better))
    return scores


def _class_scores(entry: SuiteTask, rows: Sequence[Mapping[str, Any]]) -> list[Score]:
    """Macro-F1, precision and recall over the items' gold and predicted choices (classification)."""
    wanted = [m for m in entry.extra_metrics if m in names("classes")]
    if not wanted:
        return []
    first = rows[0]["metric"] if rows else None
    scored = [r for r in rows if r["metric"] == first and r["gold"] is not None and r["choice_loglikelihoods"]]
    if not scored:
        return []
    gold = [int(r["gold"]) for r in scored]
    predicted = extra_metrics.predictions([r["choice_loglikelihoods"] for r in scored])
    means = extra_metrics.class_scores(gold, predicted)
    stderrs = class_stderrs(gold, predicted, seed=BOOTSTRAP_SEED)
    return [
        Score(m, "none", getattr(means, m), stderrs[m], len(scored), metric_row(m).higher_is_better) for m in wanted
    ]


def _sample_rows(run_id: str, entry: SuiteTask, task: Any, sample: Mapping[str, Any]) -> list[dict[str, Any]]:
    logliks, choices = _choices(task, sample)
    gold = _gold(task, sample, len(choices)) if choices else None
    base = {
        "run_id": run_id,
        "task": task.config.task,
        "item": int(sample["doc_id"]),
        "doc_hash": sample["doc_hash"],
        "filter": sample["filter"],
        "prompt": _prompt(sample),
        "target": choices[gold] if choices and gold is not None else _text(sample["target"]),
        "response": _response(sample, logliks, choices),
        "cluster": _cluster(entry, sample),
        "choice_loglikelihoods": logliks or None,
        "gold": gold,
    }
    rows = []
    for metric in sample["metrics"]:
        item = _item_value(metric, sample[metric])
        rows.append({**base, "metric": metric.replace(",", "_"), "value": item.value, "weight": item.weight})
    for metric in (m for m in entry.extra_metrics if m in extra_metrics.ANSWER_METRICS):
        value = extra_metrics.ANSWER_METRICS[metric](str(base["response"]), _answers(sample["target"]))
        rows.append({**base, "metric": metric, "value": value, "weight": 1.0})
    return rows


def _answers(target: Any) -> list[str]:
    return [_text(t) for t in target] if isinstance(target, (list, tuple)) else [_text(target)]


def _item_value(metric: str, value: Any) -> ItemValue:
    if isinstance(value, (bool, np.bool_)):
        return ItemValue(float(value), 1.0)
    if isinstance(value, (int, float, np.number)):
        return ItemValue(float(value), 1.0)
    if metric in ROLLING and isinstance(value, (tuple, list)) and len(value) == 2:
        loglik, weight = float(value[0]), float(value[1])
        if weight <= 0:  # an empty text
            return ItemValue(None, 0.0)
        per_unit = -loglik / weight
        if metric in BITS:
            return ItemValue(per_unit / math.log(2), weight)
        return ItemValue(math.exp(per_unit) if per_unit < 700 else math.inf, weight)
    return ItemValue(None, 1.0)


def _choices(task: Any, sample: Mapping[str, Any]) -> tuple[list[float], list[str]]:
    """Log-likelihood and text of each choice of a multiple-choice item; empty for other tasks."""
    if task.OUTPUT_TYPE != "multiple_choice":
        return [], []
    arguments = sample["arguments"]
    count = len(arguments)
    if "acc_mutual_info" in sample["metrics"]:
        count //= 2
    responses = sample["filtered_resps"][:count]
    return [float(r[0]) for r in responses], [str(a[1]).strip() or str(a[1]) for a in arguments[:count]]


def _gold(task: Any, sample: Mapping[str, Any], choices: int) -> int | None:
    target = sample["target"]
    if isinstance(target, (list, tuple)):
        target = target[0] if target else None
    if isinstance(target, str):
        labels = [str(c) for c in task.doc_to_choice(sample["doc"])]
        target = labels.index(target) if target in labels else None
    if isinstance(target, (int, np.integer)) and 0 <= int(target) < choices:
        return int(target)
    return None


def _prompt(sample: Mapping[str, Any]) -> str:
    arguments = sample["arguments"]
    return _text(arguments[0][0]) if arguments and arguments[0] else ""


def _response(sample: Mapping[str, Any], logliks: Sequence[float], choices: Sequence[str]) -> str:
    if choices:
        return choices[max(range(len(logliks)), key=logliks.__getitem__)]
    responses = sample["filtered_resps"]
    first = responses[0] if responses else ""
    return _text(first[0] if isinstance(first, (list, tuple)) and first and isinstance(first[0], str) else first)


def _cluster(entry: SuiteTask, sample: Mapping[str, Any]) -> str | None:
    if not entry.cluster or entry.cluster not in sample["doc"]:
        return None
    return hashlib.sha256(_text(sample["doc"][entry.cluster]).encode()).hexdigest()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
