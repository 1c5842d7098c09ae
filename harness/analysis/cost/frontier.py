"""The frontier of cost and capability, and the probability of being on it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.statistics.uncertainty import Floats


def pareto(cost: npt.ArrayLike, quality: npt.ArrayLike) -> npt.NDArray[np.bool_]:
    """Boolean mask of Pareto-optimal points (least cost, most quality), shape ``(n,)``: no other point costs at most as much
    and is at least as good, one of the two strictly.

    Equal points are on the frontier together; a point with an unknown side never is.
    """
    rows = _pareto_rows(np.asarray(cost, dtype=float)[None], np.asarray(quality, dtype=float)[None])
    return np.asarray(rows[0], dtype=np.bool_)


def _pareto_rows(cost: Floats, quality: Floats) -> npt.NDArray[np.bool_]:
    """``pareto`` of each row, shape ``(draws, n)``."""
    known = ~(np.isnan(cost) | np.isnan(quality))
    on = known.copy()
    for i in range(cost.shape[1]):
        c, q = cost[:, [i]], quality[:, [i]]
        with np.errstate(invalid="ignore"):
            beaten = ((cost <= c) & (quality > q)) | ((cost < c) & (quality >= q))
        on[:, i] &= ~(beaten & known).any(axis=1)
    return on


def pareto_membership(
    frame: pd.DataFrame, *, seed: int, draws: int = 2000, drawn: Floats | None = None
) -> pd.DataFrame:
    """The frame (``cost, score, stderr``) with ``on_frontier`` and ``membership``, the probability of being on it.

    Scores are redrawn, costs stand as quoted: ``drawn``, shape ``(draws, rows)``, holds scores redrawn together, as those of one
    scale are; without it they are drawn as independent normals with their standard errors, an unknown error counting as 0. A
    row whose ``leads`` (where there is such a column) is false neither is on the frontier nor keeps another off it. Parametric
    bootstrap: Efron and Tibshirani (1993), ch. 6.
    """
    cost, score = frame["cost"].to_numpy(dtype=float), frame["score"].to_numpy(dtype=float)
    if "leads" in frame:
        cost = np.where(frame["leads"].to_numpy(dtype=bool), cost, np.nan)
    if drawn is None:
        error = np.nan_to_num(frame["stderr"].to_numpy(dtype=float))
        drawn = score + error * np.random.default_rng(seed).standard_normal((draws, len(frame)))
    share = _pareto_rows(np.broadcast_to(cost, drawn.shape), drawn).mean(axis=0)
    return frame.assign(on_frontier=pareto(cost, score), membership=share)
