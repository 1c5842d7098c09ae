"""Findings on tasks that ask or score nothing: no headline, empty texts, one question or one right answer for every item."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from harness.metrics import names
from harness.runs.plan import Plan
from harness.runs.verdict.finding import Finding, listed
from harness.runs.verdict.implausible import FEWEST_ITEMS

MOST_EMPTY = 0.5
"""Share of empty texts from which a task's bits per byte are those of another, much smaller text."""


def without_headline(plan: Plan, results: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks that gave no row for the suite's headline metric and filter."""
    there = {(r["task"], r["metric"], r["filter"]) for r in results}
    entries = [plan.suite.task(t.task) for t in plan.tasks]
    absent = [f"{e.task} ({e.metric} under {e.filter})" for e in entries if (e.task, e.metric, e.filter) not in there]
    if not absent:
        return []
    return [Finding("no-headline", f"The score that the suite asks for was not computed: {listed(absent)}.", True)]


def empty_texts(samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks some of whose texts hold nothing to score."""
    rolling = names("rolling")
    texts: dict[str, dict[int, bool]] = {}
    for row in samples:
        if row["metric"] in rolling:
            empty = texts.setdefault(row["task"], {})
            empty[row["item"]] = empty.get(row["item"], False) or not row["weight"] > 0
    shares = {task: (sum(empty.values()), len(empty)) for task, empty in texts.items()}
    parts = [f"{task} ({n} of {items})" for task, (n, items) in shares.items() if n]
    if not parts:
        return []
    text = f"Texts are empty and count for nothing: {listed(parts)}."
    return [Finding("empty-texts", text, any(n > MOST_EMPTY * items for n, items in shares.values()))]


def one_question(tasks: Collection[str]) -> list[Finding]:
    """Tasks that ask every item the same (``tasks``)."""
    if not tasks:
        return []
    text = f"Every item asks the model the same, although the items differ: {listed(sorted(tasks))}."
    return [Finding("one-question", text, True)]


def one_right_answer(samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks of several choices in which the same text is right for every item (``samples`` as in the samples table)."""
    right: dict[str, dict[int, str]] = {}
    for row in samples:
        if row["choice_loglikelihoods"] and row["gold"] is not None:
            right.setdefault(row["task"], {})[row["item"]] = row["target"]
    parts = [
        f"{task} ({min(texts.values())[:40]!r}, {len(texts)} items)"
        for task, texts in right.items()
        if len(texts) >= FEWEST_ITEMS and len(set(texts.values())) == 1
    ]
    if not parts:
        return []
    return [Finding("one-right-answer", f"The same answer is right for every item in {listed(parts)}.", False)]
