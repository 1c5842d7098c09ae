"""Scores that a task computes: metrics and filters, known before a model is loaded.

lm-eval aggregates what a task's items gave; a metric or filter that they do not give is no error there, the score is absent.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.suites import columns
from harness.suites.extra_metrics import EXTRA_METRICS
from harness.suites.model import SuiteTask

if TYPE_CHECKING:
    from lm_eval.api.task import Task

TEXT_BITS = "text_bits_per_byte"
"""Metric that a run adds to lm-eval's where the bytes of a rolling text are counted."""
BYTE_METRICS = ("bits_per_byte", "byte_perplexity")
"""lm-eval's metrics that count the bytes of a rolling text."""


@dataclass(frozen=True, slots=True)
class Computed:
    """Names of the metrics that a task computes, each under every one of its filters."""

    metrics: tuple[str, ...]
    filters: tuple[str, ...]


def computed(task: Task) -> Computed:
    """What a task computes: what its first item gives with empty answers; of a task with code of its own, also what it declares.

    Functions of a task's own may give other metrics for other items, lm-eval's may not: of what ``metric_list`` names, its
    multiple choice drops what it does not know.
    """
    declared = tuple(task.aggregation())
    given = columns.dry_run(task)
    own = callable(getattr(task.config, "process_results", None)) or not hasattr(task, "_metric_fn_list")
    metrics = tuple(dict.fromkeys([*given, *(declared if own else ())])) if given is not None else declared
    if task.OUTPUT_TYPE == "loglikelihood_rolling" and set(metrics) & set(BYTE_METRICS):
        metrics = (TEXT_BITS, *metrics)
    return Computed(metrics, tuple(str(f.name) for f in getattr(task, "_filters", ())) or ("none",))


def headline_problem(task: Task, entry: SuiteTask) -> str | None:
    """A headline of the suite that the task does not compute, in a sentence; None where it does."""
    scores = computed(task)
    made_of = "classes" if task.OUTPUT_TYPE == "multiple_choice" else "answers"
    metrics = tuple(dict.fromkeys([*scores.metrics, *(m for m in entry.extra_metrics if EXTRA_METRICS[m] == made_of)]))
    wrong = []
    if entry.metric not in metrics:
        wrong.append(f"the metric {entry.metric!r}, and the task computes {', '.join(metrics) or 'none'}")
    if entry.filter not in scores.filters:
        wrong.append(f"the filter {entry.filter!r}, and the task has {', '.join(map(repr, scores.filters))}")
    if not wrong:
        return None
    return f"{entry.task}: the suite's headline has {'; and '.join(wrong)}. Correct the suite file or the task."
