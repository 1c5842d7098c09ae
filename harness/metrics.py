"""The metrics of tasks: unit, range, direction and how items make the score, one row a metric.

A metric that has no row has no known direction (``higher_is_better`` is None) and no known range: its scores are
kept and shown, but nothing is ranked by them. ``docs/formats.md`` shows this list.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias

Role: TypeAlias = Literal["mean", "exp", "rolling", "classes", "answers", "corpus"]
ROLES: dict[Role, str] = {
    "mean": "weighted mean of item values",
    "exp": "exp(−mean) of item values",
    "rolling": "from summed log-likelihoods and lengths of texts (log-likelihood and length an item)",
    "classes": "from counts of right and predicted classes, after the run",
    "answers": "mean of item values, computed from generated answers after the run",
    "corpus": "over all items at once; an item's value may be a pair that does not average",
}


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: ``low`` and ``high`` bound its scores, in ``unit``; ``kind`` is the kind of the tasks that have it as headline.

    A ``proportion`` is a mean of zeros and ones, so that its interval is Wilson's; a mean of values between 0 and 1
    is bounded but no proportion.
    """

    name: str
    unit: str
    low: float
    high: float
    higher_is_better: bool | None
    proportion: bool = False
    role: Role = "mean"
    kind: str | None = None


def _proportions(kind: str | None, *names: str) -> tuple[Metric, ...]:
    return tuple(Metric(name, "share", 0.0, 1.0, True, True, kind=kind) for name in names)


def _shares(kind: str | None, *names: str, role: Role = "mean") -> tuple[Metric, ...]:
    return tuple(Metric(name, "share", 0.0, 1.0, True, role=role, kind=kind) for name in names)


def _percents(*names: str, role: Role) -> tuple[Metric, ...]:
    return tuple(Metric(name, "percent", 0.0, 100.0, True, role=role) for name in names)


def _perplexity(name: str, role: Role) -> Metric:
    return Metric(name, "perplexity", 1.0, math.inf, False, role=role, kind="perplexity")


METRICS: dict[str, Metric] = {
    m.name: m
    for m in (
        *_proportions("classification", "acc", "acc_norm", "acc_bytes", "acc_mutual_info", "accuracy"),
        *_proportions("classification", "mc1", "multiple_choice_grade"),
        *_proportions("qa", "exact_match", "em", "quasi_exact_match"),
        *_proportions(None, "EM", "prefix_exact_match", "quasi_prefix_exact_match", "exact_str_match", "bbq_accuracy"),
        *_proportions(
            None, "exact_match@5", "quasi_exact_match@5", "prefix_exact_match@5", "quasi_prefix_exact_match@5"
        ),
        *_proportions(None, "prompt_level_strict", "prompt_level_loose", "pass@1", "acc_pass@1"),
        *_proportions(None, "prompt_level_strict_acc", "prompt_level_loose_acc"),
        *_shares(None, "inst_level_strict", "inst_level_loose", "inst_level_strict_acc", "inst_level_loose_acc"),
        *_shares("classification", "mc2"),
        *_shares(None, "macro_f1", "precision", "recall", role="classes"),
        *_shares(None, "token_f1", "char_f1", role="answers"),
        *_shares("qa", "f1", role="corpus"),
        *_shares(None, "rouge1", "rougeL", "bleu-4"),
        Metric("exact", "percent", 0.0, 100.0, True, kind="qa"),
        *_percents("HasAns_exact", "HasAns_f1", "NoAns_exact", "NoAns_f1", "best_exact", "best_f1", role="mean"),
        *_percents("bleu", "chrf", role="corpus"),
        Metric("mcc", "correlation", -1.0, 1.0, True, role="corpus", kind="classification"),
        Metric("ter", "percent", 0.0, math.inf, False, role="corpus"),
        Metric("brier_score", "squared error", 0.0, 2.0, False, role="corpus"),
        Metric("logprob", "nats", -math.inf, 0.0, True),
        Metric("logprob_per_byte", "nats per byte", -math.inf, 0.0, True),
        Metric("likelihood_difference", "nats", 0.0, math.inf, False),
        Metric("likelihood_diff", "nats", 0.0, math.inf, False),
        Metric("pct_stereotype", "share", 0.0, 1.0, False, True),
        Metric("hallucination_rate", "share", 0.0, 1.0, False, True),
        Metric("bbq_metric_ambiguous_bias", "share", -1.0, 1.0, False),
        Metric("bbq_metric_disambiguated_bias", "share", -1.0, 1.0, False),
        Metric("bits_per_byte", "bits per byte", 0.0, math.inf, False, role="rolling", kind="perplexity"),
        _perplexity("byte_perplexity", "rolling"),
        _perplexity("word_perplexity", "rolling"),
        _perplexity("perplexity", "exp"),
        _perplexity("ppl", "exp"),
    )
}


def metric(name: str) -> Metric:
    """The row of a metric; one that is not listed has no bounds and no known direction."""
    return METRICS.get(name, Metric(name, "", -math.inf, math.inf, None))


def names(role: Role) -> tuple[str, ...]:
    """Names of the metrics whose items make the score in this way, in the order of the list."""
    return tuple(m.name for m in METRICS.values() if m.role == role)
