"""Settings of generated answers that no engine can obey: refused with the task's file before a model is loaded."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lm_eval.api.task import Task

MOST_DRAWS = 10_000
"""Draws of an item; pass@k is computed from some hundreds."""
MOST_TOKENS = 10**9
_LENGTHS = ("max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens")
_NUMBERS = ("temperature", "top_p", "top_k", "min_p", "typical_p", "repetition_penalty")


def problem(task: Task) -> str | None:
    """What is wrong with a task's draws and generation arguments, in words; None where nothing is."""
    repeats = task.config.repeats
    if not _whole(repeats, 1, MOST_DRAWS):
        return f"repeats is {repeats!r}; give a whole number of draws of each item, from 1 to {MOST_DRAWS:,}"
    if task.OUTPUT_TYPE != "generate_until":
        return None
    settings: dict[str, Any] = task.config.generation_kwargs or {}
    for name in _LENGTHS:
        if settings.get(name) is not None and not _whole(settings[name], 1, MOST_TOKENS):
            return f"generation_kwargs.{name} is {settings[name]!r}; give a whole number of tokens from 1 on"
    for name in _NUMBERS:
        value = settings.get(name)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not (number and math.isfinite(value) and value >= 0):
            return f"generation_kwargs.{name} is {value!r}; give a number from 0 on"
    return _sampling(settings)


def _sampling(settings: dict[str, Any]) -> str | None:
    several = settings.get("num_return_sequences")
    if several not in (None, 1):
        return f"generation_kwargs.num_return_sequences is {several!r}; one answer is kept: say repeats: {several} in its place"
    if settings.get("do_sample") and not settings.get("temperature"):
        given = "is 0" if settings.get("temperature") is not None else "is not given"
        return f"generation_kwargs.temperature {given} and do_sample is true; give a temperature above 0, or do_sample: false"
    return None


def _whole(value: object, least: int, most: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= most
