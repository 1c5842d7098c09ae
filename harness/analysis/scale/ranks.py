"""Who is ahead on the capability scale, by how much, and who is not placed: ranks from paired contrasts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from harness.analysis.scale.fit import ScaleFit
from harness.analysis.statistics.paired import holm
from harness.analysis.statistics.ranking import PAIR_COLUMNS, classes
from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, normal_quantile
from harness.errors import BadInput

ALPHA = 0.05
LEAST_BENCHMARKS, LEAST_DOMAINS, LEAST_BATTERIES = 5, 2, 2
"""Evidence that a ranked model needs, unless a reader asks for other numbers of benchmarks.

Two batteries, because tests of one battery are passed or failed together: a board alone places nobody.
"""
RANK_COLUMNS = ["rank", "rank_low", "rank_high", "within_leader", "p_leader", "class", "leader"]


def ranked(fit: ScaleFit, least: int = LEAST_BENCHMARKS) -> pd.DataFrame:
    """``fit.models`` with ``ranked, reason`` and RANK_COLUMNS: ranked models first, best first, then the others.

    ``least`` is the fewest benchmarks of a ranked model; ``reason`` is empty or one of ``few_benchmarks, one_domain,
    one_battery``.
    """
    faults = {
        "few_benchmarks": fit.models["benchmarks"] < least,
        "one_domain": fit.models["domains"] < LEAST_DOMAINS,
        "one_battery": fit.models["batteries"] < LEAST_BATTERIES,
    }
    reason = np.select([fault.to_numpy(dtype=bool) for fault in faults.values()], list(faults), default="")
    rows = fit.models.assign(ranked=reason == "", reason=reason)
    rows = rows.merge(rank_intervals(fit, rows.loc[rows["ranked"], "model_id"]), on="model_id", how="left")
    rows["within_leader"] = rows["within_leader"].eq(True)
    return rows.sort_values(["ranked", "points", "model_id"], ascending=[False, False, True], ignore_index=True)


def rank_intervals(fit: ScaleFit, models: Iterable[str]) -> pd.DataFrame:
    """``model_id`` and RANK_COLUMNS of these models among each other.

    Each model is compared with every other by the standard error of the *difference*, which what two models share cannot
    widen, and Holm's correction runs within one model's contrasts, the question asked; two models are told apart where the
    contrasts of either say so. ``rank_low`` is one more than the models that are significantly better, ``rank_high`` leaves
    room for those that are significantly worse. ``within_leader`` says that the model cannot be told from the first, with ``p_leader`` the adjusted p-value; ``class`` counts from 1, and
    a class holds whom nobody can tell from its best, ``leader``.
    """
    names = fit.models["model_id"].to_list()
    wanted = set(models)
    at = np.array([i for i, name in enumerate(names) if name in wanted], dtype=np.intp)
    points = fit.models["points"].to_numpy(dtype=float)[at]
    at = at[np.argsort(-points, kind="stable")]
    points = fit.models["points"].to_numpy(dtype=float)[at]
    gap, error = differences(points, fit.covariance[np.ix_(at, at)])
    p = _p_values(gap, error)
    adjusted = np.array([np.insert(holm(np.delete(row, i)), i, 1.0) for i, row in enumerate(p)]).reshape(p.shape)
    told = (adjusted < ALPHA) | (adjusted < ALPHA).T
    size = len(at)
    ordered = np.array([names[i] for i in at], dtype=object)
    heads = classes(told)
    return pd.DataFrame(
        {
            "model_id": ordered,
            "rank": np.arange(1.0, size + 1),
            "rank_low": 1.0 + (told & (gap < 0)).sum(axis=1),
            "rank_high": float(size) - (told & (gap > 0)).sum(axis=1),
            "within_leader": ~told[0] if size else np.zeros(0, dtype=bool),
            "p_leader": np.minimum(adjusted[0], adjusted[:, 0]) if size else np.zeros(0),
            "class": pd.factorize(heads)[0] + 1.0,
            "leader": ordered[heads],
        }
    )


def pairs(fit: ScaleFit, models: Sequence[str]) -> pd.DataFrame:
    """All pairs of these models, first against later: ``statistics.ranking.PAIR_COLUMNS``, in points.

    Holm's correction runs over the pairs asked. Models that the scale lacks raise ``BadInput``.
    """
    at = _positions(fit, models)
    gap, error = differences(fit.models["points"].to_numpy(dtype=float)[at], fit.covariance[np.ix_(at, at)])
    a, b = np.triu_indices(len(at), 1)
    difference, stderr = gap[a, b], error[a, b]
    p, half = _p_values(difference, stderr), normal_quantile(CONFIDENCE) * stderr
    names = np.array(list(models), dtype=object)
    columns = (names[a], names[b], difference, stderr, difference - half, difference + half, p, holm(p))
    return pd.DataFrame(dict(zip(PAIR_COLUMNS, columns, strict=True)))


def differences(points: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Differences of all pairs (row − column) and their standard errors."""
    variance = np.diag(covariance)
    spread = variance[:, None] + variance[None] - 2 * covariance
    return points[:, None] - points[None], np.sqrt(np.maximum(spread, 0))


def _p_values(gap: Floats, error: Floats) -> Floats:
    """Two-sided normal p-values; where there is no error, 0 for a difference and 1 for none."""
    out: Floats = 2 * special.ndtr(-np.abs(gap) / np.where(error > 0, error, 1.0))
    return np.where(error > 0, out, np.where(gap == 0, 1.0, 0.0))


def _positions(fit: ScaleFit, models: Sequence[str]) -> npt.NDArray[np.intp]:
    place = {name: i for i, name in enumerate(fit.models["model_id"])}
    unknown = [name for name in models if name not in place]
    if unknown:
        raise BadInput(f"The scale does not place {', '.join(unknown)}.")
    return np.array([place[name] for name in models], dtype=np.intp)


def contrast(fit: ScaleFit, a: str, b: str) -> pd.Series[Any]:
    """One model against another, in points: ``difference`` (a − b), ``stderr, low, high, p_value, shared``.

    ``shared`` is the number of benchmarks on which both have scores. Models that the scale lacks raise ``BadInput``.
    """
    row = pairs(fit, [a, b]).iloc[0]
    values = {name: float(row[name]) for name in ("difference", "stderr", "low", "high", "p_value")}
    return pd.Series(values | {"shared": len(shared(fit, a, b))})


def shared(fit: ScaleFit, a: str, b: str) -> pd.DataFrame:
    """The benchmarks that both models have: ``benchmark_id, benchmark, score_a, score_b, difference``, largest first."""
    columns = ["benchmark_id", "benchmark", "score"]
    one, two = (fit.scores.loc[fit.scores["model_id"] == name, columns] for name in (a, b))
    both = one.merge(two[["benchmark_id", "score"]], on="benchmark_id", suffixes=("_a", "_b"))
    both = both.assign(difference=both["score_a"] - both["score_b"])
    return both.sort_values("difference", key=np.abs, ascending=False, ignore_index=True)
