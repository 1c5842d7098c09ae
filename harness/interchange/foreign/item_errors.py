"""Standard errors out of the items, for the scores of a tool that writes none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from harness.interchange.foreign import task_scores
from harness.interchange.foreign.draft import ROUNDING, Draft, Sample, Score


def add(draft: Draft) -> None:
    """Give each score without a standard error that of its items' mean, where the score is that mean."""
    items: dict[tuple[str, str, str], list[Sample]] = {}
    for sample in draft.samples:
        items.setdefault((sample.task, sample.metric, sample.filter), []).append(sample)
    draft.scores = [
        replace(s, stderr=_error(s, items.get((s.task, s.metric, s.filter), ()))) if s.stderr is None else s
        for s in draft.scores
    ]


def _error(score: Score, items: Sequence[Sample]) -> float | None:
    """Error of a plain mean; items of one weight, whatever it is, count alike. None where an item has no value."""
    values = [s.value for s in items if s.value is not None]
    if score.score is None or len(values) < len(items) or len({s.weight for s in items}) != 1:
        return None
    weights = [1.0] * len(values)
    mean = task_scores.aggregate(score.metric, values, weights)
    if mean is None or abs(mean - score.score) > ROUNDING * max(1.0, abs(score.score)):
        return None
    return task_scores.standard_error(score.metric, values, weights)
