"""A task's score out of its items' values: mean, standard error, headline metric and kind of task."""

from __future__ import annotations

import math
from collections.abc import Sequence

from harness.metrics import metric

# The headline is the first of these that a task has, else its first metric.
HEADLINES = (
    "acc", "exact_match", "accuracy", "quasi_exact_match", "em", "acc_norm", "text_bits_per_byte", "bits_per_byte", "f1",
    "choice",
)  # fmt: skip


# How tools spell a score that they could not compute, beside NaN and Infinity themselves.
_NO_NUMBER = frozenset({"n/a", "nan", "inf", "-inf", "+inf", "infinity", "-infinity", "none", "null"})


def states_none(value: object) -> bool:
    """Whether a value that is no finite number stands where one would: NaN, Infinity, null, beyond a float, also as text."""
    return isinstance(value, (int, float)) or str(value).strip().lower() in _NO_NUMBER


def aggregate(name: str, values: Sequence[float], weights: Sequence[float]) -> float | None:
    """The score that item values make."""
    try:
        total = math.fsum(weights)
        mean = math.fsum(v * w for v, w in zip(values, weights, strict=True)) / total
        result = math.exp(-mean) if metric(name).role == "exp" else mean
    except (OverflowError, ZeroDivisionError, ValueError):  # no items, or values beyond what a float holds
        return None
    return result if math.isfinite(result) else None


def standard_error(name: str, values: Sequence[float], weights: Sequence[float]) -> float | None:
    """Standard error of a plain mean of at least two items; none for exp(−mean) and for weighted means."""
    n = len(values)
    if n < 2 or metric(name).role == "exp" or any(w != 1.0 for w in weights):
        return None
    try:
        mean = math.fsum(values) / n
        return math.sqrt(math.fsum((v - mean) ** 2 for v in values) / (n - 1) / n)
    except OverflowError:
        return None


def headline(metrics: Sequence[str]) -> str:
    """The metric that stands for a task."""
    return next((name for name in HEADLINES if name in metrics), metrics[0])


def kind(metrics: Sequence[str], output_type: str | None = None) -> str:
    """``perplexity``, ``classification`` or ``qa``: from lm-eval's output type, else from the metrics."""
    if output_type == "multiple_choice":
        return "classification"
    if output_type == "loglikelihood_rolling":
        return "perplexity"
    if output_type == "generate_until" or output_type == "greedy_until":
        return "qa"
    return metric(headline(metrics)).kind or ("classification" if output_type == "loglikelihood" else "qa")
