"""How much of likeness the items' common difficulty makes: the first eigenvalue's interval, and κ as a Rasch fit expects it.

Sources: Rasch (1960); Efron and Tibshirani (1993), ch. 7.2 (the bootstrap of the first eigenvalue's share).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.linalg import eigvalsh

from harness.analysis.likeness.block_sums import block_sums
from harness.analysis.likeness.homogeneity import OutcomeMatrix, _kappa
from harness.analysis.likeness.pairs import AT_ONCE, interval_ends, item_blocks
from harness.analysis.likeness.rasch import fit_rasch
from harness.analysis.statistics.uncertainty import Floats

BLOCKS = 200
"""Blocks of clusters of items that the bootstrap of the eigenvalue draws: of 200 models they take 0.2 GB."""
WEAK_PRECISION = 0.01
"""1 / variance of the difficulties' prior of ``expected_kappa``. The prior of Q3 expects items that all solve to be missed now and
then, which lowers κ by about 0.05; this one leaves them solved."""
STEPS = 60  # points of a curve: no corner is seen


def first_share_interval(matrix: OutcomeMatrix, *, seed: int, draws: int = 200) -> tuple[float, float]:
    """Ends of the 95% bootstrap interval, over clusters of items, of ``dimensions.Dimensions.first_share``.

    NaN with fewer than two models whose outcomes vary. Source: Efron and Tibshirani (1993), sec. 7.2.
    """
    correct = matrix.correct.astype(float)
    with np.errstate(invalid="ignore"):
        share = np.nansum(correct, axis=1) / (~np.isnan(correct)).sum(axis=1)
    correct = correct[(share > 0) & (share < 1)]
    if len(correct) < 2:
        return np.nan, np.nan
    rng = np.random.default_rng(seed)
    block = item_blocks(matrix.clusters, BLOCKS, rng)
    blocks = int(block.max()) + 1
    first, second = np.triu_indices(len(correct), 1)
    sums = block_sums(correct, correct, block, first, second)
    times = rng.multinomial(blocks, np.full(blocks, 1 / blocks), size=draws if blocks > 1 else 0).astype(float)
    drawn = [
        _first_share(total, first, second)
        for start in range(0, len(times), AT_ONCE)
        for total in sums.totals(times[start : start + AT_ONCE])
    ]
    low, high = interval_ends(np.array(drawn, dtype=float).reshape(-1, 1))
    return float(low[0]), float(high[0])


def _first_share(sums: Floats, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]) -> float:
    """Share of the first eigenvalue, from the sums of every pair (``block_sums.KINDS``)."""
    shared, both, _, right_a, right_b, *_ = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        a, b = right_a / shared, right_b / shared
        values = np.nan_to_num((both / shared - a * b) / np.sqrt(a * (1 - a) * b * (1 - b)))
    last = int(second[-1])
    correlation = np.eye(last + 1)
    correlation[first, second] = correlation[second, first] = values
    return float(eigvalsh(correlation, subset_by_index=(last, last))[0] / (last + 1))


def expected_kappa(correct: npt.ArrayLike) -> pd.DataFrame:
    """κ of two equally able models that have nothing but the items' difficulty in common: ``accuracy, kappa``, one row a level.

    From a Rasch fit of ``correct`` (``(m, n)``) with a prior of difficulties of WEAK_PRECISION, times (m − 1)/m, since a fit to few
    models spreads difficulties too far: with Pr(right) = pᵢ for both, the accuracy is the mean of pᵢ and the
    observed consistency that of pᵢ² + (1 − pᵢ)². Levels go from the least able model to the ablest. Source: Rasch (1960);
    Wright and Douglas (1977), the factor; Geirhos et al. (2020), eq. 1–3, for κ.
    """
    fit = fit_rasch(correct, difficulty_precision=WEAK_PRECISION)
    able = fit.ability[np.isfinite(fit.ability)]
    hard = fit.difficulty[np.isfinite(fit.difficulty)]
    if not len(able) or not len(hard):
        return pd.DataFrame({"accuracy": [], "kappa": []}, dtype=float)
    able, hard = able * (len(able) - 1) / len(able), hard * (len(able) - 1) / len(able)
    levels = np.linspace(able.min(), able.max(), STEPS)
    chance = 1 / (1 + np.exp(hard[None, :] - levels[:, None]))
    accuracy = chance.mean(axis=1)
    observed = (chance**2 + (1 - chance) ** 2).mean(axis=1)
    return pd.DataFrame({"accuracy": accuracy, "kappa": _kappa(observed, accuracy**2 + (1 - accuracy) ** 2)})
