"""What a task file may hold as data: keys, templates, metrics, filters and few-shot settings that run no code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits import yaml_lines
from harness.suites.own import templates

METRICS = frozenset(
    [
        "acc",
        "acc_all",
        "acc_bytes",
        "acc_mutual_info",
        "acc_norm",
        "bits_per_byte",
        "bleu",
        "brier_score",
        "byte_perplexity",
        "chrf",
        "chrf++",
        "exact_match",
        "f1",
        "likelihood",
        "mcc",
        "perplexity",
        "ter",
        "word_perplexity",
    ]
)
"""lm-eval's own metrics; for any other name it would load and run code of the hub's."""
AGGREGATIONS = frozenset(
    [
        "bits_per_byte",
        "bleu",
        "brier_score",
        "chrf",
        "chrf++",
        "f1",
        "matthews_corrcoef",
        "mean",
        "median",
        "nanmean",
        "perplexity",
        "ter",
        "weighted_perplexity",
    ]
)
FILTERS = frozenset(
    [
        "format_span",
        "lowercase",
        "majority_vote",
        "map",
        "multi_choice_regex",
        "regex",
        "regex_pos",
        "remove_whitespace",
        "take_first",
        "take_first_k",
        "uppercase",
    ]
)
_TEMPLATES = ("doc_to_text", "doc_to_target", "doc_to_choice", "description", "gen_prefix")
_PLAIN = (
    "task", "task_alias", "tag", "include", "training_split", "validation_split", "test_split", "fewshot_split",
    "target_delimiter", "fewshot_delimiter", "num_fewshot", "output_type", "generation_kwargs", "repeats",
    "should_decontaminate", "metadata",
)  # fmt: skip
_CHECKED = ("dataset_path", "dataset_kwargs", "metric_list", "filter_list", "fewshot_config")
_KEYS = (*_TEMPLATES, *_PLAIN, *_CHECKED)
_FEWSHOT = (
    "sampler",
    "samples",
    "split",
    "fewshot_delimiter",
    "target_delimiter",
    "doc_to_text",
    "doc_to_target",
    "doc_to_choice",
)


def refusals(config: Mapping[Any, Any]) -> Iterator[tuple[yaml_lines.Place, str]]:
    """Place and sentence of everything in a definition that is not data."""
    for key in config:
        if key not in _KEYS:
            yield (
                (str(key),),
                f"{str(key)[:40]!r} may not stand in a task file that is data; known are {', '.join(_KEYS)}.",
            )
    for key in _TEMPLATES:
        yield from _template(config.get(key), (key,))
    for key, kind in (("metric_list", list), ("filter_list", list), ("fewshot_config", dict)):
        if config.get(key) is not None and not isinstance(config[key], kind):
            yield (key,), f"{key} must be a {'list' if kind is list else 'mapping'}."
    for position, metric in enumerate(bounded.sequence(config.get("metric_list"))):
        yield from _metric(metric, ("metric_list", position))
    for position, chain in enumerate(bounded.sequence(config.get("filter_list"))):
        steps = chain.get("filter") if isinstance(chain, dict) else None
        for step in steps if isinstance(steps, list) else [None]:
            name = step.get("function") if isinstance(step, dict) else None
            if name not in FILTERS:
                yield (
                    ("filter_list", position),
                    f"the filter {str(name)[:40]!r} is none of {', '.join(sorted(FILTERS))}.",
                )
    fewshot = config.get("fewshot_config")
    for key, value in fewshot.items() if isinstance(fewshot, dict) else ():
        if key not in _FEWSHOT or (key == "sampler" and value not in ("default", "first_n")):
            yield (
                ("fewshot_config", str(key)),
                f"fewshot_config has {str(key)[:40]!r}: {str(value)[:40]!r}; known are {', '.join(_FEWSHOT)} (sampler default or first_n).",
            )
        elif key in _TEMPLATES:
            yield from _template(value, ("fewshot_config", key))


def _template(value: object, place: yaml_lines.Place) -> Iterator[tuple[yaml_lines.Place, str]]:
    parts: Iterable[object] = (
        value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
    )
    for text in parts:
        if isinstance(text, str):
            for _, sentence in templates.refusals(text):
                yield place, f"the template {sentence}."


def _metric(metric: object, place: yaml_lines.Place) -> Iterator[tuple[yaml_lines.Place, str]]:
    if not isinstance(metric, dict) or metric.get("metric") not in METRICS or "hf_evaluate" in metric:
        yield place, f"the metric is none of lm-eval's own: {', '.join(sorted(METRICS))}."
    elif metric.get("aggregation", "mean") not in AGGREGATIONS:
        yield place, f"the aggregation is none of {', '.join(sorted(AGGREGATIONS))}."
