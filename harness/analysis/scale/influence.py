"""What the order on the capability scale owes to each benchmark: the scale estimated again without it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from harness.analysis.scale.estimation import DEGREES, TOLERANCE, _normal, _step, curve
from harness.analysis.scale.fit import HIGH, LOW, ScaleFit
from harness.errors import BadInput

STEPS = 40
"""Most steps of a new estimation, which begins at the old one."""
INFLUENCE_COLUMNS = ["benchmark_id", "benchmark", "models", "leader", "ahead", "tau", "moved", "moved_model"]


def points_without(fit: ScaleFit, benchmark_id: str) -> pd.Series:
    """Points of the models of ``fit`` on the scale estimated without the scores of one benchmark, by ``model_id``.

    The benchmarks' error variances stay those of the fit, the two products of the unit stay its ends. A model that loses its
    last score is missing. Raises ``BadInput`` for a benchmark that the fit lacks.
    """
    names = fit.benchmarks["benchmark_id"].to_list()
    if benchmark_id not in names:
        raise BadInput(f"The scale does not rest on {benchmark_id}.")
    stays = fit.cells.benchmark != names.index(benchmark_id)
    cells = replace(
        fit.cells, model=fit.cells.model[stays], benchmark=fit.cells.benchmark[stays], score=fit.cells.score[stays]
    )
    x, variance, damping = fit.solution.parameters, fit.solution.variance, 1e-6
    for _ in range(STEPS):
        centre, at = float(x.difficulty.mean()), curve(cells, x)
        error = variance[cells.benchmark] * at.shape
        weight = (DEGREES + 1) / (DEGREES + (cells.score - at.fitted) ** 2 / error) / error
        normal = _normal(cells, x, at, weight, centre)
        x, damping, moved = _step(cells, x, weight, normal, centre, damping)
        if moved < TOLERANCE:
            break
    ids = fit.models["model_id"].to_list()
    low, high = (x.capability[ids.index(name)] for name, _ in (LOW, HIGH))
    points = LOW[1] + (HIGH[1] - LOW[1]) * (x.capability - low) / (high - low)
    points[np.bincount(cells.model, minlength=cells.models) == 0] = np.nan
    return pd.Series(points, index=pd.Index(ids, name="model_id"))


def benchmark_influence(fit: ScaleFit, benchmark_id: str, points: pd.Series) -> pd.Series:
    """What leaving one benchmark out does to the order of the models ``points`` (by ``model_id``, in points): INFLUENCE_COLUMNS.

    ``leader`` is the first without it and ``ahead`` its points over the second; ``tau`` is Kendall's of the orders with and
    without; ``moved`` the largest change of points, of ``moved_model``. Models that lose their last score are passed over.
    """
    after = points_without(fit, benchmark_id).reindex(points.index).dropna()
    before = points[after.index]
    best, change = after.nlargest(2), after - before
    moved = change.abs().idxmax()
    test = fit.benchmarks.set_index("benchmark_id").loc[benchmark_id]
    values = (benchmark_id, test["benchmark"], int(test["models"]), best.index[0], float(best.iloc[0] - best.iloc[-1]),
              float(before.corr(after, method="kendall")), float(change[moved]), moved)  # fmt: skip
    return pd.Series(dict(zip(INFLUENCE_COLUMNS, values, strict=True)))
