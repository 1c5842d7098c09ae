"""Likeness within and between groups of models: vendors, segments, countries, open and closed.

Sources: Kim et al. (2025), "Correlated Errors in Large Language Models", arXiv 2506.07962; Snijders and Borgatti (1999), the
bootstrap of nodes, since pairs share models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from harness.analysis.likeness.accuracy_bands import at_like_accuracy
from harness.analysis.likeness.pairs import AT_ONCE, MEASURES, Likeness, interval_ends
from harness.analysis.statistics.uncertainty import Floats

GROUP_COLUMNS = ["measure", "group_a", "group_b", "relation", "pairs", "mean", "low", "high", "models_low",
                 "models_high"]  # fmt: skip
AT_LIKE = "kappa_at_like_accuracy"
"""κ of the pairs of which both accuracies lie in one band."""
DIFFERENCE = "within − between"
Chosen = npt.NDArray[np.bool_]


def group_likeness(
    likeness: Likeness, groups: Mapping[str, str], band: tuple[float, float], *, seed: int, draws: int = 1000
) -> pd.DataFrame:
    """Mean of each measure over the pairs of two groups, of one group, of all within and between: GROUP_COLUMNS.

    ``low, high``: 95% bootstrap over items; ``models_low, models_high``: over models (``draws`` samples; a model drawn twice
    forms no pair with itself), for what other models of these groups would give. The last row of a measure is within −
    between. ``band``: the accuracies of ``kappa_at_like_accuracy``. Models without a group are left out. Source: Kim et al.
    (2025), sec. 4; Snijders and Borgatti (1999).
    """
    label = [groups.get(name) for name in likeness.models]
    pairs = [_ordered(label[i], label[j]) for i, j in zip(likeness.first, likeness.second, strict=True)]
    known = np.array([pair is not None for pair in pairs], dtype=bool)
    same = np.array([pair is not None and pair[0] == pair[1] for pair in pairs], dtype=bool)
    inside = np.isin(np.arange(len(pairs)), at_like_accuracy(likeness.pairs.reset_index(drop=True), *band).index)
    of_groups = sorted({pair for pair in pairs if pair is not None})
    place = {pair: i for i, pair in enumerate(of_groups)}
    part = np.array([-1 if pair is None else place[pair] for pair in pairs], dtype=np.intp)
    names = [(*pair, "within" if pair[0] == pair[1] else "between") for pair in of_groups]
    names += [("all", "all", "within"), ("all", "all", "between")]
    weights = _model_weights(likeness, np.random.default_rng(seed), draws)
    rows = []
    for measure, column, usable in [(m, m, known) for m in MEASURES] + [(AT_LIKE, "kappa", known & inside)]:
        point = likeness.pairs[column].to_numpy(dtype=float)
        chosen = usable & np.isfinite(point)
        of = _means(point, likeness.drawn[column], weights, draws, _selections(chosen, part, same, len(of_groups)))
        over_items, over_models = interval_ends(of.items), interval_ends(of.models)
        ends = np.column_stack([*over_items, *over_models]).tolist()
        for name, count, mean, four in zip(names, of.pairs.tolist(), of.mean.tolist(), ends, strict=True):
            if count:
                rows.append((measure, *name, int(count), mean, *four))
        gap = of.mean[-2] - of.mean[-1]
        if np.isfinite(gap):
            apart = (interval_ends((drawn[:, -2] - drawn[:, -1])[:, None]) for drawn in (of.items, of.models))
            four = [float(end[0]) for pair in apart for end in pair]
            rows.append((measure, "all", "all", DIFFERENCE, int(chosen.sum()), float(gap), *four))
    return pd.DataFrame(rows, columns=GROUP_COLUMNS)


def _ordered(first: str | None, second: str | None) -> tuple[str, str] | None:
    if first is None or second is None:
        return None
    return (first, second) if first <= second else (second, first)


@dataclass(frozen=True, slots=True)
class Means:
    """Means over the pairs of each selection: how many ``pairs``, their ``mean``, and it in each draw of items and of models,
    ``(draws, selections)``."""

    pairs: Floats
    mean: Floats
    items: Floats
    models: Floats


def _selections(chosen: Chosen, part: npt.NDArray[np.intp], same: Chosen, groups: int) -> csr_array:
    """Which of the ``chosen`` pairs are of each of so many pairs of ``groups`` (``part``), within a group and between two,
    ``(groups + 2, pairs)``."""
    at = np.flatnonzero(chosen)
    row = np.concatenate([part[at], np.where(same[at], groups, groups + 1)])
    return csr_array((np.ones(len(row)), (row, np.tile(at, 2))), shape=(groups + 2, len(part)))


def _model_weights(likeness: Likeness, rng: np.random.Generator, draws: int) -> Callable[[int], Floats]:
    """How often each pair is drawn where models are, ``(AT_ONCE, pairs)`` from a draw on."""
    m = len(likeness.models)
    times = rng.multinomial(m, np.full(m, 1 / m), size=draws).astype(float) if m else np.zeros((draws, 0))

    def weights(start: int) -> Floats:
        part = times[start : start + AT_ONCE]
        return np.asarray(part[:, likeness.first] * part[:, likeness.second])

    return weights


def _means(point: Floats, drawn: Floats, weights: Callable[[int], Floats], draws: int, selections: csr_array) -> Means:
    """Mean over the pairs of each selection: of all items, of each draw of items, of each draw of models."""
    count = np.asarray(selections.sum(axis=1))
    value = np.nan_to_num(point)
    items, models = [], []
    with np.errstate(invalid="ignore", divide="ignore"):
        for start in range(0, len(drawn), AT_ONCE):
            part = drawn[start : start + AT_ONCE]
            finite = np.isfinite(part)
            known = count if finite.all() else _sums(selections, finite)
            items.append(_sums(selections, np.where(finite, part, 0.0)) / known)
        for start in range(0, draws, AT_ONCE):
            weight = weights(start)
            models.append(_sums(selections, weight * value) / _sums(selections, weight))
        return Means(count, selections @ value / count, np.concatenate(items), np.concatenate(models))


def _sums(selections: csr_array, values: npt.NDArray[Any]) -> Floats:
    """Sums of ``(draws, pairs)`` over each selection, ``(draws, selections)``."""
    return np.asarray((selections @ np.ascontiguousarray(values.T)).T)
