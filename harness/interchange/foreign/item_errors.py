"""Standard errors out of the items, for the scores of a tool that writes none."""

from __future__ import annotations

import math
from dataclasses import replace

from harness.interchange.foreign import task_scores
from harness.interchange.foreign.draft import ROUNDING, Draft, Score
from harness.metrics import metric


def add(draft: Draft) -> None:
    """Give each score without a standard error that of its items' mean, where the score is that mean."""
    items = draft.samples.values()
    nothing: tuple[int, list[float], list[float]] = (0, [], [])
    draft.scores = [
        replace(s, stderr=_error(s, *items.get(s.name, nothing))) if s.stderr is None else s for s in draft.scores
    ]


def _error(score: Score, count: int, values: list[float], weights: list[float]) -> float | None:
    """Standard error of a weighted mean of items (a ratio; of plain items the usual one); none where an item has no value.

    Source: Cochran (1977), Sampling Techniques, sec. 6.3, as ``analysis.statistics.uncertainty.ratio_estimate``.
    """
    if score.score is None or len(values) < max(2, count) or metric(score.metric).role == "exp":
        return None
    mean = task_scores.aggregate(score.metric, values, weights)
    if mean is None or abs(mean - score.score) > ROUNDING * max(1.0, abs(score.score)):
        return None
    residuals = math.fsum((w * (v - mean)) ** 2 for v, w in zip(values, weights, strict=True))
    return math.sqrt(len(values) / (len(values) - 1) * residuals) / math.fsum(weights)
