"""How good products are for a kind of task: the weighted mean of its tests' scores, reported or else expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from harness.analysis.scale.estimation import DEGREES, curve
from harness.analysis.scale.fit import APART, ScaleFit
from harness.analysis.scale.sums import covariance_of_sums
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile
from harness.errors import MissingData

LEAST_TESTS, LEAST_PRODUCTS, DEVIATION = 3, 10, 0.03
"""Reported tests of a product, and products with so many, from which the spread of what a kind of task adds to a product's general
capability is estimated; and the spread where there are fewer (the median over the kinds of task that ship is 0.028)."""
SUITABILITY_COLUMNS = ["model_id", "suitability", "stderr", "low", "high", "evidence", "tests", "share"]
BEHIND_COLUMNS = ["model_id", "behind", "behind_low", "behind_high", "within_leader"]


@dataclass(frozen=True)
class Suitability:
    """Products on the tests of one kind of task.

    ``models``: SUITABILITY_COLUMNS, best first; ``suitability`` is a share (0–1) with its 95% interval, ``evidence`` the number of
    ``tests`` with a reported score of the product and ``share`` their part of the weights. ``scores``: ``model_id, test, weight,
    score, low, high, reported``, what the mean is made of. ``covariance`` of the suitabilities is in the order of ``models``;
    ``deviation`` is the standard deviation of what products are better or worse at this kind of task than in general.
    """

    models: pd.DataFrame
    scores: pd.DataFrame
    covariance: Floats
    deviation: float


def suitability(fit: ScaleFit, tests: pd.DataFrame, *, confidence: float = CONFIDENCE) -> Suitability:
    """Weighted mean of the scores on ``tests`` (``test, benchmark_id, weight``), of every product that is asked as in a chat.

    A test is one or several benchmarks of the scale (set-ups, editions) with one weight; rows of benchmarks that the scale lacks
    are left out, and the weights of the remaining tests sum to 1. A test's score is the mean of the scores to be expected on
    its benchmarks plus the mean of what the product's reported scores there exceed theirs by: the reported score itself where
    there is one benchmark, the expected one where nothing is reported.

    The interval is that of the mean over tests of this kind: it holds the error of the fit, with what scores share counted
    once; the error that any one test's score has about the product's capability, be it reported or not; and, for the part of
    the weights without a report, what the product may be better or worse at in this kind of task than in general.

    Raises:
        MissingData: the scale holds none of the tests.
    """
    rows = tests[tests["benchmark_id"].isin(fit.benchmarks["benchmark_id"])]
    if rows.empty:
        raise MissingData("The capability scale holds no test of this kind of task.")
    test, names = pd.factorize(rows["test"])
    weight = rows.groupby(test)["weight"].first().to_numpy(dtype=float)
    weight = weight / weight.sum()
    position = {name: i for i, name in enumerate(fit.benchmarks["benchmark_id"])}
    benchmark = np.array([position[name] for name in rows["benchmark_id"]], dtype=np.intp)
    asked = ~fit.benchmarks["battery"].isin(APART)
    chat = set(fit.scores.loc[fit.scores["benchmark_id"].isin(fit.benchmarks.loc[asked, "benchmark_id"]), "model_id"])
    model = np.flatnonzero(fit.models["model_id"].isin(chat).to_numpy())
    size, width = len(model), len(benchmark)

    cells = fit.cells.at(np.repeat(model, width), np.tile(benchmark, size))
    at = curve(cells, fit.solution.parameters)
    fitted = at.fitted.reshape(size, width)
    error = (fit.solution.variance[cells.benchmark] * at.shape).reshape(size, width)
    score = np.full((fit.cells.models, fit.cells.benchmarks), np.nan)
    score[fit.cells.model, fit.cells.benchmark] = fit.cells.score
    score = score[np.ix_(model, benchmark)]
    reported = np.isfinite(score)

    of_test = (test == np.arange(len(names))[:, None]).astype(float)  # tests × benchmarks
    several = of_test.sum(axis=1)
    count = reported @ of_test.T
    known = count > 0
    mean = fitted @ of_test.T / several
    above = np.where(reported, np.nan_to_num(score) - fitted, 0.0) @ of_test.T / np.maximum(count, 1)
    level = np.clip(mean + above, 0, 1)
    wide = DEGREES / (DEGREES - 2)
    own = np.where(
        known, (error * reported) @ of_test.T / np.maximum(count, 1) ** 2, wide * error @ of_test.T / several
    )

    spread = _deviation(np.where(known, above, np.nan), own)

    on_fit = (1 / several)[test][None] - reported / np.maximum(count, 1)[:, test]
    parts = [weight[test] * on_fit, *(on_fit * (test == t) for t in range(len(names)))]
    sums = covariance_of_sums(fit, cells, at, _rows(parts[0]))
    share = known @ weight
    covariance = sums + np.diag(own @ weight**2 + (spread * (1 - share)) ** 2)
    stderr, half = np.sqrt(np.diag(covariance)), normal_quantile(confidence)
    total = level @ weight
    order = np.lexsort((fit.models["model_id"].to_numpy(dtype=str)[model], -total))
    ids = fit.models["model_id"].to_numpy(dtype=object)[model]
    models = pd.DataFrame(
        {
            "model_id": ids,
            "suitability": total,
            "stderr": stderr,
            "low": np.clip(total - half * stderr, 0, 1),
            "high": np.clip(total + half * stderr, 0, 1),
            "evidence": known.sum(axis=1),
            "tests": len(names),
            "share": share,
        }
    )
    single = np.column_stack([np.diag(covariance_of_sums(fit, cells, at, _rows(part))) for part in parts[1:]])
    wide_by = half * np.sqrt(single + own + spread**2 * ~known)
    scores = pd.DataFrame(
        {
            "model_id": np.repeat(ids, len(names)),
            "test": np.tile(np.asarray(names, dtype=object), size),
            "weight": np.tile(weight, size),
            "score": level.ravel(),
            "low": np.clip(level - wide_by, 0, 1).ravel(),
            "high": np.clip(level + wide_by, 0, 1).ravel(),
            "reported": known.ravel(),
        }
    )
    ordered = models.iloc[order].reset_index(drop=True)[SUITABILITY_COLUMNS]
    return Suitability(ordered, scores, covariance[np.ix_(order, order)], spread)


def behind_leader(found: Suitability, models: Sequence[str]) -> pd.DataFrame:
    """How far each of these products is behind the best of them: BEHIND_COLUMNS, best first, in the suitability's unit.

    ``behind_low`` and ``behind_high`` are the 95% interval of the difference, with what both share counted once;
    ``within_leader`` says that this interval holds 0: the product cannot be told from the best.
    """
    chosen = np.flatnonzero(found.models["model_id"].isin(set(models)).to_numpy())
    if not len(chosen):
        return pd.DataFrame({column: pd.Series(dtype=object) for column in BEHIND_COLUMNS})
    value = found.models["suitability"].to_numpy(dtype=float)[chosen]
    covariance = found.covariance[np.ix_(chosen, chosen)]
    gap = value[0] - value
    error = np.sqrt(np.maximum(covariance[0, 0] + np.diag(covariance) - 2 * covariance[0], 0))
    error[0] = 0.0
    half = normal_quantile(CONFIDENCE) * error
    ids = found.models["model_id"].to_numpy(dtype=object)[chosen]
    columns = (ids, gap, gap - half, gap + half, gap - half <= 0)
    return pd.DataFrame(dict(zip(BEHIND_COLUMNS, columns, strict=True)))


def _deviation(above: Floats, error: Floats) -> float:
    """Standard deviation of products' mean residuals over reported tests (products × tests, NaN elsewhere) beyond the tests' errors."""
    known = np.isfinite(above)
    several = known.sum(axis=1) >= LEAST_TESTS
    if several.sum() < LEAST_PRODUCTS:
        return DEVIATION
    count = known[several].sum(axis=1)
    mean = np.nansum(above[several], axis=1) / count
    noise = (error[several] * known[several]).sum(axis=1) / count**2
    return float(np.sqrt(max(np.mean(mean**2 - noise), 0.0)))


def _rows(weights: Floats) -> sparse.csr_array:
    """Weights of products × benchmarks as sums of cells: a row a product, its cells one after the other."""
    size, width = weights.shape
    place = np.arange(size * width)
    return sparse.csr_array((weights.ravel(), (place // width, place)), shape=(size, size * width))
