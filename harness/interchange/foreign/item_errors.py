"""Standard errors out of the items, for the scores of a tool that writes none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from harness.interchange.foreign import task_scores
from harness.interchange.foreign.draft import ROUNDING, Draft, Score
from harness.interchange.foreign.sample_list import Sample
from harness.metrics import metric


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
    """Standard error of a weighted mean of items (a ratio; of plain items the usual one); none where an item has no value.

    Source: Cochran (1977), Sampling Techniques, sec. 6.3, as ``analysis.statistics.uncertainty.ratio_estimate``.
    """
    values, weights = [s.value for s in items if s.value is not None], [s.weight for s in items]
    if score.score is None or len(values) < max(2, len(items)) or metric(score.metric).role == "exp":
        return None
    mean = task_scores.aggregate(score.metric, values, weights)
    if mean is None or abs(mean - score.score) > ROUNDING * max(1.0, abs(score.score)):
        return None
    residuals = math.fsum((w * (v - mean)) ** 2 for v, w in zip(values, weights, strict=True))
    return math.sqrt(len(values) / (len(values) - 1) * residuals) / math.fsum(weights)
