"""How alike a model is to itself: under another agent (a ceiling of likeness between models) and run again (its noise floor).

Source: Geirhos et al. (2020), arXiv 2006.16736, who hold models' error consistency against that between human observers.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.homogeneity import OutcomeMatrix
from harness.analysis.likeness.pairs import interval_ends, measured_pairs
from harness.analysis.likeness.rasch import RaschFit, abilities, fit_rasch, residuals
from harness.analysis.statistics.uncertainty import Floats

OTHER_AGENT, REPEATED, TRIALS = "other_agent", "repeated", "trials"
"""One model under two agents; two runs of one model under the same conditions; two trials of one run's items."""
REFERENCE_COLUMNS = ["kind", "a", "b", "items", "accuracy_a", "accuracy_b", "kappa", "kappa_low", "kappa_high", "residual",
                     "residual_low", "residual_high"]  # fmt: skip
LEVEL_COLUMNS = ["kind", "measure", "pairs", "mean", "low", "high"]
_OF = ("kappa", "residual")


@dataclass(frozen=True, slots=True)
class SameModel:
    """``pairs``: REFERENCE_COLUMNS, one row a pair of runs of one model; ``levels``: LEVEL_COLUMNS, their means by kind, with
    95% bootstrap intervals over items."""

    pairs: pd.DataFrame
    levels: pd.DataFrame


def same_model(
    matrix: OutcomeMatrix, beside: Collection[str], wanted: pd.DataFrame, *, seed: int, draws: int = 400
) -> SameModel:
    """Likeness of the ``wanted`` pairs (``kind, a, b``) of one model's runs: κ and Q3, measured as between models.

    ``beside``: rows of the matrix that are no models of the board (other agents', repeated runs). The items' difficulty is
    that which the board's models give them; the others get an ability on it. Items that no model of the board has are left
    out. Source: Geirhos et al. (2020); Yen (1984) for Q3.
    """
    own = np.array([name not in beside for name in matrix.models], dtype=bool)
    has = ~np.isnan(matrix.correct[own]).all(axis=0)
    matrix = replace(matrix, tasks=matrix.tasks[has], correct=matrix.correct[:, has], probs=None, gold=matrix.gold[has],
                     choices=matrix.choices[has], clusters=matrix.clusters[has])  # fmt: skip
    difficulty = fit_rasch(matrix.correct[own]).difficulty
    residual = residuals(matrix.correct, RaschFit(abilities(matrix.correct, difficulty), difficulty))
    place = {name: i for i, name in enumerate(matrix.models)}
    first, second = (np.array([place[name] for name in wanted[side]], dtype=np.intp) for side in ("a", "b"))
    pairs, drawn = measured_pairs(matrix, residual, first, second, seed=seed, draws=draws)
    low, high = interval_ends(drawn["residual"])
    kinds = wanted["kind"].to_numpy(dtype=object)
    pairs = pairs.assign(kind=kinds, residual_low=low, residual_high=high)[REFERENCE_COLUMNS]
    return SameModel(pairs, _levels(pairs, drawn, _OF))


def trials(models: tuple[str, ...], share: Floats, tries: Floats, *, seed: int, draws: int = 400) -> SameModel:
    """Likeness of two trials of one model, from the shares ``(m, n)`` of ``tries`` that solved each item; NaN where unknown.

    Of an item that k of t tries solved, two different tries agree with the chance (k(k − 1) + (t − k)(t − k − 1)) / (t(t − 1)),
    without bias for any t above 1; c_exp = a² + (1 − a)² with the accuracy a. Items tried once, and those whose share is no
    number of solved tries, are left out. Source: Geirhos et al. (2020), eq. 1–3; Fleiss (1971) for several ratings of an item.
    """
    solved = share * tries
    used = (tries >= 2) & (abs(solved - np.round(solved)) < 1e-6)
    k, t = np.where(used, np.round(solved), 0), np.where(used, tries, 2)
    agreed = np.where(used, (k * (k - 1) + (t - k) * (t - k - 1)) / (t * (t - 1)), 0)
    parts = np.stack([used.astype(float), np.where(used, k / t, 0), agreed])
    n = share.shape[1]
    point = _trial_measures(parts.sum(axis=2))
    drawn: dict[str, npt.NDArray[np.float64]] = {"kappa": np.full((draws, len(models)), np.nan)}
    if n > 1:
        times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws).astype(float)
        drawn["kappa"] = np.stack([_trial_measures(parts @ w)["kappa"] for w in times])
    low, high = interval_ends(drawn["kappa"])
    names, nothing = list(models), np.full(len(models), np.nan)
    pairs = pd.DataFrame(
        {"kind": TRIALS, "a": names, "b": names, **point, "kappa_low": low, "kappa_high": high, "residual": nothing,
         "residual_low": nothing, "residual_high": nothing}, columns=REFERENCE_COLUMNS,
    )  # fmt: skip
    return SameModel(pairs, _levels(pairs, drawn, ("kappa",)))


def _trial_measures(sums: Floats) -> dict[str, Floats]:
    items, solved, agreed = sums
    with np.errstate(divide="ignore", invalid="ignore"):
        a = solved / items
        expected = a**2 + (1 - a) ** 2
        kappa = np.where(1 - expected > 1e-12, (agreed / items - expected) / (1 - expected), np.nan)
    return {"items": items.astype(np.int64), "accuracy_a": a, "accuracy_b": a, "kappa": kappa}


def _levels(pairs: pd.DataFrame, drawn: dict[str, Floats], measures: tuple[str, ...]) -> pd.DataFrame:
    """Means by kind, and the ends of their intervals: every draw of items is of all pairs at once."""
    rows: list[tuple[object, ...]] = []
    for kind in pairs["kind"].drop_duplicates():
        for measure in measures:
            values = pairs[measure].to_numpy(dtype=float)
            chosen = pairs["kind"].eq(kind).to_numpy() & np.isfinite(values)
            if chosen.any():
                with np.errstate(invalid="ignore"):
                    inside = drawn[measure][:, chosen]
                    means = np.nansum(inside, axis=1) / np.isfinite(inside).sum(axis=1)
                low, high = interval_ends(means[:, None])
                mean = values[chosen].mean()
                rows.append((kind, measure, int(chosen.sum()), float(mean), float(low[0]), float(high[0])))
    return pd.DataFrame(rows, columns=LEVEL_COLUMNS)
