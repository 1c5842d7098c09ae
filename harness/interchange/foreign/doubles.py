"""Several values of one score: which is which nobody knows, so that none of them is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

# Task, metric and filter.
Name: TypeAlias = tuple[str, str, str]


def several_values(scores: Iterable[tuple[Name, float | None]]) -> dict[Name, str]:
    """Why a score is left out, by its name, for those that have several finite values; nothing of any other.

    The same value several times, or beside an unknown one, is one score.
    """
    values: dict[Name, list[float]] = {}
    for name, value in scores:
        known = values.setdefault(name, [])
        if value is not None and value not in known:
            known.append(value)
    return {name: _reason(name, known) for name, known in values.items() if len(known) > 1}


def _reason(name: Name, values: list[float]) -> str:
    _, metric, label = name
    under = "" if label == "none" else f" under {label}"
    return (
        f"{metric}{under} has several values ({', '.join(f'{v:g}' for v in values[:6])}) and nothing tells them apart"
    )
