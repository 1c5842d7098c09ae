"""Sums over the items of each block of clusters, for every pair of models, and their totals in a bootstrap's draws."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from harness.analysis.likeness.answer_patterns import answer_patterns, sums_by
from harness.analysis.likeness.homogeneity import Singles
from harness.analysis.statistics.uncertainty import Floats

KINDS = 9
"""Sums of a pair: items, both right, product of residuals; then of each of the two right, residuals, squared residuals."""
Places = npt.NDArray[np.intp]


class BlockSums(Protocol):
    """Sums of each block of items: how many blocks and pairs, and the totals where blocks are drawn ``times`` times."""

    @property
    def blocks(self) -> int:
        """How many blocks there are."""

    @property
    def pairs(self) -> int:
        """How many pairs there are."""

    def whole(self) -> Floats:
        """Sums over all blocks, ``(sums, pairs)``."""

    def totals(self, times: Floats) -> Floats:
        """Sums over the blocks that ``times`` ``(draws, blocks)`` draws, ``(draws, sums, pairs)``."""


@dataclass(frozen=True, slots=True)
class PlainSums:
    """``values``: every sum of every pair, ``(blocks, sums, pairs)``."""

    values: Floats

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.values)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return int(self.values.shape[2])

    def whole(self) -> Floats:
        """``BlockSums.whole``."""
        return np.asarray(self.values.sum(axis=0))

    def totals(self, times: Floats) -> Floats:
        """``BlockSums.totals``."""
        flat = self.values.reshape(self.blocks, -1)
        return np.asarray((times @ flat).reshape(len(times), *self.values.shape[1:]))


@dataclass(frozen=True, slots=True)
class PatternSums:
    """Sums where items have few patterns of who answered: seven of the nine are then of one model and a pattern.

    ``items`` ``(blocks, patterns)``; ``of_models`` ``(blocks, 3, patterns, models)``: right, residuals, squared residuals;
    ``of_pairs`` ``(blocks, 2, pairs)``: both right, product of residuals; ``answered`` ``(patterns, models)``: 1 or 0;
    ``first, second``: places of a pair's models.
    """

    items: Floats
    of_models: Floats
    of_pairs: Floats
    answered: Floats
    first: Places
    second: Places

    @property
    def blocks(self) -> int:
        """How many blocks there are."""
        return len(self.items)

    @property
    def pairs(self) -> int:
        """How many pairs there are."""
        return len(self.first)

    def whole(self) -> Floats:
        """``BlockSums.whole``."""
        parts = (part.sum(axis=0)[None] for part in (self.items, self.of_models, self.of_pairs))
        return np.asarray(self._of_kinds(*parts)[0])

    def totals(self, times: Floats) -> Floats:
        """``BlockSums.totals``."""
        draws = len(times)
        of_pairs = (times @ self.of_pairs.reshape(self.blocks, -1)).reshape(draws, 2, -1)
        of_models = (times @ self.of_models.reshape(self.blocks, -1)).reshape(draws, *self.of_models.shape[1:])
        return self._of_kinds(times @ self.items, of_models, of_pairs)

    def _of_kinds(self, items: Floats, of_models: Floats, of_pairs: Floats) -> Floats:
        """Totals in the order of KINDS, a draw each."""
        out = np.zeros((len(items), KINDS, self.pairs))
        out[:, 1:3] = of_pairs
        for pattern, answered in enumerate(self.answered):
            a, b = answered[self.first], answered[self.second]
            out[:, 0] += items[:, pattern, None] * (a * b)
            out[:, 3::2] += of_models[:, :, pattern][..., self.first] * b
            out[:, 4::2] += of_models[:, :, pattern][..., self.second] * a
        return out


def block_sums(correct: Singles, residual: Floats, block: Places, first: Places, second: Places) -> BlockSums:
    """The sums of KINDS for the models at the places ``first`` and ``second``; ``block`` is the place of each item's block.

    ``residual`` is NaN where ``correct`` is, which is where a model did not answer.
    """
    blocks = int(block.max(initial=-1)) + 1
    patterns = answer_patterns(~np.isnan(correct))
    of_blocks = [np.flatnonzero(block == i) for i in range(blocks)]
    if not patterns.few:
        return _plain(correct, residual, of_blocks, first, second)
    right, value = np.nan_to_num(correct).astype(float), np.nan_to_num(residual)
    kinds = len(patterns.answered)
    cell = block * kinds + patterns.of_items
    of_models = [sums_by(cell, blocks * kinds, part).reshape(blocks, kinds, -1) for part in (right, value, value**2)]
    of_pairs = np.zeros((blocks, 2, len(first)))
    for i, items in enumerate(of_blocks):
        own, rest = right[:, items], value[:, items]
        of_pairs[i] = (own @ own.T)[first, second], (rest @ rest.T)[first, second]
    counts = np.bincount(cell, minlength=blocks * kinds).reshape(blocks, kinds).astype(float)
    return PatternSums(counts, np.stack(of_models, axis=1), of_pairs, patterns.answered, first, second)


def _plain(correct: Singles, residual: Floats, blocks: list[Places], first: Places, second: Places) -> BlockSums:
    out = np.zeros((len(blocks), KINDS, len(first)))
    for i, items in enumerate(blocks):
        answers = correct[:, items].astype(float)
        mask = (~np.isnan(answers)).astype(float)
        right: Floats = np.asarray(np.nan_to_num(answers))
        value: Floats = np.asarray(np.nan_to_num(residual[:, items]))
        one_sided = (right @ mask.T, value @ mask.T, value**2 @ mask.T)
        both_sided = (mask @ mask.T, right @ right.T, value @ value.T)
        rows = [m[first, second] for m in both_sided] + [
            m[i, j] for m in one_sided for i, j in ((first, second), (second, first))
        ]
        out[i] = np.stack(rows)
    return PlainSums(out)
