"""Difficulty that all models share: a Rasch fit of right and wrong answers, and what each answer differs from it.

Sources: Rasch (1960), Probabilistic Models for Some Intelligence and Attainment Tests; Birnbaum (1969), joint maximum
likelihood; Swaminathan and Gifford (1982), normal priors in it; Yen (1984), Q3; Wright and Masters (1982), standardised
residuals.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from harness.analysis.likeness.answer_patterns import answer_patterns, sums_by
from harness.analysis.statistics.uncertainty import Floats

ABILITY_PRECISION = 0.05
"""1 / variance of the normal prior of an ability (standard deviation 4.5 logits): it only ties the scale down."""
DIFFICULTY_PRECISION = 0.25
"""1 / variance of the normal prior of a difficulty (standard deviation 2 logits): items that all solve stay finite."""
MOST_STEPS = 100
CONVERGED = 1e-8  # the largest change of a step, in logits


@dataclass(frozen=True, slots=True)
class RaschFit:
    """Abilities of ``m`` models and difficulties of ``n`` items, in logits; NaN for one without an answer."""

    ability: Floats
    difficulty: Floats

    def expected(self) -> Floats:
        """The chance that each model solves each item, ``(m, n)``."""
        return np.asarray(expit(self.ability[:, None] - self.difficulty[None, :]))


def fit_rasch(correct: npt.ArrayLike, *, difficulty_precision: float = DIFFICULTY_PRECISION) -> RaschFit:
    """Abilities and difficulties of ``correct`` (``(m, n)``: 1 right, 0 wrong, NaN not answered), in logits.

    The mode of the joint posterior: Pr(right) = 1 / (1 + exp(difficulty − ability)) with normal priors around 0. Items with
    the same answering models and the same number of right answers have one difficulty and are fitted as one, so that the
    time grows with the different sums and not with the items. A ``difficulty_precision`` of 0 is plain maximum likelihood of
    difficulties, which needs every item solved by some and not by all. Source: Swaminathan and Gifford (1982).
    """
    values = np.asarray(correct, dtype=float)
    answered = ~np.isnan(values)
    right: Floats = np.asarray(np.nan_to_num(values))
    pattern = answer_patterns(answered).of_items
    solved = right.sum(axis=0)
    kinds, kind, items = np.unique(np.column_stack([pattern, solved]), axis=0, return_inverse=True, return_counts=True)
    first = np.full(len(kinds), values.shape[1], dtype=np.int64)
    np.minimum.at(first, kind.ravel(), np.arange(values.shape[1]))
    mask = answered[:, first].astype(float)
    ability, difficulty = _steps(mask, kinds[:, 1], items.astype(float), right.sum(axis=1), difficulty_precision)
    ability[~answered.any(axis=1)] = np.nan
    difficulty[~mask.any(axis=0)] = np.nan
    return RaschFit(ability, difficulty[kind.ravel()])


def _steps(mask: Floats, solved: Floats, items: Floats, solves: Floats, precision: float) -> tuple[Floats, Floats]:
    """Newton's steps of abilities and difficulties together, none above one logit. ``mask``: ``(m, kinds)``; ``solved, items``:
    right answers to an item of each kind, and how many items it has; ``solves``: right answers of each model."""
    ability, difficulty = np.zeros(mask.shape[0]), np.zeros(mask.shape[1])
    for _ in range(MOST_STEPS):
        chance = expit(ability[:, None] - difficulty) * mask
        spread = chance * (1 - chance)
        slope = solves - chance @ items - ABILITY_PRECISION * ability
        rise = chance.sum(axis=0) - solved - precision * difficulty
        bend = spread.sum(axis=0) + precision
        curve = np.diag(spread @ items + ABILITY_PRECISION) - (spread * (items / bend)) @ spread.T
        step = np.linalg.solve(curve, slope + spread @ (items * rise / bend))
        move = (rise + step @ spread) / bend
        largest = max(np.abs(step).max(initial=0), np.abs(move).max(initial=0))
        ability, difficulty = ability + step / max(largest, 1), difficulty + move / max(largest, 1)
        if largest < CONVERGED:
            break
    return ability, difficulty


def abilities(correct: npt.ArrayLike, difficulty: Floats) -> Floats:
    """Abilities of ``(m, n)`` answers on items of known difficulties, in logits: the mode under the prior of ``fit_rasch``.

    NaN for a model without an answer to an item of known difficulty. Source: Swaminathan and Gifford (1982).
    """
    values = np.where(np.isnan(difficulty), np.nan, np.asarray(correct, dtype=float))
    mask: Floats = (~np.isnan(values)).astype(float)
    solved, known = np.nansum(values, axis=1), np.nan_to_num(difficulty)
    ability = np.zeros(len(values))
    for _ in range(MOST_STEPS):
        chance = expit(ability[:, None] - known) * mask
        slope = solved - chance.sum(axis=1) - ABILITY_PRECISION * ability
        step = slope / ((chance * (1 - chance)).sum(axis=1) + ABILITY_PRECISION)
        ability = ability + np.clip(step, -1, 1)
        if np.abs(step).max(initial=0) < CONVERGED:
            break
    return np.where(mask.any(axis=1), ability, np.nan)


def residuals(correct: npt.ArrayLike, fit: RaschFit) -> Floats:
    """What each answer differs from the fit in standard deviations, ``(m, n)``: (x − p) / √(p(1 − p)); NaN not answered.

    Source: Wright and Masters (1982), ch. 5.
    """
    chance = fit.expected()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((np.asarray(correct, dtype=float) - chance) / np.sqrt(chance * (1 - chance)))


def residual_correlation(residual: Floats) -> Floats:
    """Q3: the correlation of every pair's residuals on the items that both answered, ``(m, m)``; NaN where it is undefined.

    Where nothing but ability and difficulty is at work, its mean is about −1/(m − 1) and not 0: the difficulties are fitted
    to the same answers, so that an item's residuals sum to about 0. The prior of difficulties lets items that all solve, or
    none, keep residuals of one sign, which lifts it. Read differences. Source: Yen (1984), eq. 8; Christensen, Makransky,
    Horton (2017) on the mean.
    """
    answered = ~np.isnan(residual)
    value: Floats = np.asarray(np.nan_to_num(residual))
    shared, total, squares = _shared_sums(answered, value)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / shared
        spread = np.sqrt(squares / shared - mean**2)
        return np.asarray((value @ value.T / shared - mean * mean.T) / (spread * spread.T))


def _shared_sums(answered: npt.NDArray[np.bool_], value: Floats) -> tuple[Floats, Floats, Floats]:
    """Items that both models of a pair answered, and of the row's model its values and their squares on them, ``(m, m)`` each."""
    patterns = answer_patterns(answered)
    if not patterns.few:
        mask = answered.astype(float)
        return mask @ mask.T, value @ mask.T, value**2 @ mask.T
    mask, place = patterns.answered, patterns.of_items
    items = np.bincount(place, minlength=len(mask))
    total, squares = (sums_by(place, len(mask), part) for part in (value, value**2))
    return (mask.T * items) @ mask, total.T @ mask, squares.T @ mask
