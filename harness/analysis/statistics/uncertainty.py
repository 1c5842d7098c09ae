"""Standard errors and intervals of scores. Pure; numpy, pandas and scipy only.

Errors follow Miller (2024), "Adding Error Bars to Evals", arXiv 2411.00640; proportions near 0 or 1
get Wilson's interval (1927), since a normal or percentile interval collapses there. Formulas in
``docs/methodology.md``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.metrics import metric as metric_row

Floats = npt.NDArray[np.float64]
CONFIDENCE = 0.95
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
    numbers, names = pd.factorize(pd.Series(clusters), use_na_sentinel=True)
    codes: npt.NDArray[np.int64] = np.array(numbers, dtype=np.int64)
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
    counted = n > 0
    low = np.where(counted, np.clip(centre - half, 0, 1), np.nan)
    high = np.where(counted, np.clip(centre + half, 0, 1), np.nan)
    return low, high


def _intervals(
    score: Floats, stderr: Floats, n: Floats, name: str, confidence: float, measured: npt.NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    declared = metric_row(name)
    with np.errstate(divide="ignore", invalid="ignore"):
        half = t_quantile(n - 1, confidence) * stderr
        # no error is no certainty: all items alike, as at a bound, or a file that rounds
        half = np.where(stderr > 0, half, np.nan)
        low, high = np.maximum(score - half, declared.low), np.minimum(score + half, declared.high)
    if declared.low != 0 or not math.isfinite(declared.high):
        return low, high
    share = score / declared.high
    at_bound = ((share == 0) | (share == 1)) & ~(stderr > 0)
    effective = n
    if declared.proportion:
        with np.errstate(divide="ignore", invalid="ignore"):
            effective = np.where((share > 0) & (share < 1) & (stderr > 0), share * (1 - share) / stderr**2 + 1, n)
    below, above = _wilson(share, effective, confidence)
    wilson = (share >= 0) & (share <= 1) & (declared.proportion | at_bound)
    low = np.where(wilson, below * declared.high, low)
    high = np.where(wilson, above * declared.high, high)
    # the file's scale is another than the metric's: nobody knows its bounds
    outside = (share < 0) | (share > 1)
    # several items without an error: of a run of ours no mean of theirs, and a corpus metric is none in any file
    no_mean = np.isnan(stderr) & (n > 1) & (measured | (declared.role not in ("mean", "answers")))
    return np.where(outside | no_mean, np.nan, low), np.where(outside | no_mean, np.nan, high)


def interval(
    score: float,
    stderr: float | None,
    n: float | None,
    metric: str,
    *,
    confidence: float = CONFIDENCE,
    measured: bool = False,
) -> Interval:
    """Interval of one score from its standard error and ``n``.

    A proportion gets Wilson's, with the number of items that its standard error is worth, so that clustering
    widens it (Miller 2024, sec. 2.2); anything else Student's with n - 1 degrees of freedom, cut at the bounds
    of the metric. A mean of values between 0 and a bound that lies at one of them without an error gets Wilson's
    too: it is wide enough, since no such values vary more than zeros and ones. NaN where the score is unknown or
    outside the metric's bounds, and where an error of zero says nothing. A run of ours (``measured``) has an error
    wherever the score is a mean of several items: one without it is a median, a corpus metric or the like, and gets NaN,
    where a file of others may only not state its error.
    """
    numbers = [np.asarray([np.nan if x is None else x], dtype=float) for x in (score, stderr, n)]
    low, high = _intervals(numbers[0], numbers[1], numbers[2], metric, confidence, np.asarray([measured]))
    return Interval(float(low[0]), float(high[0]))


def with_intervals(frame: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The frame (columns ``score, stderr, n, metric``) with ``low`` and ``high`` added, as ``interval`` gives.

    Rows whose ``origin``, where there is that column, is ``measured`` are of runs of ours.
    """
    out = frame.copy()
    low, high = np.full(len(out), np.nan), np.full(len(out), np.nan)
    numbers = [pd.to_numeric(out[c]).to_numpy(dtype=float, na_value=np.nan) for c in ("score", "stderr", "n")]
    names = out["metric"].astype(str).to_numpy()
    ours = (out["origin"] == "measured").to_numpy(dtype=bool) if "origin" in out else np.zeros(len(out), dtype=bool)
    for name in np.unique(names):
        rows = names == name
        score, stderr, n = (x[rows] for x in numbers)
        low[rows], high[rows] = _intervals(score, stderr, n, str(name), confidence, ours[rows])
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


def confusion_matrix(gold: npt.ArrayLike, predicted: npt.ArrayLike, classes: int) -> npt.NDArray[np.int64]:
    """Counts, shape ``(classes, classes)``: rows are the right class, columns the predicted one."""
    flat = np.asarray(gold, dtype=np.int64) * classes + np.asarray(predicted, dtype=np.int64)
    return np.bincount(flat, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def class_stderrs(
    gold: npt.ArrayLike, predicted: npt.ArrayLike, *, seed: int, resamples: int = 2000
) -> dict[str, float]:
    """Bootstrap standard errors of ``macro_f1``, ``precision`` and ``recall``, averaged over the classes that occur.

    ``gold`` and ``predicted`` hold class numbers, shape ``(n,)``, at least one. Drawing n items with replacement is
    one multinomial draw of the confusion matrix, so all resamples are one call. A class that is neither right nor
    predicted in a draw does not enter its mean. Source: Efron and Tibshirani (1993), ch. 6.
    """
    classes = int(max(np.max(gold), np.max(predicted))) + 1
    counts = confusion_matrix(gold, predicted, classes)
    n = int(counts.sum())
    draws = np.random.default_rng(seed).multinomial(n, counts.ravel() / n, size=resamples)
    draws = draws.reshape(-1, classes, classes)
    hits = np.einsum("bii->bi", draws).astype(float)
    golds, guesses = draws.sum(axis=2), draws.sum(axis=1)
    present = ((golds + guesses) > 0).sum(axis=1)

    def spread(numerator: Floats, denominator: npt.NDArray[np.int64]) -> float:
        ratio = np.divide(numerator, denominator, out=np.zeros_like(hits), where=denominator > 0)
        return float((ratio.sum(axis=1) / present).std(ddof=1))

    return {
        "macro_f1": spread(2 * hits, golds + guesses),
        "precision": spread(hits, guesses),
        "recall": spread(hits, golds),
    }
