"""Paired differences of models on shared items, with intervals, p-values and Holm's correction.

Source: Miller (2024), arXiv 2411.00640, sec. 4 (paired differences); Holm (1979) for the correction.
Items are the same when task, metric, filter and ``doc_hash`` are (the n-th copy of an item pairs with the n-th).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, cluster_codes, t_quantile

Codes = npt.NDArray[np.int64]
MEASURE = ["task", "metric", "filter"]
PAIRED_COLUMNS = [
    *MEASURE,
    *("model_a", "model_b", "n", "score_a", "score_b", "difference", "stderr", "correlation"),
    *("stderr_unpaired", "low", "high", "p_value", "p_adjusted"),
]


@dataclass(frozen=True)
class Paired:
    """Difference a − b on ``n`` shared items, in the metric's unit.

    ``stderr_unpaired`` is the error that independent items would give; ``correlation`` is that of the two
    models' values, which pairing turns into precision.
    """

    n: int
    score_a: float
    score_b: float
    difference: float
    stderr: float
    correlation: float
    stderr_unpaired: float
    low: float
    high: float
    p_value: float


def paired_difference(
    a: npt.ArrayLike,
    b: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    clusters: object = None,
    confidence: float = CONFIDENCE,
) -> Paired:
    """Paired difference of two models' values on the same items, each of shape ``(n,)``.

    Items where either is NaN are left out. The p-value is two-sided, Student with (clusters − 1) degrees of
    freedom; where all items differ alike the exact sign test replaces it. Source: Miller (2024), sec. 4.2.
    """
    first, second = np.asarray(a, dtype=float), np.asarray(b, dtype=float)
    weight = np.ones_like(first) if weights is None else np.asarray(weights, dtype=float)
    codes = cluster_codes(clusters, len(first))
    columns = _against(first, second[:, None], weight, codes, confidence)
    return Paired(n=int(columns["n"][0]), **{key: float(column[0]) for key, column in columns.items() if key != "n"})


def _against(first: Floats, others: Floats, weight: Floats, codes: Codes, confidence: float) -> dict[str, Floats]:
    """One model ``(n,)`` against many ``(n, k)``: the fields of ``Paired``, each of shape ``(k,)``."""
    order = np.argsort(codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1)) if len(codes) else np.zeros(0, dtype=np.int64)
    first, others, weight = first[order, None], others[order], weight[order, None]
    present = ~(np.isnan(first) | np.isnan(others)) & (weight > 0)
    one, two = np.where(present, first, 0.0), np.where(present, others, 0.0)
    share = np.where(present, weight, 0.0)
    clusters = _cluster_sums(present.astype(float), starts)
    groups = (clusters > 0).sum(axis=0).astype(float)
    a, error_a, rest_a = _column_estimates(one, share, starts, groups)
    b, error_b, rest_b = _column_estimates(two, share, starts, groups)
    difference, error, _ = _column_estimates(one - two, share, starts, groups)
    half = t_quantile(np.where(groups > 1, groups - 1, np.nan), confidence) * error
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = np.sqrt((share * rest_a**2).sum(axis=0) * (share * rest_b**2).sum(axis=0))
        correlation = np.where(scale > 0, (share * rest_a * rest_b).sum(axis=0) / scale, np.nan)
    return {
        "n": present.sum(axis=0).astype(float),
        "score_a": a,
        "score_b": b,
        "difference": difference,
        "stderr": error,
        "correlation": correlation,
        "stderr_unpaired": np.hypot(error_a, error_b),
        "low": difference - half,
        "high": difference + half,
        "p_value": _p_values(difference, error, groups),
    }


def _cluster_sums(columns: Floats, starts: Codes) -> Floats:
    """Sums of rows (sorted by cluster) within each cluster."""
    if len(starts) == len(columns):
        return columns
    return np.add.reduceat(columns, starts, axis=0)


def _column_estimates(values: Floats, share: Floats, starts: Codes, groups: Floats) -> tuple[Floats, Floats, Floats]:
    """Weighted mean and clustered error of each column, and the residuals; as ``ratio_estimate``."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = share.sum(axis=0)
        score = (share * values).sum(axis=0) / total
        residuals = values - score
        squares = (_cluster_sums(np.where(share > 0, share * residuals, 0.0), starts) ** 2).sum(axis=0)
        error = np.sqrt(np.where(groups > 1, groups / (groups - 1), np.nan) * squares) / total
    return score, error, np.where(share > 0, residuals, 0.0)


def _p_values(difference: Floats, stderr: Floats, clusters: Floats) -> Floats:
    constant = stderr <= 1e-12 * np.maximum(1.0, np.abs(difference))
    with np.errstate(divide="ignore", invalid="ignore"):
        student = 2 * special.stdtr(np.where(clusters > 1, clusters - 1, np.nan), -np.abs(difference) / stderr)
    alike = np.where(difference == 0, 1.0, 2.0 ** (1 - clusters))
    return np.where(np.isnan(stderr), np.nan, np.where(constant, alike, student))


def holm(p_values: npt.ArrayLike) -> Floats:
    """Holm–Bonferroni adjusted p-values (Holm 1979), same shape; NaN stays NaN and is not counted as a test."""
    p = np.asarray(p_values, dtype=float)
    present = np.flatnonzero(~np.isnan(p))
    order = present[np.argsort(p[present], kind="stable")]
    steps = p[order] * (len(order) - np.arange(len(order)))
    out = np.full(p.shape, np.nan)
    out[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return out


def paired_differences(outcome: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """Paired differences of models on every measure they share.

    ``outcome`` has the table's columns and ``model``. One row per (task, metric, filter, pair) with shared items,
    columns ``PAIRED_COLUMNS``; ``p_adjusted`` is Holm's over all rows of one measure. Source: ``paired_difference``.
    """
    parts = []
    for measure, part in outcome.groupby(MEASURE, sort=True):
        wide = _wide(part)
        weight, cluster = _per_item(part, wide.index)
        codes = cluster_codes(cluster, len(wide))
        frames = []
        models = list(wide.columns)
        for i, a in enumerate(models[:-1]):
            others = models[i + 1 :]
            columns = _against(wide[a].to_numpy(), wide[others].to_numpy(), weight, codes, confidence)
            frames.append(pd.DataFrame({"model_a": a, "model_b": others, **columns}))
        if frames:
            rows = pd.concat(frames, ignore_index=True)
            rows = rows[rows["n"] > 0].astype({"n": np.int64})
            task, metric, kind = (str(name) for name in measure)
            named = {"task": task, "metric": metric, "filter": kind}
            parts.append(rows.assign(p_adjusted=holm(rows["p_value"]), **named))
    return pd.concat(parts, ignore_index=True)[PAIRED_COLUMNS] if parts else pd.DataFrame(columns=PAIRED_COLUMNS)


def advantages(pairs: pd.DataFrame) -> pd.DataFrame:
    """``pairs`` (``difference, low, high, higher_is_better``) as advantages of ``model_a``: positive means that it is better.

    Where less is better (bits per byte), the difference changes its sign and the interval's ends change places.
    """
    turned = ~pairs["higher_is_better"].astype(bool)
    return pairs.assign(
        difference=pairs["difference"].where(~turned, -pairs["difference"]),
        low=pairs["low"].where(~turned, -pairs["high"]),
        high=pairs["high"].where(~turned, -pairs["low"]),
    )


def _keyed(part: pd.DataFrame) -> pd.DataFrame:
    part = part.sort_values("item", kind="stable") if "item" in part else part
    copy = part.groupby(["model", "doc_hash"], sort=False).cumcount()
    return part.assign(copy=copy)


def _wide(part: pd.DataFrame) -> pd.DataFrame:
    """Items × models; an item is (doc_hash, which copy of it)."""
    return _keyed(part).pivot(index=["doc_hash", "copy"], columns="model", values="value").astype(float)


def _per_item(part: pd.DataFrame, index: pd.Index) -> tuple[Floats, npt.NDArray[np.object_]]:
    firsts = _keyed(part).groupby(["doc_hash", "copy"])[["weight", "cluster"]].first().reindex(index)
    weight = pd.to_numeric(firsts["weight"]).fillna(1.0).to_numpy(dtype=float)
    return weight, firsts["cluster"].to_numpy(dtype=object)
