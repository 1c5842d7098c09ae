"""In how many ways models differ on the same items: eigenvalues of their outcomes' and of the Rasch residuals' correlations.

Sources: Horn (1965), parallel analysis; Litwin-Kumar et al. (2017), the participation ratio; Drasgow and Lissak (1983),
parallel analysis of item responses under a one-dimensional model.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.rasch import fit_rasch, residual_correlation, residuals
from harness.analysis.statistics.uncertainty import Floats

PERCENTILE = 95
"""The share of Rasch matrices, per cent, whose eigenvalue of the same rank a dimension is to exceed."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """``first_share``: share of the first eigenvalue of the outcomes' correlations; ``participation_ratio``: (Σλ)² / Σλ² of
    them, 1 where all err alike and ``m`` where none do; ``above``: eigenvalues of the residuals above those of Rasch matrices at
    their rank; ``leading``: those before the first that is not; ``eigenvalues``: ``rank, outcome, residual, null``."""

    first_share: float
    participation_ratio: float
    above: int
    leading: int
    eigenvalues: pd.DataFrame


def dimensions(correct: npt.ArrayLike, *, seed: int, draws: int = 200) -> Dimensions:
    """Dimensions of ``(m, n)`` answers (1 right, 0 wrong, NaN not answered): of the outcomes, and beyond shared difficulty.

    ``draws`` matrices are simulated from the Rasch fit with the same cells missing, and fitted again: what is above their 95th
    percentile is no chance. Models whose outcomes do not vary are left out. Source: Horn (1965); Drasgow and Lissak (1983).
    """
    values = _varied(correct)
    if len(values) < 2:
        nothing = pd.DataFrame({c: pd.Series(dtype=float) for c in ("rank", "outcome", "residual", "null")})
        return Dimensions(np.nan, np.nan, 0, 0, nothing)
    outcome = _spectrum(values)
    fit = fit_rasch(values)
    chance, missing = fit.expected(), np.isnan(values)
    observed = _spectrum(residuals(values, fit))
    rng = np.random.default_rng(seed)
    null = np.percentile([_simulated(chance, missing, rng) for _ in range(draws)], PERCENTILE, axis=0)
    beyond = observed > null
    table = pd.DataFrame({"rank": np.arange(1, len(null) + 1), "outcome": outcome, "residual": observed, "null": null})
    leading = len(beyond) if beyond.all() else int(np.argmin(beyond))
    ratio = outcome.sum() ** 2 / (outcome**2).sum()
    return Dimensions(float(outcome[0] / outcome.sum()), float(ratio), int(beyond.sum()), leading, table)


def first_share(correct: npt.ArrayLike) -> float:
    """``Dimensions.first_share`` of ``(m, n)`` answers, without the rest; NaN with fewer than two models that vary."""
    values = _varied(correct)
    if len(values) < 2:
        return np.nan
    outcome = _spectrum(values)
    return float(outcome[0] / outcome.sum())


def _varied(correct: npt.ArrayLike) -> Floats:
    """The models whose outcomes vary."""
    values = np.asarray(correct, dtype=float)
    with np.errstate(invalid="ignore"):
        share = np.nansum(values, axis=1) / (~np.isnan(values)).sum(axis=1)
    return np.asarray(values[(share > 0) & (share < 1)])


def _spectrum(values: Floats) -> Floats:
    """Eigenvalues of the correlations of rows, largest first; an undefined correlation counts as none."""
    correlation = np.nan_to_num(residual_correlation(values))
    np.fill_diagonal(correlation, 1)
    return np.asarray(np.linalg.eigvalsh(correlation)[::-1])


def _simulated(chance: Floats, missing: npt.NDArray[np.bool_], rng: np.random.Generator) -> Floats:
    answers = np.where(missing, np.nan, rng.random(chance.shape) < chance)
    return _spectrum(residuals(answers, fit_rasch(answers)))
