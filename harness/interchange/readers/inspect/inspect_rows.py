"""The rows of an Inspect log: each score with its number of items and its items' values, and what is not scored."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import ROUNDING, Draft, Score
from harness.interchange.foreign.sample_list import Sample
from harness.interchange.readers.inspect import inspect_items, inspect_messages, inspect_scores
from harness.interchange.readers.inspect.inspect_items import Item, Values
from harness.interchange.readers.inspect.inspect_scores import Entry


def add(draft: Draft, task: str, document: dict[str, Any], samples: list[dict[str, Any]]) -> None:
    """Add the rows of the log's results and the items of each; count in the verdict what is not scored."""
    results = mapping(document.get("results"))
    entries = inspect_scores.entries(results)
    entries += inspect_scores.unnamed(inspect_items.scorers(samples), entries)
    items = inspect_items.items(samples, _errors_count(entries, samples))
    stored = inspect_items.reductions(document)
    named = max((whole(s.get("epoch"), 10**6) or 1 for s in samples), default=1)
    epochs = whole(mapping(mapping(document.get("eval")).get("config")).get("epochs"), 10**6) or named
    missing = []
    filled: set[tuple[str, str]] = set()
    for entry in entries:
        parts = inspect_items.keys(entry, items)
        values = inspect_items.values(entry, items, stored)
        if not parts:
            missing.append(values)
        for name, row in entry.metrics.items():
            n = _n(entry, row, name, items, values, results, epochs)
            draft.scores.append(Score(task, name, entry.filter, number(row.get("value")), entry.errors.get(name), n))
        keyed = [(part, inspect_items.values(entry, items, stored, part)) for part in parts]
        placed = [_of_key(entry, part, found) + (found,) for part, found in keyed] or [
            (_metric(entry, values), entry.filter, values)
        ]
        for metric, label, found in placed:
            if metric is not None and (metric, label) not in filled:
                filled.add((metric, label))
                _items(draft, task, items, found, metric, label)
        if unused := [part for part, (metric, *_) in zip(parts, placed, strict=False) if metric is None]:
            draft.note(
                "keys-unused", f"Values under {', '.join(unused)[:200]} are in no score of the log; they are left out."
            )
        if items and not values.known:
            draft.note(
                "reducer-unknown", f"Epochs are reduced by {entry.reducer!r}, which is not known here: no item values."
            )
        if values.words and not parts:
            draft.note("graded-otherwise", f"{values.words:,} samples are graded in words or lists, not in one number.")
    _count(draft, task, items, missing, entries, results, epochs)


def _of_key(entry: Entry, key: str, values: Values) -> tuple[str | None, str]:
    """Metric and filter for a key of a scorer's values: the metric with its mean and the most words of its name.

    None where the log's scores have no such metric; a filter of its own where the log has no scores.
    """
    if not entry.metrics:
        return "score", text(f"{entry.filter}/{key}", 80) or key
    words = set(key.lower().split("_"))
    ranked = sorted(((len(words & set(name.lower().split("_"))), name) for name in _alike(entry, values)), reverse=True)
    best = [name for shared, name in ranked if shared == ranked[0][0] > 0]
    return (best[0] if len(best) == 1 else None), entry.filter


def _alike(entry: Entry, values: Values) -> list[str]:
    """The metrics whose value is the mean of the items' values."""
    scored = [v for v in values.values if v is not None and math.isfinite(v)]
    if not scored:
        return []
    mean = math.fsum(scored) / len(scored)
    stated = {name: number(row.get("value")) for name, row in entry.metrics.items()}
    return [name for name, v in stated.items() if v is not None and abs(v - mean) <= ROUNDING * max(1.0, abs(mean))]


def _errors_count(entries: Sequence[Entry], samples: list[dict[str, Any]]) -> bool:
    """Whether scores of samples that failed count: only where the file's number of scored samples says so."""
    for entry in (e for e in entries if e.scored is not None):
        with_errors, without = (
            sum(v is not None for v in inspect_items.values(entry, inspect_items.items(samples, count), {}).values)
            for count in (True, False)
        )
        if with_errors != without:
            return entry.scored == with_errors
    return False


def _metric(entry: Entry, values: Values) -> str:
    """The metric whose rows the items' values make: accuracy or mean, else the one with the same value."""
    if entry.mean is not None:
        return entry.mean
    alike = _alike(entry, values)
    return alike[0] if len(alike) == 1 else "score"


def _n(
    entry: Entry,
    row: dict[str, Any],
    name: str,
    items: list[Item],
    values: Values,
    results: dict[str, Any],
    epochs: int,
) -> int | None:
    """The number of items behind a row: never of their epochs; of a group's row those of the group."""
    parameters = mapping(row.get("params"))
    if key := text(parameters.get("group_key"), 80):
        groups = Counter(str(mapping(item.first.get("metadata")).get(key)) for item in items)
        inner = text(mapping(parameters.get("metric")).get("name") or parameters.get("metric"), 80) or ""
        group = name.removesuffix(f"_{inner.rsplit('/', 1)[-1]}")
        if name != (text(parameters.get("all_label"), 80) or "all"):
            return groups.get(name) or groups.get(group)
    counted = sum(v is not None for v in values.values)
    if counted:
        return counted
    if items and not values.known:
        return len(items) - values.unscored
    completed = whole(results.get("completed_samples"), 10**9)
    most = completed // epochs if completed is not None and completed % epochs == 0 else None
    if entry.scored is not None and (
        entry.reducer is not None or epochs == 1 or (most is not None and entry.scored <= most)
    ):
        return entry.scored
    return most


def _items(draft: Draft, task: str, items: list[Item], values: Values, metric: str, filter_name: str) -> None:
    for index, (item, value) in enumerate(zip(items, values.values, strict=True)):
        if value is None:
            continue
        choices = [text(c, 4000) or "" for c in sequence(item.first.get("choices"))]
        target = _flat(item.first.get("target"))
        draft.samples.append(
            Sample(
                task,
                index,
                inspect_messages.identity(item.first, choices, target),
                metric,
                value if math.isfinite(value) else None,
                filter_name,
                inspect_messages.question(item.first) or None,
                target,
                inspect_messages.answer(item.first),
                gold=_letter(target, choices),
            )
        )


def _count(
    draft: Draft,
    task: str,
    items: list[Item],
    missing: Sequence[Values],
    entries: Sequence[Entry],
    results: dict[str, Any],
    epochs: int,
) -> None:
    """Say in the verdict how many samples failed or were not scored; such a run is partial."""
    planned = math.ceil((whole(results.get("total_samples"), 10**9) or 0) / epochs)
    total = max(len(items), planned)
    if items:
        unscored = max((v.unscored for v in missing), default=0) + total - len(items)
        lost = max((v.unscored_epochs for v in missing), default=0)
    else:
        completed = whole(results.get("completed_samples"), 10**9)
        unscored = max((e.unscored or 0 for e in entries), default=0)
        unscored += planned - math.ceil(completed / epochs) if completed is not None else 0
        lost = 0
    failed = sum(not item.epochs for item in items)
    if unscored > 0:
        draft.partial = True
        because = f", {failed:,} of them ended with an error" if failed else ""
        draft.note(
            "unscored-samples",
            f"{task}: {unscored:,} of {total:,} samples are not scored{because}; the scores are over the others.",
        )
    elif lost > 0:
        draft.partial = True
        draft.note(
            "unscored-epochs",
            f"{task}: {lost:,} of {total * epochs:,} epochs of samples failed or are not scored; "
            "the values are over the others.",
        )


def _flat(value: Any) -> str | None:
    parts = [text(v, 4000) for v in (value if isinstance(value, list) else [value])]
    return " | ".join(p for p in parts if p) or None


def _letter(target: str | None, choices: list[str]) -> int | None:
    index = ord(target) - ord("A") if target and len(target) == 1 else -1
    return index if 0 <= index < len(choices) else None
