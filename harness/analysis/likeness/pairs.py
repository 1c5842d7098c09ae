"""How alike two models err, for every pair: beyond their accuracies (κ), and beyond the difficulty of the items (Q3).

Sources: Geirhos, Meding, Wichmann (2020), arXiv 2006.16736 (error consistency); Yen (1984), Q3; Cameron, Gelbach, Miller
(2008), the bootstrap of clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.block_sums import BlockSums, block_sums
from harness.analysis.likeness.homogeneity import OutcomeMatrix, _kappa
from harness.analysis.likeness.rasch import fit_rasch, residuals
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats

MEASURES = ("kappa", "residual", "both_wrong")
"""Measures of likeness of a pair: κ, Q3, and both wrong as a multiple of chance."""
PAIR_COLUMNS = ["a", "b", "items", "accuracy_a", "accuracy_b", "kappa", "kappa_low", "kappa_high", "residual",
                "both_wrong", "same_vendor"]  # fmt: skip
BLOCKS = 500
"""Blocks of clusters of items that the bootstrap draws: one a cluster up to so many."""
DRAWS = 400
"""Samples of items that a measure is drawn in."""
TAILS = (50 * (1 - CONFIDENCE), 50 * (1 + CONFIDENCE))
ROUNDING = 1e-12  # draws of a measure, all below some tens, that differ by less are equal
AT_ONCE = 20  # draws in one product: faster than one by one, and held in memory


@dataclass(frozen=True, slots=True)
class Likeness:
    """Pairs of models (PAIR_COLUMNS, in the order of ``models``) and the bootstrap draws of their measures.

    ``first, second``: places of a pair's models in ``models``; ``drawn``: for each of MEASURES ``(draws, pairs)``, each draw
    another sample of the items' clusters. The Rasch fit is that of all items in every draw.
    """

    models: tuple[str, ...]
    pairs: pd.DataFrame
    first: npt.NDArray[np.intp]
    second: npt.NDArray[np.intp]
    drawn: Mapping[str, Floats]


def likeness(
    matrix: OutcomeMatrix,
    vendors: Mapping[str, str],
    *,
    seed: int,
    draws: int = DRAWS,
    models: Collection[str] | None = None,
    residual: Floats | None = None,
) -> Likeness:
    """Likeness of every pair on the items that both answered, with 95% bootstrap intervals over clusters of items.

    ``vendors``: a model's maker; ``same_vendor`` is missing where one is not known. ``accuracy_a, accuracy_b``: on the shared
    items. ``models``: pairs of these alone; items are as difficult as all of the matrix find them. ``residual``: what each answer differs from their
    fit (``rasch.residuals``), where it is known already. ``kappa``: error consistency; ``residual``: Q3 (``rasch.residual_correlation``); ``both_wrong``: the share of items
    both fail over (1 − accuracy_a)(1 − accuracy_b). κ and Q3 are NaN where they say nothing: of a model that solves all or
    nothing. Items of one cluster (one task in several benchmarks) are drawn together.
    """
    residual, matrix = _of_models(matrix, models, residual)
    first, second = np.triu_indices(len(matrix.models), 1)
    pairs, drawn = measured_pairs(matrix, residual, first, second, seed=seed, draws=draws)
    makers = [(vendors.get(a), vendors.get(b)) for a, b in zip(pairs["a"], pairs["b"], strict=True)]
    same = pd.array([None if a is None or b is None else a == b for a, b in makers], dtype="boolean")
    return Likeness(matrix.models, pairs.assign(same_vendor=same)[PAIR_COLUMNS], first, second, drawn)


def residual_draws(
    matrix: OutcomeMatrix, of: Likeness, places: npt.NDArray[np.intp], *, seed: int, draws: int = DRAWS
) -> Floats:
    """The draws of Q3 of the pairs at these ``places`` of ``of.pairs``, made again: ``of.drawn["residual"][:, places]`` of the
    likeness of the same matrix, seed and draws, for who keeps none."""
    residual, matrix = _of_models(matrix, of.models, None)
    return measured_pairs(matrix, residual, of.first[places], of.second[places], seed=seed, draws=draws)[1]["residual"]


def _of_models(
    matrix: OutcomeMatrix, models: Collection[str] | None, residual: Floats | None
) -> tuple[Floats, OutcomeMatrix]:
    """Residuals (of one fit of the whole matrix, where they are not known) and answers of these models; None: of all."""
    residual = residuals(matrix.correct, fit_rasch(matrix.correct)) if residual is None else residual
    kept = np.array([models is None or name in models for name in matrix.models], dtype=bool)
    names = tuple(np.array(matrix.models, dtype=object)[kept])
    return residual[kept], replace(matrix, models=names, correct=matrix.correct[kept], probs=None)


def measured_pairs(
    matrix: OutcomeMatrix,
    residual: Floats,
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
    *,
    seed: int,
    draws: int,
) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """The columns of PAIR_COLUMNS but ``same_vendor`` for the models at the places ``first`` and ``second``, and the bootstrap
    draws of MEASURES, ``(draws, pairs)`` each. ``residual``: what each answer differs from a Rasch fit (``rasch.residuals``).
    """
    block = item_blocks(matrix.clusters, BLOCKS, np.random.default_rng(seed))
    sums = block_sums(matrix.correct, residual, block, first, second)
    point = _measures(sums.whole())
    drawn = draw_measures(sums, _measures, MEASURES, seed=seed + 1, draws=draws)
    low, high = interval_ends(drawn["kappa"])
    names = np.asarray(matrix.models, dtype=object)
    pairs = pd.DataFrame({"a": names[first], "b": names[second], **point, "kappa_low": low, "kappa_high": high})
    return pairs, drawn


def item_blocks(clusters: npt.NDArray[np.int64], most: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Block of each item, 0 to at most ``most`` − 1: whole clusters are dealt out at random; one a cluster where they are few."""
    names, cluster = np.unique(clusters, return_inverse=True)
    blocks = min(most, len(names))
    return np.asarray((rng.permutation(len(names)) % max(blocks, 1))[cluster.ravel()], dtype=np.intp)


def _measures(sums: Floats) -> dict[str, Floats]:
    """Columns of a pair from its sums ``(block_sums.KINDS, pairs)``."""
    shared, both, cross, right_a, right_b, mean_a, mean_b, square_a, square_b = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b, mean_a, mean_b = right_a / shared, right_b / shared, mean_a / shared, mean_b / shared
        observed = (shared - right_a - right_b + 2 * both) / shared
        spread = np.sqrt((square_a / shared - mean_a**2) * (square_b / shared - mean_b**2))
        varied = (
            (a > 0) & (a < 1) & (b > 0) & (b < 1)
        )  # one that solves all or nothing has the residuals that the fit gives it
        wrong, chance = (shared - right_a - right_b + both) / shared, (1 - a) * (1 - b)
        return {
            "items": shared.astype(np.int64),
            "accuracy_a": a,
            "accuracy_b": b,
            "kappa": _kappa(observed, a * b + chance),
            "residual": np.where(varied & (spread > 0), (cross / shared - mean_a * mean_b) / spread, np.nan),
            "both_wrong": np.where(chance > 0, wrong / chance, np.nan),
        }


def draw_measures(
    sums: BlockSums, measures: Callable[[Floats], Mapping[str, Floats]], names: Sequence[str], *, seed: int, draws: int
) -> dict[str, Floats]:
    """Measures ``names`` of pairs in each of ``draws`` samples of blocks, ``(draws, pairs)``; NaN with fewer than two blocks.

    ``measures`` makes them of the totals of ``sums``. Source: Cameron, Gelbach, Miller (2008).
    """
    blocks = sums.blocks
    out = {name: np.full((draws, sums.pairs), np.nan) for name in names}
    if blocks < 2:
        return out
    times = np.random.default_rng(seed).multinomial(blocks, np.full(blocks, 1 / blocks), size=draws).astype(float)
    for start in range(0, draws, AT_ONCE):
        for i, total in enumerate(sums.totals(times[start : start + AT_ONCE])):
            values = measures(total)
            for name in names:
                out[name][start + i] = values[name]
    return out


def interval_ends(drawn: Floats) -> tuple[Floats, Floats]:
    """Ends of the percentile interval of each column; NaN where no draw has a value, or all have the same up to rounding: no sample
    then says how far it may be off."""
    finite = np.isfinite(drawn)
    widest = np.where(finite, drawn, -np.inf).max(axis=0, initial=-np.inf)
    known = np.asarray(widest - np.where(finite, drawn, np.inf).min(axis=0, initial=np.inf) > ROUNDING)
    low, high = np.full(drawn.shape[1], np.nan), np.full(drawn.shape[1], np.nan)
    whole = known & finite.all(axis=0)
    low[whole], high[whole] = np.percentile(drawn[:, whole], TAILS, axis=0) if whole.any() else (np.nan, np.nan)
    if (part := known & ~whole).any():  # column by column, and slow
        low[part], high[part] = np.nanpercentile(np.where(finite, drawn, np.nan)[:, part], TAILS, axis=0)
    return low, high
