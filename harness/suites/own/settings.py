"""Settings of a task file whose values lm-eval would only trip over later, many of them after everything was scored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from harness.interchange.foreign.limits import yaml_lines
from harness.suites.own import scored_values, value_kinds
from harness.suites.own.value_kinds import Kind, number, whole

OUTPUT_TYPES = ("multiple_choice", "generate_until", "loglikelihood", "loglikelihood_rolling")
MAX_REPEATS = 1000
"""Draws of one item; published evaluations draw 64 to 256."""
MAX_GENERATED = 1_000_000
"""Tokens of one answer; the longest context of a published model has about as many."""

_TEXT, _SPLIT = value_kinds.TEXT, value_kinds.FILLED
PLAIN: Mapping[str, Kind] = {
    "doc_to_text": _TEXT,
    "doc_to_target": value_kinds.TARGET,
    "doc_to_choice": value_kinds.CHOICES,
    "description": _TEXT,
    "gen_prefix": _TEXT,
    "target_delimiter": _TEXT,
    "fewshot_delimiter": _TEXT,
    "training_split": _SPLIT,
    "validation_split": _SPLIT,
    "test_split": _SPLIT,
    "fewshot_split": _SPLIT,
    "task_alias": _TEXT,
    "tag": value_kinds.TEXTS,
    "num_fewshot": whole(0, 10_000),
    "repeats": whole(1, MAX_REPEATS),
    "should_decontaminate": value_kinds.FLAG,
    "metadata": value_kinds.MAPPING,
    "generation_kwargs": value_kinds.MAPPING,
    "fewshot_config": value_kinds.MAPPING,
    "output_type": Kind(f"one of {', '.join(OUTPUT_TYPES)}", lambda v: v in OUTPUT_TYPES),
}
"""Settings of a task by key. A key without a value counts as absent, except those that no task can do without."""
FEWSHOT: Mapping[str, Kind] = {
    "samples": value_kinds.ROWS,
    "split": _SPLIT,
    "fewshot_delimiter": _TEXT,
    "target_delimiter": _TEXT,
    "doc_to_text": _TEXT,
    "doc_to_target": value_kinds.TARGET,
    "doc_to_choice": value_kinds.CHOICES,
}
_TOKENS = whole(1, MAX_GENERATED)
GENERATION: Mapping[str, Kind] = {
    "until": value_kinds.STOPS,
    **dict.fromkeys(("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens", "max_length"), _TOKENS),
    "do_sample": value_kinds.FLAG,
    "temperature": number(0, 100),
    "top_p": number(0, 1),
    "top_k": whole(0, MAX_GENERATED),
    "min_p": number(0, 1),
    "typical_p": number(0, 1),
    "repetition_penalty": number(0.001, 100),
    "length_penalty": number(-100, 100),
    "no_repeat_ngram_size": whole(0, MAX_GENERATED),
    "num_beams": whole(1, 1000),
    "early_stopping": value_kinds.FLAG,
}
"""Settings of generation: lm-eval's own, and those of transformers that change how one answer is found."""
NEEDED = {
    "multiple_choice": ("doc_to_text", "doc_to_target", "doc_to_choice"),
    "generate_until": ("doc_to_text", "doc_to_target"),
    "loglikelihood": ("doc_to_text", "doc_to_target"),
    "loglikelihood_rolling": ("doc_to_text", "doc_to_target"),
}
"""Settings without which lm-eval cannot build a task of an output type."""


def refusals(config: Mapping[Any, Any]) -> Iterator[tuple[yaml_lines.Place, str]]:
    """Place and sentence of every setting of a whole definition, includes laid under it, that no run can be made with."""
    yield from _of(config, PLAIN, ())
    output = config.get("output_type", "generate_until")
    if output not in OUTPUT_TYPES:
        return
    for key in NEEDED[output]:
        if config.get(key) is None:
            yield (key,), f"{key} is missing, and a task of the output type {output} needs it."
    yield from _splits(config)
    yield from _fewshot(config.get("fewshot_config"))
    yield from _generation(config.get("generation_kwargs"))
    yield from scored_values.refusals(config, output)


def _of(values: Mapping[Any, Any], kinds: Mapping[str, Kind], place: yaml_lines.Place) -> Iterator[tuple[Any, str]]:
    name = f" of {place[0]}" if place else ""
    for key, kind in kinds.items():
        value = values.get(key)
        if value is not None and (sentence := value_kinds.wrong(f"{key}{name}", value, kind)):
            yield (*place, key), sentence


def _splits(config: Mapping[Any, Any]) -> Iterator[tuple[yaml_lines.Place, str]]:
    """Splits that are named and have no file, and a task without one to score."""
    options = config.get("dataset_kwargs")
    files = options.get("data_files") if isinstance(options, dict) else None
    shots = config.get("fewshot_config")
    named: dict[yaml_lines.Place, object] = {
        (key,): config.get(key) for key in ("training_split", "validation_split", "test_split", "fewshot_split")
    }
    named[("fewshot_config", "split")] = shots.get("split") if isinstance(shots, dict) else None
    for place, split in named.items():
        if isinstance(split, str) and isinstance(files, dict) and split not in map(str, files):
            have = ", ".join(map(str, files))
            yield (
                place,
                f"{' of '.join(map(str, reversed(place)))} is {value_kinds.shown(split)}, and data_files has {have}.",
            )
    if config.get("test_split") is None and config.get("validation_split") is None:
        yield ("test_split",), "test_split is missing: the split that is scored."


def _fewshot(value: object) -> Iterator[tuple[yaml_lines.Place, str]]:
    if isinstance(value, dict):
        yield from _of(value, FEWSHOT, ("fewshot_config",))


def _generation(value: object) -> Iterator[tuple[yaml_lines.Place, str]]:
    if not isinstance(value, dict):
        return
    yield from _of(value, GENERATION, ("generation_kwargs",))
    for key in value:
        if key not in GENERATION:
            yield ("generation_kwargs", str(key)), value_kinds.unknown("generation_kwargs", key, GENERATION)
