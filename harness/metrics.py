"""The metrics of tasks: unit, range, direction and how items make the score, one row a metric.

A metric that has no row has no known direction (``higher_is_better`` is None) and no known range: its scores are
kept and shown, but nothing is ranked by them. ``docs/formats.md`` shows this list.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from functools import lru_cache
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
        *_proportions(None, "extractive_match", "prefix_quasi_exact_match", "relaxed_accuracy", "is_correct"),
        *_shares(None, "inst_level_strict", "inst_level_loose", "inst_level_strict_acc", "inst_level_loose_acc"),
        *_shares("classification", "mc2"),
        *_shares(None, "macro_f1", "precision", "recall", role="classes"),
        *_shares(None, "token_f1", "char_f1", role="answers"),
        *_shares("qa", "f1", role="corpus"),
        *_shares(None, "rouge1", "rouge2", "rougeL", "rougeLsum", "bleu-4"),
        Metric("exact", "percent", 0.0, 100.0, True, kind="qa"),
        *_proportions("qa", "resolved"),
        *_shares("qa", "item_score"),
        # what an item took: beside a task's headline, never it
        Metric("cost_usd", "USD", 0.0, math.inf, False),
        Metric("input_tokens", "tokens", 0.0, math.inf, False),
        Metric("output_tokens", "tokens", 0.0, math.inf, False),
        Metric("reasoning_tokens", "tokens", 0.0, math.inf, False),
        Metric("seconds", "seconds", 0.0, math.inf, False),
        Metric("tries", "tries", 0.0, math.inf, False),
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
        Metric("bbq_metric_unambiguous_bias", "share", -1.0, 1.0, False),
        Metric("text_bits_per_byte", "bits per byte", 0.0, math.inf, False, role="rolling", kind="perplexity"),
        Metric("bits_per_byte", "bits per byte", 0.0, math.inf, False, role="rolling", kind="perplexity"),
        _perplexity("byte_perplexity", "rolling"),
        _perplexity("word_perplexity", "rolling"),
        _perplexity("perplexity", "exp"),
        _perplexity("ppl", "exp"),
    )
}


@dataclass(frozen=True, slots=True)
class Family:
    """Metrics whose names follow one pattern and that share a row; ``row.name`` is an example of such a name."""

    pattern: str
    row: Metric


def _family(
    pattern: str, example: str, unit: str, low: float, high: float, better: bool, proportion: bool = False
) -> Family:
    return Family(pattern, Metric(example, unit, low, high, better, proportion))


# Matched against the whole name in lower case, without a trailing "(8 runs average)", in this order; METRICS come first.
# A name that only contains such a word (`accuracy_drop`, `loss_ratio`) is not in a family: its direction is not known.
FAMILIES: tuple[Family, ...] = (
    # calibration: gap between confidence and accuracy (Guo et al. 2017, arXiv 1706.04599), as HELM and others name it
    _family(r"(platt_|adaptive_|static_|max_|mean_)?(ece|mce|ace|calibration_error)(_\d+_bins?)?", "ece_10_bin", "share", 0, 1, False),
    _family(r"expected_calibration_error", "expected_calibration_error", "share", 0, 1, False),
    # Perspective API's toxicity (Gehman et al. 2020, arXiv 2009.11462)
    _family(
        r"(expected_|average_|avg_|mean_)?(max_|maximum_)?toxicity(_probability|_score|_rate|_frac)?|toxic(_frac|_fraction|_rate)",
        "expected_max_toxicity", "share", 0, 1, False,
    ),
    _family(r"bias_metric(:.*)?|stereotyp(e|ing|ical)(_score|_rate|_bias)?|bias_score", "bias_metric", "share", -math.inf, math.inf, False),
    _family(r"bbq_(metric_)?(un|dis)?ambig(uous|uated)?_bias(_score)?", "bbq_metric_ambig_bias", "share", -1, 1, False),
    _family(r"(hallucination|error|failure|refusal_error|false_positive|false_negative)_rate", "error_rate", "share", 0, 1, False),
    # errors and losses: a distance from what is right
    _family(
        r"(n|mean_|median_)?(mae|mse|rmse|nrmse|rmsle|msle|mape|smape|medae)|(root_)?(mean|median)_(absolute|squared)(_percentage)?_error",
        "mae", "error", 0, math.inf, False,
    ),
    _family(r"(avg_|mean_|micro_|macro_|corpus_)?(wer|cer|mer|ter)|(word|char|character|phone|phoneme)_error_rate", "wer", "error rate", 0, math.inf, False),
    _family(r"(\w+_)?(perplexity|ppl)", "token_perplexity", "perplexity", 1, math.inf, False),
    _family(r"(eval_|test_|val_|valid_|validation_)?loss|cross_entropy(_loss)?|nll(_loss)?|negative_log_likelihood|neg_log_likelihood", "loss", "nats", -math.inf, math.inf, False),
    _family(r"bits_per_(char|character|token|word)|bpb|bpc|bpt", "bits_per_char", "bits", 0, math.inf, False),
    _family(r"brier|brier_loss", "brier", "squared error", 0, 2, False),
    _family(r"(mean_|normali[sz]ed_)?(edit|levenshtein)_distance", "edit_distance", "edits", 0, math.inf, False),
    # right or wrong, item by item: other tools' names of accuracy
    _family(r"balanced_(acc|accuracy)", "balanced_accuracy", "share", 0, 1, True),
    _family(
        r"([a-z0-9-]+[_ -])*(acc|accuracy)|(acc|accuracy)_(norm|all|char|token|raw)|averageaccuracy|weightedaverageaccuracy",
        "mean_acc", "share", 0, 1, True, True,
    ),
    _family(r"(\w+_)?exact_match(@\d+)?|(exact|strict|flexible)[_ -]match|mean_em|p?q?em", "strict_match", "share", 0, 1, True, True),
    # k tries an item: pass@k (Chen et al. 2021, arXiv 2107.03374), G-Pass@k_t (Liu et al. 2024, arXiv 2412.13147), majority votes
    _family(r"(\w+_)?(m?g-)?(pass|cons|maj|avg|mean|acc|best|majority|average)@(\d+|k|n)([_:(].*)?", "pass@8", "share", 0, 1, True, True),
    _family(r"(naive|weighted)_average", "weighted_average", "share", 0, 1, True),
    # overlap with a reference, ranking of documents, agreement of two lists
    _family(r"(micro|macro|weighted|mean|token|sample|avg|average|classification_micro|classification_macro)_(f1|precision|recall)|f1_(macro|micro|weighted|score)|f1score", "micro_f1", "share", 0, 1, True),
    _family(r"(recall|precision|hits?|success)@\d+|(ndcg|mrr|map|rr)(@\d+)?", "recall@10", "share", 0, 1, True),
    _family(r"(roc_?|pr_?)?auc|auroc|auprc|average_precision", "auroc", "share", 0, 1, True),
    _family(r"pearson(r|_corr\w*)?|spearman(r|_corr\w*)?|kendall(_?tau)?|matthews_corr\w*|cohen_?kappa", "spearman", "correlation", -1, 1, True),
)  # fmt: skip


def metric(name: str) -> Metric:
    """The row of a metric: its own, else its family's; one that has neither has no bounds and no known direction."""
    return METRICS.get(name) or _of_family(name)


@lru_cache(maxsize=4096)
def _of_family(name: str) -> Metric:
    plain = re.sub(r"\s*\(\d+ runs? average\)$", "", name.strip().lower()[:200])
    if plain in METRICS:
        return replace(METRICS[plain], name=name)
    for family in FAMILIES:
        if re.fullmatch(family.pattern, plain):
            return replace(family.row, name=name)
    return Metric(name, "", -math.inf, math.inf, None)


# What rounding may add to a figure at the end of its range.
_ROUNDING = 1e-6


def within(name: str, score: float) -> bool:
    """Whether a score lies in the range of its metric: 71.2 is no accuracy, it is one in per cent."""
    row = metric(name)
    return row.low - _ROUNDING <= score <= row.high + _ROUNDING


def possible_error(name: str, error: float) -> bool:
    """Whether a standard error can be that of a score of this metric: at most half its range, not below zero."""
    row = metric(name)
    return 0 <= error <= (row.high - row.low) / 2 + _ROUNDING


# A spread beside a score, no score: `acc_stderr`, `exact_match_std_err`, `var`, `acc_ci_low`.
_SPREAD = re.compile(
    r"(?:.*[\s_.:/-])?(?:std_?err|std|std_?dev|stdev|std_?error|standard_(?:error|deviation)|var|variance|sem|"
    r"ci(?:_?9[05])?(?:_(?:low|high|lower|upper))?)(?:_(?:clt|bootstrap|clustered))?(?:[_\s]*\(.*\))?",
    re.I,
)


@lru_cache(maxsize=4096)
def is_spread(name: str) -> bool:
    """Whether a name is that of a standard error, standard deviation, variance or interval, which is no score."""
    return _SPREAD.fullmatch(name.strip()[:200]) is not None


def names(role: Role) -> tuple[str, ...]:
    """Names of the metrics whose items make the score in this way, in the order of the list."""
    return tuple(m.name for m in METRICS.values() if m.role == role)
