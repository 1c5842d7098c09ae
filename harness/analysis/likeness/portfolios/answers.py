"""Right and wrong answers of several models to the items that all of them answered, with what each item cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from harness.analysis.likeness.homogeneity import OutcomeMatrix
from harness.analysis.likeness.pairs import BLOCKS
from harness.analysis.statistics.uncertainty import Floats

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Singles = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of ``models`` to ``n`` items, which are dealt into blocks that a sample draws whole.

    ``right``: ``(m, n)``; ``cost``: ``(m, n)`` US dollars of an item, NaN unknown; ``places``: of the items in the matrix that they
    come from; ``starts``: the first item of each block, items of one block beside each other.
    """

    models: tuple[str, ...]
    right: Mask
    cost: Floats
    places: Places
    starts: Places

    @property
    def items(self) -> int:
        """Items that all models answered."""
        return int(self.right.shape[1])

    @property
    def accuracy(self) -> Floats:
        """The share of items that each model solves."""
        return np.asarray(self.right.mean(axis=1)) if self.items else np.full(len(self.models), np.nan)

    @property
    def mean_cost(self) -> Floats:
        """What an item costs with each model, US dollars: the mean over its items of known cost, NaN where there is none."""
        known = np.isfinite(self.cost)
        with np.errstate(invalid="ignore"):
            return np.asarray(np.where(known, self.cost, 0).sum(axis=1) / known.sum(axis=1))

    def block_sums(self, values: npt.NDArray[Any]) -> Singles:
        """Sums over the items of each block, ``(rows, blocks)``, of ``values`` ``(rows, n)``."""
        if len(self.starts) == self.items:
            return np.asarray(values, dtype=np.float32)
        return np.asarray(np.add.reduceat(values.astype(np.float32), self.starts, axis=1))

    def weights(self, draws: int, seed: int) -> Singles:
        """How often each sample draws each block, ``(blocks, draws)``; nothing can be drawn of fewer than two blocks."""
        blocks = len(self.starts)
        if blocks < 2:
            return np.zeros((blocks, 0), dtype=np.float32)
        times = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws)
        return np.asarray(times.T, dtype=np.float32)

    def halves(self, times: int, seed: int) -> Singles:
        """Random halves of the blocks, ``(blocks, times)``: 1 in the half, 0 in the other; each beside its other half, so that what
        is chosen on both halves has no luck."""
        order = np.random.default_rng(seed).permuted(np.tile(np.arange(len(self.starts)), (times // 2, 1)), axis=1)
        half = np.asarray((order < len(self.starts) // 2).T, dtype=np.float32)
        return np.concatenate([half, 1 - half], axis=1)


def answers(
    matrix: OutcomeMatrix, cost: Floats | None = None, *, models: list[str] | None = None, seed: int
) -> Answers:
    """Answers of ``models`` (None: all) to the items that all of them answered, in blocks of the items' clusters.

    ``cost``: US dollars, as ``matrix.correct``; a model whose items all state 0 has no known cost (a free offer is no price).
    Clusters are dealt at random into at most BLOCKS blocks, one a cluster where there are fewer.
    """
    kept = [i for i, name in enumerate(matrix.models) if models is None or name in models]
    correct = matrix.correct[kept]
    places = np.flatnonzero(~np.isnan(correct).any(axis=0))
    names, cluster = np.unique(matrix.clusters[places], return_inverse=True)
    blocks = max(min(BLOCKS, len(names)), 1)
    block = (np.random.default_rng(seed).permutation(len(names)) % blocks)[cluster.ravel()]
    order = np.argsort(block, kind="stable")
    places = places[order]
    starts = np.flatnonzero(np.diff(block[order], prepend=-1))
    known = np.full(correct.shape, np.nan) if cost is None else np.asarray(cost, dtype=float)[kept]
    known = np.where(np.nan_to_num(known).any(axis=1)[:, None], known, np.nan)
    return Answers(tuple(matrix.models[i] for i in kept), correct[:, places] > 0.5, known[:, places], places, starts)
