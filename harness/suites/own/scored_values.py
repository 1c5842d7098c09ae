"""Metrics, aggregations and filters of a task file, as far as lm-eval can compute them of the task's output type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from harness.interchange.foreign.bounded import sequence
from harness.interchange.foreign.limits import yaml_lines
from harness.suites.own import value_kinds
from harness.suites.own.value_kinds import ANYTHING, FLAG, MAPPING, REGEX, REGEXES, TEXT, Kind, whole

_NUMBERS = ("mean", "median", "nanmean", "perplexity")
_PAIRS = ("f1", "matthews_corrcoef")
_TEXTS = ("bleu", "chrf", "chrf++", "ter")
_ROLLING = ("weighted_perplexity", "bits_per_byte")
AGGREGATIONS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "multiple_choice": {
        **dict.fromkeys(("acc", "acc_norm", "acc_bytes", "acc_mutual_info", "exact_match"), _NUMBERS),
        **dict.fromkeys(("f1", "mcc"), _PAIRS),
        "brier_score": ("brier_score",),
    },
    "loglikelihood": dict.fromkeys(("acc", "perplexity"), _NUMBERS),
    "loglikelihood_rolling": dict.fromkeys(("word_perplexity", "byte_perplexity", "bits_per_byte"), _ROLLING),
    "generate_until": {
        "exact_match": _NUMBERS,
        **dict.fromkeys(("bleu", "chrf", "chrf++", "ter"), _TEXTS),
        "mcc": ("matthews_corrcoef",),
    },
}
"""Aggregations that can be made of an item's value, by output type and metric (lm-eval 0.4.13, ``process_results``).

A metric that is not listed lm-eval leaves out for that output type without a word, or fails on.
"""
_EXACT_MATCH: Mapping[str, Kind] = {
    "regexes_to_ignore": REGEXES,
    "ignore_case": FLAG,
    "ignore_punctuation": FLAG,
    "ignore_numbers": FLAG,
}
_OF_METRICS = ("metric", "aggregation", "higher_is_better")
_OF_REGEX: Mapping[str, Kind] = {"regex_pattern": REGEX, "group_select": whole(-1000, 1000)}
FILTERS: Mapping[str, Mapping[str, Kind]] = {
    **{name: {} for name in ("format_span", "lowercase", "majority_vote", "remove_whitespace", "take_first", "uppercase")},
    "map": {"mapping_dict": MAPPING, "default_value": ANYTHING},
    "regex": {**_OF_REGEX, "fallback": TEXT},
    "regex_pos": {**_OF_REGEX, "fallback": ANYTHING},
    "multi_choice_regex": {
        **_OF_REGEX, "fallback": TEXT, "ignore_case": FLAG, "ignore_punctuation": FLAG, "regexes_to_ignore": REGEXES,
    },
    "take_first_k": {"k": whole(1, 10**6)},
}  # fmt: skip
"""Settings of each filter by name."""


def refusals(config: Mapping[Any, Any], output: str) -> Iterator[tuple[yaml_lines.Place, str]]:
    """Place and sentence of every metric and filter that cannot be computed of a task of this output type."""
    metrics = config.get("metric_list")
    if metrics == []:
        yield ("metric_list",), "metric_list is empty; name at least one metric, or leave it out for lm-eval's own."
    for position, metric in enumerate(sequence(metrics)):
        if isinstance(metric, dict):
            for sentence in _of_metric(metric, output):
                yield ("metric_list", position), sentence
    for name in _twice(m.get("metric") for m in sequence(metrics) if isinstance(m, dict)):
        yield ("metric_list",), f"the metric {name} is listed more than once; lm-eval keeps one of them."
    chains = [chain for chain in sequence(config.get("filter_list")) if isinstance(chain, dict)]
    if config.get("filter_list") == []:
        yield ("filter_list",), "filter_list is empty; name at least one filter, or leave it out."
    for position, chain in enumerate(chains):
        for sentence in _of_chain(chain, output, config.get("repeats") or 1):
            yield ("filter_list", position), sentence
    for name in _twice(chain.get("name") for chain in chains):
        yield ("filter_list",), f"two filters are named {name}; give each a name of its own."


def _of_metric(metric: Mapping[Any, Any], output: str) -> Iterator[str]:
    name, known = metric.get("metric"), AGGREGATIONS[output]
    if not isinstance(name, str):
        return  # data_only says so
    if name not in known:
        yield f"lm-eval computes no {name} of a task of the output type {output}; it computes {', '.join(known)}."
    elif metric.get("aggregation") is not None and metric["aggregation"] not in known[name]:
        yield (
            f"the aggregation {value_kinds.shown(metric['aggregation'])} cannot be made of {name}; "
            f"it may be {', '.join(known[name])}."
        )
    better = metric.get("higher_is_better")
    if better is not None and (sentence := value_kinds.wrong(f"higher_is_better of {name}", better, FLAG)):
        yield sentence
    if name == "exact_match":
        yield from _settings(name, metric, _EXACT_MATCH, besides=_OF_METRICS)


def _of_chain(chain: Mapping[Any, Any], output: str, repeats: object) -> Iterator[str]:
    if sentence := value_kinds.wrong("the name of a filter", chain.get("name"), value_kinds.FILLED):
        yield sentence
    steps = [step for step in sequence(chain.get("filter")) if isinstance(step, dict)]
    names = [step.get("function") for step in steps]
    if not steps:
        yield "the filter has no steps; give filter: a list of mappings with function."
    if output != "generate_until" and names != ["take_first"]:
        yield f"a task of the output type {output} has no texts to filter; its only filter is take_first, once."
    for step in steps:
        known = FILTERS.get(str(step.get("function")))
        if known is None:
            continue  # data_only says so
        yield from _settings(str(step["function"]), step, known, besides=("function",))
        if step["function"] == "take_first_k" and type(repeats) is int:
            yield from _drawn(step.get("k"), repeats)


def _drawn(k: object, repeats: int) -> Iterator[str]:
    if k is None:
        yield "k of take_first_k is missing: how many of an item's answers are taken."
    elif type(k) is int and k > repeats:
        yield f"take_first_k takes {k} answers where each item has {repeats}; set repeats to at least {k}."


def _settings(
    name: str, values: Mapping[Any, Any], known: Mapping[str, Kind], besides: tuple[str, ...]
) -> Iterator[str]:
    for key, value in values.items():
        if key in known:
            if sentence := value_kinds.wrong(f"{key} of {name}", value, known[key]):
                yield sentence
        elif key not in besides:
            yield value_kinds.unknown(name, key, known)


def _twice(names: Iterator[object]) -> list[str]:
    return [name for name, times in Counter(n for n in names if isinstance(n, str)).items() if times > 1]
