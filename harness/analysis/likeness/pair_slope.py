"""A slope over pairs of models, with the error that sharing models makes: the jackknife that leaves out one model at a time.

Sources: Efron and Stein (1981); Snijders and Borgatti (1999), pairs that share nodes.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from harness.analysis.statistics.uncertainty import Floats, normal_quantile


def pair_slope(
    design: Floats, value: Floats, first: npt.NDArray[np.object_], second: npt.NDArray[np.object_]
) -> tuple[float, float]:
    """Coefficient of the second column of ``design`` by least squares over pairs, and the half width of its 95% interval.

    1.96 standard errors of the jackknife over models, √((n − 1)/n · Σ(slope without one − their mean)²). ``first, second``: the
    models of each pair. NaN where the column does not vary or the pairs are too few. Source: Efron and Stein (1981).
    """
    names = sorted(set(first) | set(second))
    without = np.array([slope(design[kept], value[kept]) for kept in ((first != x) & (second != x) for x in names)])
    n = len(names)
    error = np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()) if n else np.nan
    return slope(design, value), float(normal_quantile() * error)


def slope(design: Floats, value: Floats) -> float:
    """Coefficient of the second column by least squares; NaN where it does not vary or the rows are too few."""
    if len(value) <= design.shape[1] or np.ptp(design[:, 1]) == 0:
        return np.nan
    return float(np.linalg.lstsq(design, value, rcond=None)[0][1])
