"""Item outcomes of Every Eval Ever: one line an instance and result, in the file beside the record.

A line names its result by ``evaluation_result_id`` (schema 0.2.1 and later), else by its evaluation's name alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import mapping, number, sequence, text, whole
from harness.interchange.foreign.draft import ROUNDING, Draft, Score
from harness.interchange.foreign.names_and_dates import item_hash, known_answer
from harness.interchange.foreign.sample_list import MAX_SAMPLE_TEXT, Sample

# Task, metric and filter of the results by their id; records with the same id for several results exist.
Results: TypeAlias = dict[str, list[tuple[str, str, str]]]
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Instance:
    """One line: its task, the result that it names, and the sample under a metric that is still to be known."""

    result: str | None
    sample: Sample
    # Several lines of one instance (epochs) have the same key.
    key: tuple[str, str] | None


def add(draft: Draft, file: Path, results: Results) -> None:
    """Add the file's instances to the draft's items, each under the row of its result.

    An instance whose row cannot be known is left out, and one without a score counted: the verdict says how many.
    """
    placed: dict[tuple[str, str, str], list[_Instance]] = {}
    unplaced: dict[str, list[_Instance]] = {}
    lines = unscored = failed = 0
    for line in bounded.read_lines(file):
        row = mapping(line.value)
        task = text(row.get("evaluation_name"), 160)
        if task is None:
            continue
        lines += 1
        failed += row.get("error") not in (None, "")
        value = number(mapping(row.get("evaluation")).get("score"))
        if value is None:
            unscored += 1
            continue
        instance = _instance(row, task, lines, value)
        target = _row(row, instance, results)
        if target is not None:
            placed.setdefault(target, []).append(instance)
        else:
            unplaced.setdefault(task, []).append(instance)
    _place(draft, unplaced, placed)
    for (task, metric, filter_name), instances in placed.items():
        for index, sample in enumerate(_merged(instances)):
            item = sample.item if sample.item >= 0 else index
            draft.samples.append(replace(sample, task=task, item=item, metric=metric, filter=filter_name))
    if unscored:
        draft.partial = True
        draft.note(
            "unscored-samples", f"{unscored:,} of {lines:,} instances are not scored; the scores are over the others."
        )
    if failed:
        draft.note("failed-samples", f"{failed:,} of {lines:,} instances ended with an error.")


def _row(row: dict[str, Any], instance: _Instance, results: Results) -> tuple[str, str, str] | None:
    """The row of an instance: that of its result's id, else what our own export says of it."""
    named = results.get(instance.result or "", [])
    named = [key for key in named if key[0] == instance.sample.task] if len(named) > 1 else named
    if len(named) == 1:
        return named[0]
    metadata = mapping(row.get("metadata"))
    metric = text(metadata.get("metric"), 100)
    return (instance.sample.task, metric, text(metadata.get("filter"), 80) or "none") if metric else None


def _place(
    draft: Draft, unplaced: dict[str, list[_Instance]], placed: dict[tuple[str, str, str], list[_Instance]]
) -> None:
    """Instances that name only their evaluation: under its one row, or the one row with the score that they make."""
    for task, instances in unplaced.items():
        rows = [s for s in draft.scores if s.task == task and (s.task, s.metric, s.filter) not in placed]
        mean = math.fsum(s.value or 0.0 for s in _merged(instances)) / len(_merged(instances))
        strangers = any(instance.result is not None for instance in instances)  # of a result that the record lacks
        fitting = rows if len(rows) == 1 and not strangers else [s for s in rows if _is(s, mean)]
        if len(fitting) == 1 or not any(s.task == task for s in draft.scores):
            key = (task, fitting[0].metric, fitting[0].filter) if fitting else (task, "score", "none")
            placed.setdefault(key, []).extend(instances)
            continue
        draft.note(
            "items-unplaced",
            f"{task}: {len(instances):,} instances do not say which of its {len(rows):,} results they belong to "
            "(evaluation_result_id); they are left out.",
        )


def _is(score: Score, mean: float) -> bool:
    return score.score is not None and abs(score.score - mean) <= ROUNDING * max(1.0, abs(score.score))


def _merged(instances: Iterable[_Instance]) -> list[Sample]:
    """One sample an instance; the values of several lines of one (epochs) averaged."""
    lines: dict[tuple[str, str] | int, list[Sample]] = {}
    for position, instance in enumerate(instances):
        lines.setdefault(instance.key if instance.key is not None else position, []).append(instance.sample)
    return [
        replace(same[0], value=math.fsum(s.value or 0.0 for s in same) / len(same)) if len(same) > 1 else same[0]
        for same in lines.values()
    ]


def _instance(row: dict[str, Any], task: str, number_of_line: int, value: float) -> _Instance:
    question, metadata = mapping(row.get("input")), mapping(row.get("metadata"))
    prompt = text(question.get("raw"), MAX_SAMPLE_TEXT)
    references = [r for r in sequence(question.get("reference")) if isinstance(r, str)]
    sample_id = text(row.get("sample_id"), 300)
    stated = text(row.get("sample_hash"), 80)
    item = whole(metadata.get("item") if "item" in metadata else sample_id, 10**12)
    choices = [c for c in sequence(question.get("choices")) if isinstance(c, str)]
    if stated is not None:
        doc_hash = stated if _HASH.fullmatch(stated) else item_hash("eee", stated)
    else:
        doc_hash = item_hash("eee", prompt or sample_id or str(number_of_line), *references, *choices)
    sample = Sample(
        task,
        item if item is not None else -1,
        doc_hash,
        "score",
        value,
        "none",
        prompt,
        " | ".join(references) or None,
        _answer(row),
        number(metadata.get("weight")) or 1.0,
        text(metadata.get("cluster"), 64),
        bounded.numbers((text(metadata.get("choice_loglikelihoods"), 4000) or "").split()),
        whole(metadata.get("gold"), 1000),
        known_answer(metadata.get("answer_hash")),
    )
    # Our own export has one line an item and row: nothing in it is an epoch.
    key = (sample_id, doc_hash) if sample_id is not None and "item" not in metadata else None
    return _Instance(text(row.get("evaluation_result_id"), 300), sample, key)


def _answer(row: dict[str, Any]) -> str | None:
    """The model's answer: the first output, else the last message of the assistant."""
    first = next((r for r in sequence(mapping(row.get("output")).get("raw")) if isinstance(r, str)), None)
    if first is not None:
        return first
    spoken = [m.get("content") for m in map(mapping, sequence(row.get("messages"))) if m.get("role") == "assistant"]
    return next((c for c in reversed(spoken) if isinstance(c, str) and c), None)
