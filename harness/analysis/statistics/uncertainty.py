"""How sure a score is: standard errors and intervals. Pure; numpy and pandas only.

Errors follow Miller (2024), "Adding Error Bars to Evals", arXiv 2411.00640; proportions near 0 or 1
get Wilson's interval (1927), since a normal or percentile interval collapses there. Formulas in
``docs/methodology.md``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.metrics import metric as metric_of

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.95
_BOOTSTRAP_CELLS = 4_000_000  # numbers held at once while resampling (32 MB)
ESTIMATE_KEYS = ["run_id", "task", "metric", "filter"]


@dataclass(frozen=True)
class Estimate:
    """A score with its standard error (same unit), the items ``n`` and the clusters they form."""

    score: float
    stderr: float
    n: int
    clusters: int


@dataclass(frozen=True)
class Interval:
    """Both ends of an interval, in the unit of the score; NaN where it cannot be known."""

    low: float
    high: float


UNKNOWN = Interval(math.nan, math.nan)


def normal_quantile(confidence: float = CONFIDENCE) -> float:
    """Two-sided normal quantile: 1.96 for 0.95."""
    return float(special.ndtri(0.5 + confidence / 2))


def t_quantile(df: npt.ArrayLike, confidence: float = CONFIDENCE) -> Floats:
    """Two-sided Student quantile for ``df`` degrees of freedom; normal where ``df`` is unknown."""
    freedom = np.asarray(df, dtype=float)
    normal = normal_quantile(confidence)
    with np.errstate(invalid="ignore"):
        student = special.stdtrit(np.where(freedom >= 1, freedom, np.nan), 0.5 + confidence / 2)
    return np.where(np.isnan(freedom), normal, student)


def cluster_codes(clusters: object, n: int) -> npt.NDArray[np.int64]:
    """Integer code of each item's cluster, shape ``(n,)``; an item without a cluster is its own."""
    if clusters is None:
        return np.arange(n, dtype=np.int64)
    found, names = pd.factorize(pd.Series(clusters), use_na_sentinel=True)
    codes: npt.NDArray[np.int64] = np.array(found, dtype=np.int64)
    alone = codes < 0
    codes[alone] = len(names) + np.arange(int(alone.sum()))
    return codes


def ratio_estimate(values: npt.ArrayLike, weights: npt.ArrayLike | None, *, clusters: object = None) -> Estimate:
    """Weighted mean with its linearised (delta-method) standard error, clustered where given.

    ``values`` and ``weights`` have shape ``(n,)``; a value that is NaN, or a weight that is not
    positive, is left out. Bits per byte is this with the item's bytes as weight. The error of fewer than
    two clusters is NaN. Source: Cochran (1977), Sampling Techniques, ch. 6; Miller (2024), eq. 4.
    """
    value = np.asarray(values, dtype=float)
    weight = np.ones_like(value) if weights is None else np.asarray(weights, dtype=float)
    codes = cluster_codes(clusters, len(value))
    keep = ~np.isnan(value) & (weight > 0)
    value, weight, codes = value[keep], weight[keep], codes[keep]
    if len(value) == 0:
        return Estimate(math.nan, math.nan, 0, 0)
    total = weight.sum()
    score = float(weight @ value / total)
    residuals = weight * (value - score)
    _, dense = np.unique(codes, return_inverse=True)
    sums = np.bincount(dense, residuals)
    groups = len(sums)
    if groups < 2:
        return Estimate(score, math.nan, len(value), groups)
    variance = groups / (groups - 1) * float(sums @ sums) / total**2
    return Estimate(score, math.sqrt(variance), len(value), groups)


def mean_estimate(values: npt.ArrayLike, *, clusters: object = None) -> Estimate:
    """Mean with its standard error, s/sqrt(n); with ``clusters``, Miller's clustered error (2024, eq. 4)."""
    return ratio_estimate(values, None, clusters=clusters)


def _wilson(score: Floats, n: Floats, confidence: float) -> tuple[Floats, Floats]:
    z2 = normal_quantile(confidence) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (score + z2 / (2 * n)) / (1 + z2 / n)
        half = np.sqrt(z2 * (score * (1 - score) / n + z2 / (4 * n**2))) / (1 + z2 / n)
    known = n > 0
    low = np.where(known, np.clip(centre - half, 0, 1), np.nan)
    high = np.where(known, np.clip(centre + half, 0, 1), np.nan)
    return low, high


def _intervals(score: Floats, stderr: Floats, n: Floats, name: str, confidence: float) -> tuple[Floats, Floats]:
    declared = metric_of(name)
    if declared.proportion:
        with np.errstate(divide="ignore", invalid="ignore"):
            effective = score * (1 - score) / stderr**2 + 1
        inside = (score > 0) & (score < 1) & (stderr > 0)
        return _wilson(score, np.where(inside, effective, n), confidence)
    half = t_quantile(n - 1, confidence) * stderr
    return np.maximum(score - half, declared.low), np.minimum(score + half, declared.high)


def interval(
    score: float, stderr: float | None, n: float | None, metric: str, *, confidence: float = CONFIDENCE
) -> Interval:
    """Interval of one score from its standard error and ``n``.

    A proportion gets Wilson's, with the number of items that its standard error is worth, so that clustering
    widens it (Miller 2024, sec. 2.2); anything else Student's with n - 1 degrees of freedom, cut at the bounds
    of the metric. NaN where the score is unknown.
    """
    given = [np.asarray([np.nan if x is None else x], dtype=float) for x in (score, stderr, n)]
    low, high = _intervals(given[0], given[1], given[2], metric, confidence)
    return Interval(float(low[0]), float(high[0]))


def with_intervals(frame: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The frame (columns ``score, stderr, n, metric``) with ``low`` and ``high`` added, as ``interval`` gives."""
    out = frame.copy()
    low, high = np.full(len(out), np.nan), np.full(len(out), np.nan)
    numbers = [pd.to_numeric(out[c]).to_numpy(dtype=float, na_value=np.nan) for c in ("score", "stderr", "n")]
    names = out["metric"].astype(str).to_numpy()
    for name in np.unique(names):
        rows = names == name
        score, stderr, n = (x[rows] for x in numbers)
        low[rows], high[rows] = _intervals(score, stderr, n, str(name), confidence)
    return out.assign(low=low, high=high)


def estimate_frame(outcome: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Score, standard error and interval of every (run, task, metric, filter) from the table ``outcome``.

    Uses ``value, weight, cluster``; one row a group: ``run_id, task, metric, filter, score, stderr, n,
    clusters, low, high``. Null values are left out. Source: ``ratio_estimate``, for all groups at once.
    """
    columns = [*ESTIMATE_KEYS, "score", "stderr", "n", "clusters"]
    weight = pd.to_numeric(outcome["weight"]).fillna(1.0).to_numpy(dtype=float)
    value = pd.to_numeric(outcome["value"]).to_numpy(dtype=float, na_value=np.nan)
    keep = ~np.isnan(value) & (weight > 0)
    rows, value, weight = outcome.loc[keep], value[keep], weight[keep]
    if rows.empty:
        return pd.DataFrame({c: pd.Series(dtype=float) for c in [*columns, "low", "high"]})
    grouped = rows.groupby(ESTIMATE_KEYS, sort=True)
    group = grouped.ngroup().to_numpy()
    total = np.bincount(group, weight)
    score = np.bincount(group, weight * value) / total
    residuals = weight * (value - score[group])
    codes = cluster_codes(rows["cluster"].reset_index(drop=True), len(rows))
    cluster = pd.factorize(group.astype(np.int64) * (codes.max() + 1) + codes)[0]
    sums = np.bincount(cluster, residuals)
    owner = np.zeros(len(sums), dtype=np.int64)
    owner[cluster] = group
    clusters = np.bincount(owner, minlength=len(total))
    squares = np.bincount(owner, sums**2, minlength=len(total))
    with np.errstate(divide="ignore", invalid="ignore"):
        stderr = np.sqrt(np.where(clusters > 1, clusters / (clusters - 1.0), np.nan) * squares) / total
    out: pd.DataFrame = grouped.size().reset_index(name="n")
    out = out.assign(score=score, stderr=stderr, clusters=clusters)[columns]
    as_clusters = with_intervals(out.assign(n=out["clusters"]), confidence=confidence)
    return out.assign(low=as_clusters["low"], high=as_clusters["high"])


def bca(
    values: npt.ArrayLike,
    statistic: Callable[[Floats], Floats],
    *,
    seed: int,
    resamples: int = 2000,
    confidence: float = CONFIDENCE,
) -> Interval:
    """Bias-corrected and accelerated bootstrap interval (Efron 1987), seeded.

    ``values`` holds one item a row; ``statistic`` maps an array ``(resamples, n, …)`` to ``(resamples,)``,
    so that all resamples are one call. NaN for fewer than two items; both ends equal for constant values.
    """
    data = np.asarray(values, dtype=float)
    n = len(data)
    if n < 2:
        return UNKNOWN
    rng = np.random.default_rng(seed)
    observed = float(statistic(data[None])[0])
    chunk = max(1, _BOOTSTRAP_CELLS // data.size)
    draws = np.concatenate(
        [
            statistic(data[rng.integers(0, n, (min(chunk, resamples - start), n))])
            for start in range(0, resamples, chunk)
        ]
    )
    without = (np.arange(n - 1)[None, :] + (np.arange(n - 1)[None, :] >= np.arange(n)[:, None])).astype(np.int64)
    jackknife = np.concatenate([statistic(data[without[i : i + chunk]]) for i in range(0, n, chunk)])
    return _bca_interval(observed, draws, jackknife, np.ones(n), confidence)


def _bca_interval(observed: float, draws: Floats, jackknife: Floats, counts: Floats, confidence: float) -> Interval:
    """Efron's adjusted percentiles; ``counts`` says how many items share a jackknife value."""
    draws = draws[~np.isnan(draws)]
    if len(draws) == 0 or np.ptp(draws) == 0:
        return Interval(observed, observed)
    below = np.clip(
        (np.mean(draws < observed) + np.mean(draws <= observed)) / 2, 0.5 / len(draws), 1 - 0.5 / len(draws)
    )
    bias = special.ndtri(below)
    centred = np.average(jackknife, weights=counts) - jackknife
    scale = float(counts @ centred**2) ** 1.5
    acceleration = float(counts @ centred**3) / (6 * scale) if scale > 0 else 0.0
    z = special.ndtri(np.array([0.5 - confidence / 2, 0.5 + confidence / 2]))
    shares = special.ndtr(bias + (bias + z) / (1 - acceleration * (bias + z)))
    low, high = np.quantile(draws, shares)
    return Interval(float(low), float(high))


def confusion_matrix(gold: npt.ArrayLike, predicted: npt.ArrayLike, classes: int) -> npt.NDArray[np.int64]:
    """Counts, shape ``(classes, classes)``: rows are the right class, columns the predicted one."""
    flat = np.asarray(gold, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.bincount(flat, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def macro_f1(confusion: npt.ArrayLike) -> Floats:
    """Macro-averaged F1 of confusion matrices ``(…, classes, classes)``, shape ``(…)``.

    A class that is neither right nor predicted anywhere in a matrix does not enter its mean.
    Source: van Rijsbergen (1979); the macro average as in scikit-learn.
    """
    counts = np.asarray(confusion, dtype=float)
    hits = np.einsum("...ii->...i", counts)
    total = counts.sum(axis=-1) + counts.sum(axis=-2)
    present = total > 0
    with np.errstate(divide="ignore", invalid="ignore"):
        f1 = np.where(present, 2 * hits / total, 0.0)
        return np.asarray(f1.sum(axis=-1) / present.sum(axis=-1))


def macro_f1_bootstrap(
    confusion: npt.ArrayLike, *, seed: int, resamples: int = 2000, confidence: float = CONFIDENCE
) -> tuple[Estimate, Interval]:
    """Macro-F1 with bootstrap error and BCa interval from one confusion matrix.

    Drawing n items with replacement is one multinomial draw of the matrix, so all resamples are one call and
    the jackknife needs one value a cell. Source: Efron (1987); Efron and Tibshirani (1993), ch. 14.
    """
    counts = np.asarray(confusion, dtype=float)
    n = int(counts.sum())
    if n < 2:
        return Estimate(float(macro_f1(counts)) if n else math.nan, math.nan, n, n), UNKNOWN
    rng = np.random.default_rng(seed)
    drawn = rng.multinomial(n, counts.ravel() / n, size=resamples).reshape(resamples, *counts.shape)
    draws = macro_f1(drawn)
    observed = float(macro_f1(counts))
    cells = np.flatnonzero(counts.ravel())
    fewer = np.repeat(counts.ravel()[None], len(cells), axis=0)
    fewer[np.arange(len(cells)), cells] -= 1
    jackknife = macro_f1(fewer.reshape(-1, *counts.shape))
    ends = _bca_interval(observed, draws, jackknife, counts.ravel()[cells], confidence)
    return Estimate(observed, float(np.std(draws, ddof=1)), n, n), ends
