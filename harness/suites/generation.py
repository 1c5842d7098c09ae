"""Settings of generated answers that no engine can obey: refused with the task's file before a model is loaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.suites.own import value_kinds
from harness.suites.own.settings import GENERATION, PLAIN

if TYPE_CHECKING:
    from lm_eval.api.task import Task

_CHECKED = (
    "max_gen_toks", "max_new_tokens", "max_tokens", "max_completion_tokens",
    "temperature", "top_p", "top_k", "min_p", "typical_p", "repetition_penalty",
)  # fmt: skip
"""Arguments that an engine reads; lm-eval's tasks may give others to others."""


def problem(task: Task) -> str | None:
    """What is wrong with a task's draws and generation arguments, as a sentence; None where nothing is."""
    wrong = value_kinds.wrong("repeats", task.config.repeats, PLAIN["repeats"])
    if wrong or task.OUTPUT_TYPE != "generate_until":
        return wrong
    settings: dict[str, Any] = task.config.generation_kwargs or {}
    for name in _CHECKED:
        value = settings.get(name)
        if value is not None and (wrong := value_kinds.wrong(f"{name} of generation_kwargs", value, GENERATION[name])):
            return wrong
    return _sampling(settings)


def _sampling(settings: dict[str, Any]) -> str | None:
    several = settings.get("num_return_sequences")
    if several not in (None, 1):
        return f"num_return_sequences of generation_kwargs is {several!r}; one answer is kept: say repeats: {several} in its place."
    if settings.get("do_sample") and not settings.get("temperature"):
        given = "is 0" if settings.get("temperature") is not None else "is not given"
        return f"temperature of generation_kwargs {given} and do_sample is true; give a temperature above 0, or do_sample: false."
    return None
