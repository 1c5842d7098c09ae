"""The samples of an Inspect log as items: epochs of one sample together, its values by scorer and reducer."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.interchange.foreign.bounded import mapping, sequence, text
from harness.interchange.readers.inspect.inspect_reducers import Grade, grade_value, reducer
from harness.interchange.readers.inspect.inspect_scores import Entry

# Reduced values that the log itself holds, by scorer, reducer and the sample's id.
Reductions = dict[tuple[str, str | None], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Item:
    """One sample with its epochs in order; ``failed`` are those that ended with an error."""

    id: str
    epochs: tuple[dict[str, Any], ...]
    failed: tuple[dict[str, Any], ...] = ()

    @property
    def first(self) -> dict[str, Any]:
        """The epoch whose question and answer stand for the item: the first that did not fail."""
        return next(iter(self.epochs or self.failed))


@dataclass(frozen=True, slots=True)
class Values:
    """The values of all items under one entry, in order.

    A value is infinite where an epoch's grade is. ``unscored`` counts items, ``unscored_epochs`` single epochs without a
    grade. ``words`` counts items graded otherwise than in one number, ``known`` is false where the reducer is not known.
    """

    values: tuple[float | None, ...]
    unscored: int
    unscored_epochs: int
    words: int = 0
    known: bool = True


def items(samples: Sequence[dict[str, Any]], errors_count: bool) -> list[Item]:
    """The items in the order of their first epochs; ``errors_count``: a failed sample's score counts where it has one."""
    by_id: dict[str, list[dict[str, Any]]] = {}
    for position, sample in enumerate(samples):
        by_id.setdefault(str(sample["id"]) if sample.get("id") is not None else f"#{position}", []).append(sample)
    return [
        Item(
            name,
            tuple(s for s in epochs if not _failed(s, errors_count)),
            tuple(s for s in epochs if _failed(s, errors_count)),
        )
        for name, epochs in by_id.items()
    ]


def _failed(sample: dict[str, Any], errors_count: bool) -> bool:
    return bool(sample.get("error")) and not (errors_count and scores_of(sample))


def scores_of(sample: dict[str, Any]) -> dict[str, Any]:
    """A sample's scores by scorer; a log before version 2 has a single one, under the name of ``""``."""
    if isinstance(sample.get("scores"), dict):
        return mapping(sample["scores"])
    return {"": sample["score"]} if sample.get("score") is not None else {}


def scorers(samples: Sequence[dict[str, Any]]) -> list[str]:
    """The scorers of the samples, in the order in which they appear."""
    return [n for n in dict.fromkeys(name for s in samples for name in scores_of(s)) if n]


def keys(entry: Entry, found: Sequence[Item]) -> list[str]:
    """The keys of an entry's values, where they are objects and the entry is about all of them."""
    if entry.key is not None:
        return []
    return list(
        dict.fromkeys(k for item in found for s in item.epochs for k in mapping(_raw(entry, s)) if isinstance(k, str))
    )


def values(entry: Entry, found: Sequence[Item], reductions: Reductions, key: str | None = None) -> Values:
    """The items' values under ``entry``: as the log has them reduced, else by Inspect's reducer of that name."""
    stored = reductions.get((entry.scorer, entry.reducer), {})
    reduce = reducer(entry.reducer)
    out: list[float | None] = []
    unscored = lost = words = 0
    for item in found:
        raw = [_at(entry, _raw(entry, sample), key) for sample in item.epochs]
        graded = [g for g in raw if _is_grade(g)]
        lost += len(item.epochs) - len(graded) + len(item.failed)
        value: float | None
        counted: list[Grade] = [g for g in graded if grade_value(g) is not None]
        if any(isinstance(g, float) and math.isinf(g) for g in graded):
            value = math.inf
        elif item.id in stored:
            value = grade_value(_at(entry, stored[item.id], key))
        else:
            value = reduce(counted) if reduce is not None else None
        unscored += not graded
        words += bool(graded) and not counted and value is None
        out.append(value if graded else None)
    return Values(tuple(out), unscored, lost, words, reduce is not None or bool(stored))


def _raw(entry: Entry, sample: dict[str, Any]) -> Any:
    scores = scores_of(sample)
    score = scores.get(entry.scorer, scores.get(""))
    if isinstance(score, dict) and score.keys() & {"value", "answer", "explanation"}:
        return score.get("value")
    return score


def _at(entry: Entry, value: Any, key: str | None) -> Any:
    """A value, or the part of it under the key that is asked for."""
    wanted = key or entry.key
    return value.get(wanted) if wanted is not None and isinstance(value, dict) else value


def _is_grade(value: Any) -> bool:
    """Whether a value is a grade at all: a word, several values, or a number that is not NaN."""
    if isinstance(value, list | dict):
        return bool(value)
    return (
        isinstance(value, str) and value.strip().lower() != "nan" or (isinstance(value, int | float) and value == value)
    )


def reductions(document: dict[str, Any]) -> Reductions:
    """The reduced values that a log holds, of its own or of its results (before version 2)."""
    stored: Reductions = {}
    lists = (document.get("reductions"), mapping(document.get("results")).get("sample_reductions"))
    for part in (mapping(r) for one in lists for r in sequence(one)):
        rows = [mapping(s) for s in sequence(part.get("samples"))]
        scorer = text(part.get("scorer"), 80) or ""
        stored[scorer, text(part.get("reducer"), 60)] = {
            str(r.get("sample_id")): r.get("value") for r in rows if "value" in r
        }
    return stored


def ordered(samples: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Samples out of an archive as Inspect orders them: by epoch, then by id with its digits as a number."""

    def position(sample: dict[str, Any]) -> tuple[int, str]:
        epoch = sample.get("epoch")
        return (epoch if isinstance(epoch, int) else 1, str(sample.get("id")).zfill(20))

    return iter(sorted(samples, key=position))
