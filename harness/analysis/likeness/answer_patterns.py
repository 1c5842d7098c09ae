"""Which models answered an item: items with the same ones have one pattern, and boards have few patterns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from harness.analysis.statistics.uncertainty import Floats

FEW = 16
"""Patterns up to which sums by pattern cost less than sums over the items that each pair shares."""


@dataclass(frozen=True, slots=True)
class AnswerPatterns:
    """``of_items``: place of each item's pattern, ``(items,)``; ``answered``: 1 for a model that has it, else 0, ``(patterns, models)``."""

    of_items: npt.NDArray[np.intp]
    answered: Floats

    @property
    def few(self) -> bool:
        """Whether sums by pattern are worth their while."""
        return len(self.answered) <= FEW


def answer_patterns(answered: npt.NDArray[np.bool_]) -> AnswerPatterns:
    """The patterns of ``answered`` ``(models, items)``: one where every model answered every item."""
    models, items = answered.shape
    if answered.all():
        return AnswerPatterns(np.zeros(items, dtype=np.intp), np.ones((1, models)))
    packed = np.ascontiguousarray(np.packbits(answered, axis=0).T)
    keys = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, of_items = np.unique(keys, return_index=True, return_inverse=True)
    return AnswerPatterns(of_items.ravel(), answered[:, first].T.astype(float))


def sums_by(place: npt.NDArray[np.intp], places: int, values: npt.NDArray[Any]) -> Floats:
    """Sums of ``values`` ``(models, items)`` over the items of each place, ``(places, models)``."""
    items = len(place)
    indicator = csr_array((np.ones(items), (place, np.arange(items))), shape=(places, items))
    return np.asarray(indicator @ np.ascontiguousarray(values.T))
