"""Models of like accuracy: κ moves with accuracy, so that only pairs within one band of it are compared."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.analysis.likeness.homogeneity import OutcomeMatrix


def at_like_accuracy(pairs: pd.DataFrame, low: float, high: float) -> pd.DataFrame:
    """The pairs of which both accuracies are in [low, high]: κ grows with accuracy's distance from even, so only such compare."""
    inside = pairs["accuracy_a"].between(low, high) & pairs["accuracy_b"].between(low, high)
    return pairs[inside]


def like_band(matrix: OutcomeMatrix, width: float = 0.1) -> tuple[float, float]:
    """The band of accuracies, ``width`` wide and starting at a twentieth, that holds most models; the highest of several."""
    with np.errstate(invalid="ignore"):
        answered = (~np.isnan(matrix.correct)).sum(axis=1)
        accuracy = np.nansum(matrix.correct, axis=1) / answered
    starts = [i / 20 for i in range(round(20 * (1 - width)) + 1)]
    inside = [int(((accuracy >= low - 1e-9) & (accuracy <= low + width + 1e-9)).sum()) for low in starts]
    best = max(range(len(starts)), key=lambda i: (inside[i], i))
    return starts[best], round(starts[best] + width, 4)
