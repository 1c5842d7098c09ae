"""Generation arguments of a task that no engine can carry out: nothing to generate, sampling without a temperature."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lm_eval.api.task import Task

LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
"""lm-eval's names for the most tokens to generate; the first that is given counts."""


def generation_problem(task: Task) -> str | None:
    """The first generation argument of a task that cannot be carried out, in a sentence; None where there is none."""
    arguments = getattr(task.config, "generation_kwargs", None)
    if task.OUTPUT_TYPE != "generate_until" or not isinstance(arguments, Mapping):
        return None
    wrong = _length(arguments) or _sampling(arguments)
    return f"{task.config.task}: generation_kwargs.{wrong} Correct the task file." if wrong else None


def _length(arguments: Mapping[str, Any]) -> str | None:
    for name in LENGTHS:
        if arguments.get(name) is None:
            continue
        number = _number(arguments[name])
        if number is None or number < 1 or not number.is_integer():
            return f"{name} is {arguments[name]!r}: a task that generates asks for 1 token or more, as a whole number."
        return None
    return None


def _sampling(arguments: Mapping[str, Any]) -> str | None:
    several = arguments.get("num_return_sequences")
    if several not in (None, 1):
        return f"num_return_sequences is {several!r}: one answer is kept; say repeats: {several} in its place."
    temperature = _number(arguments.get("temperature", 0.0))
    if temperature is None or temperature < 0:
        return f"temperature is {arguments['temperature']!r}: give 0 (greedy) or a number above it."
    if arguments.get("do_sample") and temperature == 0:
        given = "is 0" if "temperature" in arguments else "is not given"
        return f"temperature {given} and do_sample is true: give a temperature above 0, or do_sample: false."
    return None


def _number(value: object) -> float | None:
    """A finite number that lm-eval would read there; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
