"""Who is ahead on the capability scale, by how much, and who is not placed: ranks from paired contrasts."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.scale.fit import ScaleFit
from harness.analysis.statistics.paired import holm
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile
from harness.errors import BadInput

ALPHA = 0.05
LEAST_BENCHMARKS, LEAST_DOMAINS, LEAST_BATTERIES = 5, 2, 2
"""Evidence that a ranked model needs, unless a reader asks for other numbers of benchmarks.

Two batteries, because tests of one battery are passed or failed together: a board alone places nobody.
"""
RANK_COLUMNS = ["rank", "rank_low", "rank_high", "within_leader", "p_leader"]


def ranked(fit: ScaleFit, least: int = LEAST_BENCHMARKS) -> pd.DataFrame:
    """``fit.models`` with ``ranked, reason`` and RANK_COLUMNS: ranked models first, best first, then the others.

    Each model is compared with every other by the standard error of the *difference*, which what two models share cannot
    widen, and Holm's correction runs within one model's contrasts, the question asked. ``rank_low`` is one more than the
    models that are significantly better, ``rank_high`` leaves room for those that are significantly worse; ``within_leader``
    says that the model cannot be told from the leader. ``least`` is the fewest benchmarks; ``reason`` is empty or one of
    ``few_benchmarks, one_domain, one_battery``.
    """
    rows = fit.models.assign(
        reason=np.select(
            [
                fit.models["benchmarks"] < least,
                fit.models["domains"] < LEAST_DOMAINS,
                fit.models["batteries"] < LEAST_BATTERIES,
            ],
            ["few_benchmarks", "one_domain", "one_battery"],
            default="",
        )
    )
    rows["ranked"] = rows["reason"].eq("")
    at = np.flatnonzero(rows["ranked"])
    points = rows["points"].to_numpy(dtype=float)[at]
    gap, error = differences(points, fit.covariance[np.ix_(at, at)])
    p = np.where(
        error > 0, 2 * special.ndtr(-np.abs(gap) / np.where(error > 0, error, 1)), np.where(gap == 0, 1.0, 0.0)
    )
    adjusted = np.array([_holm_without(row, i) for i, row in enumerate(p)]).reshape(len(at), len(at))
    told = adjusted < ALPHA
    order = np.argsort(-points, kind="stable")
    rank = np.empty(len(at), dtype=float)
    rank[order] = np.arange(1, len(at) + 1)
    for column in RANK_COLUMNS:
        rows[column] = False if column == "within_leader" else np.nan
    if len(at):
        first = int(order[0])
        index = rows.index[at]
        rows.loc[index, "rank"] = rank
        rows.loc[index, "rank_low"] = 1 + (told & (gap < 0)).sum(axis=1).astype(float)
        rows.loc[index, "rank_high"] = len(at) - (told & (gap > 0)).sum(axis=1).astype(float)
        rows.loc[index, "within_leader"] = ~told[first]
        rows.loc[index, "p_leader"] = adjusted[first]
    return rows.sort_values(["ranked", "points"], ascending=False, ignore_index=True)


def differences(points: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Differences of all pairs (row − column) and their standard errors."""
    variance = np.diag(covariance)
    spread = variance[:, None] + variance[None] - 2 * covariance
    return points[:, None] - points[None], np.sqrt(np.maximum(spread, 0))


def _holm_without(p: npt.NDArray[np.float64], own: int) -> Floats:
    """Holm's p-values of one model's contrasts; 1 for the model itself."""
    out: Floats = np.insert(holm(np.delete(p, own)), own, 1.0)
    return out


def contrast(fit: ScaleFit, a: str, b: str, *, confidence: float = CONFIDENCE) -> pd.Series:
    """One model against another, in points: ``difference`` (a − b), ``stderr, low, high, p_value, shared``.

    ``shared`` is the number of benchmarks on which both have scores. Unknown ids raise ``BadInput``.
    """
    names = fit.models["model_id"].to_list()
    unknown = [name for name in (a, b) if name not in names]
    if unknown:
        raise BadInput(f"The scale does not place {' and '.join(unknown)}.")
    at = [names.index(a), names.index(b)]
    gap, error = differences(fit.models["points"].to_numpy(dtype=float)[at], fit.covariance[np.ix_(at, at)])
    difference, stderr = float(gap[0, 1]), float(error[0, 1])
    half = normal_quantile(confidence) * stderr
    return pd.Series(
        {
            "difference": difference,
            "stderr": stderr,
            "low": difference - half,
            "high": difference + half,
            "p_value": float(2 * special.ndtr(-abs(difference) / stderr)) if stderr > 0 else float(difference == 0),
            "shared": len(shared(fit, a, b)),
        }
    )


def shared(fit: ScaleFit, a: str, b: str) -> pd.DataFrame:
    """The benchmarks that both models have: ``benchmark_id, benchmark, score_a, score_b, difference``, largest first."""
    columns = ["benchmark_id", "benchmark", "score"]
    one, two = (fit.scores.loc[fit.scores["model_id"] == name, columns] for name in (a, b))
    both = one.merge(two[["benchmark_id", "score"]], on="benchmark_id", suffixes=("_a", "_b"))
    both = both.assign(difference=both["score_a"] - both["score_b"])
    return both.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)
