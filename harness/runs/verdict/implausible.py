"""Findings on scores that no working model has: one answer to everything, chance everywhere, worse than a uniform guess."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harness.analysis.statistics.uncertainty import interval
from harness.metrics import metric
from harness.runs.plan import Plan
from harness.runs.verdict.finding import Finding, listed
from harness.suites.extra_metrics import predictions
from harness.suites.model import SuiteTask

FEWEST_ITEMS = 20
"""Fewer items say nothing of a task: one answer to all is then likely enough, and every interval holds chance."""
FEWEST_TASKS = 2
"""One task at chance may be too hard for a working model."""
A_MODEL = 50_000_000
"""Parameters from which a trained language model does better than chance somewhere."""
BITS_OF_A_BYTE = 8.0


def answered_alike(samples: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """Tasks all of whose items got one answer although their targets differ (``samples`` as in the samples table)."""
    by_task: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for row in _one_an_item(samples):
        by_task.setdefault((row["task"], row["filter"]), []).append(row)
    alike: dict[str, str] = {}
    for (task, _), rows in by_task.items():
        if len(rows) >= FEWEST_ITEMS and (answer := _only_answer(rows)):
            alike.setdefault(task, f"{task} ({answer}, {len(rows)} items)")
    if not alike:
        return []
    return [Finding("answered-alike", f"Every item got the same answer in {listed(list(alike.values()))}.", False)]


def _one_an_item(samples: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    """The rows of each task's first metric: one for each item and filter."""
    first: dict[str, str] = {}
    return (row for row in samples if first.setdefault(row["task"], row["metric"]) == row["metric"])


def _only_answer(rows: Sequence[Mapping[str, Any]]) -> str:
    """The one answer to items whose targets differ, in words; empty where answers differ or none was asked for."""
    if all(row["choice_loglikelihoods"] for row in rows):
        golds, chosen = {row["gold"] for row in rows}, set(predictions(row["choice_loglikelihoods"] for row in rows))
        texts = {row["response"] for row in rows}
        words = f"always choice {min(chosen)}" + (f", {min(texts)[:40]!r}" if len(texts) == 1 else "")
        return words if len(golds) > 1 and len(chosen) == 1 else ""
    targets, texts = {row["target"] for row in rows}, {row["response"] for row in rows}
    generated = metric(rows[0]["metric"]).kind != "perplexity" and "[invalid]" not in texts
    return f"always {min(texts)[:40]!r}" if generated and len(targets) > 1 and len(texts) == 1 else ""


def at_chance(plan: Plan, results: Sequence[Mapping[str, Any]]) -> list[Finding]:
    """A model of some size that is nowhere better than chance (or than the order-0 entropy of a text's bytes)."""
    if plan.source.reference or (plan.source.params or 0) < A_MODEL:
        return []
    entries = {(t.task, t.metric, t.filter): t for t in plan.suite.tasks}
    scored = [(entries.get((r["task"], r["metric"], r["filter"])), r) for r in results]
    better = [
        (entry, _better_than_chance(entry, row))
        for entry, row in scored
        if entry is not None and _chance(entry) is not None
    ]
    if any(b for _, b in better):
        return []
    telling = [entry for entry, b in better if b is False]
    if len(telling) < FEWEST_TASKS:
        return []
    texts = any(entry.h0 is not None for entry in telling)
    words = "it loads, but is no model" if texts else "it is no model, or the tasks are too hard for it"
    message = f"No score of {len(telling)} tasks is better than chance ({listed([t.task for t in telling])}): {words}."
    return [Finding("at-chance", message, texts)]


def _chance(entry: SuiteTask) -> float | None:
    return entry.h0 if entry.h0 is not None else entry.chance


def _better_than_chance(entry: SuiteTask, row: Mapping[str, Any]) -> bool | None:
    """Whether the score's 95% interval lies on the better side of chance; None where too few items say so."""
    ends = interval(row["score"], row["stderr"], row["n"], row["metric"], measured=True)
    chance = _chance(entry)
    assert chance is not None
    if not math.isfinite(ends.low):
        return None
    better = ends.low > chance if entry.higher_is_better else ends.high < chance
    return better if better or row["n"] >= FEWEST_ITEMS else None


def above_uniform(
    results: Sequence[Mapping[str, Any]], bits_per_token: Mapping[str, float], vocabulary: int
) -> list[Finding]:
    """Texts that a uniform guess would code better: over bytes, or over a vocabulary of that many tokens."""
    bytewise = {
        r["task"]: f"{r['task']} ({r['score']:.2f} bits per byte)"
        for r in results
        if metric(r["metric"]).unit == "bits per byte" and r["score"] is not None and r["score"] > BITS_OF_A_BYTE
    }
    uniform = math.log2(vocabulary) if vocabulary > 0 else math.inf
    tokenwise = {
        task: f"{task} ({bits:.2f} bits per token, a uniform guess has {uniform:.2f})"
        for task, bits in bits_per_token.items()
        if bits > uniform
    }
    worse = list({**bytewise, **tokenwise}.values())
    if not worse:
        return []
    return [Finding("above-uniform", f"Texts were predicted worse than by a uniform guess: {listed(worse)}.", False)]
