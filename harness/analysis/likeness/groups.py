"""Likeness within and between groups of models: vendors, segments, countries, open and closed.

Sources: Kim et al. (2025), "Correlated Errors in Large Language Models", arXiv 2506.07962; Snijders and Borgatti (1999), the
bootstrap of nodes, since pairs share models.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.likeness.accuracy_bands import at_like_accuracy
from harness.analysis.likeness.pairs import MEASURES, Likeness, interval_ends
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
    selections = [
        (*pair, "within" if pair[0] == pair[1] else "between", np.array([other == pair for other in pairs], dtype=bool))
        for pair in sorted({pair for pair in pairs if pair is not None})
    ]
    selections += [("all", "all", "within", same), ("all", "all", "between", known & ~same)]
    weights = _model_weights(likeness, np.random.default_rng(seed), draws)
    rows = []
    for measure, column, usable in [(m, m, known) for m in MEASURES] + [(AT_LIKE, "kappa", known & inside)]:
        point = likeness.pairs[column].to_numpy(dtype=float)
        of = [_means(point, likeness.drawn[column], weights, chosen & usable) for *_, chosen in selections]
        for (first, second, relation, chosen), values in zip(selections, of, strict=True):
            count = int((chosen & usable & np.isfinite(point)).sum())
            if count:
                rows.append((measure, first, second, relation, count, *_row(*values)))
        gap = [x - y for x, y in zip(of[-2], of[-1], strict=True)]
        if np.isfinite(gap[0]):
            rows.append((measure, "all", "all", DIFFERENCE, int((usable & np.isfinite(point)).sum()), *_row(*gap)))
    return pd.DataFrame(rows, columns=GROUP_COLUMNS)


def _ordered(first: str | None, second: str | None) -> tuple[str, str] | None:
    if first is None or second is None:
        return None
    return (first, second) if first <= second else (second, first)


def _model_weights(likeness: Likeness, rng: np.random.Generator, draws: int) -> Floats:
    """How often each pair is drawn where models are, ``(draws, pairs)``."""
    m = len(likeness.models)
    times = rng.multinomial(m, np.full(m, 1 / m), size=draws).astype(np.float32) if m else np.zeros((draws, 0))
    return np.asarray(times[:, likeness.first] * times[:, likeness.second], dtype=float)


def _means(point: Floats, drawn: Floats, weights: Floats, chosen: Chosen) -> tuple[Floats, Floats, Floats]:
    """Mean over the chosen pairs: of all items, of each draw of items, of each draw of models."""
    chosen = chosen & np.isfinite(point)
    with np.errstate(invalid="ignore", divide="ignore"):
        values = drawn[:, chosen]
        items = np.nansum(values, axis=1) / np.isfinite(values).sum(axis=1)
        models = weights[:, chosen] @ point[chosen] / weights[:, chosen].sum(axis=1)
        mean = np.float64(point[chosen].sum()) / np.float64(chosen.sum())
    return np.asarray(mean), np.asarray(items), np.asarray(models)


def _row(mean: Floats, items: Floats, models: Floats) -> tuple[float, ...]:
    return float(mean), *(float(end[0]) for drawn in (items, models) for end in interval_ends(drawn[:, None]))
