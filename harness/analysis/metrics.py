"""What each metric is: its unit, its range and its direction, declared once.

A *proportion* is a mean of zeros and ones, so that its interval can be Wilson's. A *mean* of values
between 0 and 1 is bounded but no proportion. A metric that is not listed is taken as unbounded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """One metric: ``low`` and ``high`` bound its values (in ``unit``)."""

    name: str
    unit: str
    proportion: bool
    low: float
    high: float
    higher_is_better: bool


def _proportion(name: str) -> Metric:
    return Metric(name, "share", True, 0.0, 1.0, True)


def _bounded(name: str) -> Metric:
    return Metric(name, "share", False, 0.0, 1.0, True)


def _loss(name: str, unit: str, low: float) -> Metric:
    return Metric(name, unit, False, low, math.inf, False)


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        _proportion("acc"),
        _proportion("acc_norm"),
        _proportion("acc_bytes"),
        _proportion("exact_match"),
        _proportion("exact"),
        _proportion("em"),
        _bounded("f1"),
        _bounded("macro_f1"),
        _bounded("precision"),
        _bounded("recall"),
        _bounded("rouge1"),
        _bounded("rougeL"),
        _loss("bits_per_byte", "bits per byte", 0.0),
        _loss("byte_perplexity", "perplexity", 1.0),
        _loss("word_perplexity", "perplexity", 1.0),
        _loss("perplexity", "perplexity", 1.0),
    )
}


def metric(name: str) -> Metric:
    """The declaration of a metric; one that is not listed has no bounds and grows with quality."""
    return METRICS.get(name, Metric(name, "", False, -math.inf, math.inf, True))
