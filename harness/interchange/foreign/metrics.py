"""Metrics of other tools: which way is better, how items make the score, what kind of task uses them.

One list; a metric that is not in it counts as a mean where higher is better, as most are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Metric:
    """What is known of a metric by its name."""

    higher_is_better: bool = True
    # How item values (and weights) make the score: a weighted mean, or exp(−mean).
    aggregate: str = "mean"
    kind: str | None = None


_LOWER = Metric(higher_is_better=False)
_LOSS = Metric(higher_is_better=False, kind="perplexity")
_RIGHT = Metric(kind="classification")
_ANSWER = Metric(kind="qa")
METRICS: dict[str, Metric] = {
    "perplexity": Metric(False, "exp", "perplexity"),
    "ppl": Metric(False, "exp", "perplexity"),
    "word_perplexity": _LOSS,
    "byte_perplexity": _LOSS,
    "bits_per_byte": _LOSS,
    "logprob": Metric(kind=None),
    "likelihood_difference": _LOWER,
    "likelihood_diff": _LOWER,
    "pct_stereotype": _LOWER,
    "ter": _LOWER,
    "brier_score": _LOWER,
    "hallucination_rate": _LOWER,
    "bbq_metric_ambiguous_bias": _LOWER,
    "bbq_metric_disambiguated_bias": _LOWER,
    "acc": _RIGHT,
    "acc_norm": _RIGHT,
    "acc_bytes": _RIGHT,
    "acc_mutual_info": _RIGHT,
    "accuracy": _RIGHT,
    "mcc": _RIGHT,
    "mc1": _RIGHT,
    "mc2": _RIGHT,
    "multiple_choice_grade": _RIGHT,
    "exact_match": _ANSWER,
    "em": _ANSWER,
    "f1": _ANSWER,
    "exact": _ANSWER,
    "quasi_exact_match": _ANSWER,
}
# Corpus metrics whose item values are pairs that do not average to the score: not item outcomes.
CORPUS = {"word_perplexity", "byte_perplexity", "f1", "mcc", "bleu", "chrf", "ter", "brier_score"}
# The headline is the first of these that a task has, else its first metric.
HEADLINES = ("acc", "exact_match", "accuracy", "quasi_exact_match", "em", "acc_norm", "bits_per_byte", "f1", "choice")


def of(name: str) -> Metric:
    """What is known of a metric."""
    return METRICS.get(name, Metric())


def aggregate(name: str, values: Sequence[float], weights: Sequence[float]) -> float | None:
    """The score that item values make."""
    try:
        total = math.fsum(weights)
        mean = math.fsum(v * w for v, w in zip(values, weights, strict=True)) / total
        result = math.exp(-mean) if of(name).aggregate == "exp" else mean
    except (OverflowError, ZeroDivisionError, ValueError):  # no items, or values beyond what a float holds
        return None
    return result if math.isfinite(result) else None


def standard_error(name: str, values: Sequence[float], weights: Sequence[float]) -> float | None:
    """Standard error of a plain mean of at least two items; none for other aggregates."""
    n = len(values)
    if n < 2 or of(name).aggregate != "mean" or any(w != 1.0 for w in weights):
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
    return of(headline(metrics)).kind or ("classification" if output_type == "loglikelihood" else "qa")
