"""Findings on the items themselves: asked twice, shown among their own examples, with equal choices, empty fields, no answer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from harness.runs.plan import Plan
from harness.runs.verdict.finding import Finding, listed

LEAST = 0.01
"""Share of a task's items from which their faults are named: well-kept data sets hold a few (XQuAD 2 of 1,190, BLiMP 5 of 1,000)."""
MOST_REPEATED = 0.5
"""Share of items that repeat another from which a task's n and interval say nothing; MMLU's worst subject has 11%."""
MOST_SHOWN = 0.05
"""Share of items shown with their answer from which a score is a score of copying."""


def repeated(plan: Plan, samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks some of whose scored items ask what another one asks, with the same answer."""
    parts, worst = list[str](), 0.0
    for task, items in _scored(samples).items():
        survey = plan.surveys.get(task)
        keys = [survey.keys[i] for i in items if i < len(survey.keys)] if survey else []
        again = len(keys) - len(set(keys))
        if again and again >= LEAST * len(keys):
            parts.append(f"{task} ({again} of {len(keys)})")
            worst = max(worst, again / len(keys))
    if not parts:
        return []
    text = f"Items repeat others, with the same choices and answer, and count again: {listed(parts)}."
    return [Finding("items-repeated", text, worst > MOST_REPEATED)]


def shown_themselves(plan: Plan, showing: Mapping[str, int]) -> list[Finding]:
    """Tasks some of whose prompts hold the very item that they ask, answered, among their examples."""
    items = {t.task: t.items for t in plan.tasks}
    shown = {task: n for task, n in showing.items() if n and task in items}
    if not shown:
        return []
    parts = [f"{task} ({n} of {max(n, items[task])})" for task, n in shown.items()]
    text = f"Items stand, with their answer, among the examples of their own prompt: {listed(parts)}."
    return [Finding("items-shown", text, any(n > MOST_SHOWN * items[task] for task, n in shown.items()))]


def equal_choices(plan: Plan, samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks some of whose scored items have a wrong choice with the text of the right one."""
    parts = _parts(samples, {task: survey.twin_choices for task, survey in plan.surveys.items()})
    if not parts:
        return []
    text = (
        f"Items have a wrong choice that reads as the right one, so that no model can tell them apart: {listed(parts)}."
    )
    return [Finding("equal-choices", text, False)]


def empty_fields(plan: Plan, samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks some of whose scored items have nothing in a column that the prompt writes out."""
    columns = {task: frozenset[int]().union(*survey.empty.values()) for task, survey in plan.surveys.items()}
    parts = _parts(samples, columns)
    if not parts:
        return []
    text = f"Items have nothing in a field that the prompt shows: {listed(parts)}."
    return [Finding("empty-fields", text, False)]


def without_answer(plan: Plan, samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks some of whose scored items accept no answer but an empty one."""
    parts = _parts(samples, {task: survey.unanswered for task, survey in plan.surveys.items()})
    if not parts:
        return []
    text = f"Items accept no answer but an empty one: {listed(parts)}."
    return [Finding("no-answer", text, False)]


def _parts(samples: Sequence[Mapping[str, Any]], of: Mapping[str, Collection[int]]) -> list[str]:
    """``task (3 of 40)`` for each task some of whose scored items are among those given."""
    counts = {task: (sum(i in of.get(task, ()) for i in items), len(items)) for task, items in _scored(samples).items()}
    return [f"{task} ({n} of {items})" for task, (n, items) in counts.items() if n and n >= LEAST * items]


def _scored(samples: Sequence[Mapping[str, Any]]) -> dict[str, set[int]]:
    """The scored items of each task."""
    items: dict[str, set[int]] = {}
    for row in samples:
        items.setdefault(row["task"], set()).add(row["item"])
    return items
