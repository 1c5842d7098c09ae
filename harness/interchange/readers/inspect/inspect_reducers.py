"""Inspect's reducers: what makes one value of a sample's epochs, by the reducer's name in the log.

Source: Inspect AI, ``scorer/_reducer/reducer.py``; ``pass_at_k`` is the estimator of Chen et al. (2021), arXiv
2107.03374, and ``pass_k_k`` that of Yao et al. (2024), arXiv 2406.12045. A threshold other than 1 is not in the name;
then the items do not add up to the score, and the verdict says so.
"""

from __future__ import annotations

import math
import re
import statistics
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from harness.interchange.foreign.bounded import number

Grade: TypeAlias = str | float
Reduce: TypeAlias = Callable[[Sequence[Grade]], float | None]

MEAN = "mean"
_GRADES = {"C": 1.0, "I": 0.0, "P": 0.5, "N": 0.0}
_WORDS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}
_WITH_COUNT = re.compile(r"(at_least|pass_at|pass_k)_(\d{1,6})")


def grade_value(grade: Any) -> float | None:
    """A grade as a number, as Inspect's ``value_to_float`` has it; none for NaN, nothing, and words without a number."""
    if isinstance(grade, str):
        return _GRADES.get(grade, _WORDS.get(grade.lower(), number(grade)))
    return number(grade)


def reducer(name: str | None) -> Reduce | None:
    """The reducer of a name (``mean``, ``mode``, ``pass_at_4`` …); none where the name is not Inspect's own.

    A reducer takes the grades of a sample's epochs that have a number, and gives none where it is undefined for them.
    """
    plain = (name or MEAN).rsplit("/", 1)[-1].removesuffix("_score")
    if plain in _PLAIN:
        return _PLAIN[plain]
    match = _WITH_COUNT.fullmatch(plain)
    if match is None or int(match[2]) < 1:
        return None
    estimate, count = _COUNTED[match[1]], int(match[2])
    return lambda grades: estimate([v >= 1 for v in _values(grades)], count) if grades else None


def _values(grades: Sequence[Grade]) -> list[float]:
    return [v for v in map(grade_value, grades) if v is not None]


def _mode(grades: Sequence[Grade]) -> float | None:
    """The most common grade, counted before it becomes a number; the first of equals."""
    return grade_value(Counter(grades).most_common(1)[0][0]) if grades else None


def _at_least(right: Sequence[bool], count: int) -> float | None:
    return float(sum(right) >= count)


def _pass_at(right: Sequence[bool], count: int) -> float | None:
    """Chance that at least one of ``count`` epochs drawn without replacement is right."""
    total, wrong = len(right), len(right) - sum(right)
    return None if total < count else 1 - math.comb(wrong, count) / math.comb(total, count)


def _pass_all(right: Sequence[bool], count: int) -> float | None:
    """Chance that all of ``count`` epochs drawn without replacement are right."""
    return None if len(right) < count else math.comb(sum(right), count) / math.comb(len(right), count)


_PLAIN: dict[str, Reduce] = {
    MEAN: lambda grades: math.fsum(_values(grades)) / len(_values(grades)) if grades else None,
    "median": lambda grades: statistics.median(_values(grades)) if grades else None,
    "max": lambda grades: max(_values(grades)) if grades else None,
    "mode": _mode,
}
_COUNTED: dict[str, Callable[[Sequence[bool], int], float | None]] = {
    "at_least": _at_least,
    "pass_at": _pass_at,
    "pass_k": _pass_all,
}
