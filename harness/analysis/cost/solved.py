"""What a solved item costs: cost of all items ÷ items solved, with intervals, from sums over single items.

Money is in US dollars. ``frame`` has one row a run: ``items, solved, right_or_wrong``; over the items of known cost
``costed, costed_solved, solved_squared, cost, cost_squared, cost_solved`` (numbers, sums and sums of products). A failed
item costs too: cost ÷ share solved. Intervals are 95%.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.statistics.uncertainty import CONFIDENCE, Floats, t_quantile, with_intervals
from harness.errors import BadInput

COLUMNS = ["share", "share_low", "share_high", "with_cost", "mean_cost", "mean_low", "mean_high", "mean_solved",
           "mean_failed", "failed_to_solved", "per_solved", "low", "high", "log_error"]  # fmt: skip


def solved_cost(frame: pd.DataFrame, *, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """The frame with COLUMNS: share solved (Wilson), mean cost of an item, of a solved and of a failed one, cost per solved.

    ``with_cost`` is the share of items of known cost: only these enter costs. ``per_solved`` is Σcost ÷ Σsolved, infinite
    where none is solved; ``log_error`` the standard error of its logarithm (delta method), its interval that of the
    logarithm with Student's quantile. Source: Cochran (1977), Sampling Techniques, ch. 6.
    """
    n, cost, squares = (_numbers(frame, c) for c in ("costed", "cost", "cost_squared"))
    right, cross, right_squares = (_numbers(frame, c) for c in ("costed_solved", "cost_solved", "solved_squared"))
    items, solved = _numbers(frame, "items"), _numbers(frame, "solved")
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = cost / n
        spread = np.sqrt(np.maximum(squares - n * mean**2, 0) / (n - 1) / n)
        half = t_quantile(n - 1, confidence) * spread
        per_solved = np.where(n > 0, cost / right, np.nan)
        residuals = squares / cost**2 - 2 * cross / (cost * right) + right_squares / right**2
        error = np.sqrt(np.maximum(residuals, 0) * n / (n - 1))
        factor = np.exp(t_quantile(n - 1, confidence) * error)
        share = solved / items
        binary = frame["right_or_wrong"].fillna(False).to_numpy(dtype=bool)
        of_solved = np.where(binary, cross / right, np.nan)
        of_failed = np.where(binary, (cost - cross) / (n - right), np.nan)
        failed_to_solved = of_failed / of_solved
    shares = with_intervals(
        pd.DataFrame({"score": share, "stderr": np.sqrt(share * (1 - share) / (items - 1)), "n": items,
                      "metric": "resolved"}),
        confidence=confidence,
    )  # fmt: skip
    values = (share, shares["low"], shares["high"], n / items, mean, mean - half, mean + half, of_solved, of_failed,
              failed_to_solved, per_solved, per_solved / factor, per_solved * factor, error)  # fmt: skip
    return frame.assign(**{c: np.asarray(v, dtype=float) for c, v in zip(COLUMNS, values, strict=True)})


def total_cost(costs: pd.DataFrame, *, solved: int, confidence: float = CONFIDENCE) -> pd.DataFrame:
    """What ``solved`` solved items cost in all: the rows of ``solved_cost`` with ``total, total_low, total_high``, USD.

    The interval is of what will be paid: besides the error of the cost per solved item, the tasks themselves differ in
    cost and success. For S solved items measured and N wanted, the error of the logarithm grows by √(1 + S/N).
    Source: Anscombe (1952) for sums up to a random number; Cochran (1977), ch. 6.

    Raises:
        BadInput: fewer than one solved item is wanted.
    """
    if solved < 1:
        raise BadInput("The number of solved tasks must be at least 1.")
    total = costs["per_solved"].to_numpy(dtype=float) * solved
    error = costs["log_error"].to_numpy(dtype=float) * np.sqrt(1 + _numbers(costs, "costed_solved") / solved)
    with np.errstate(over="ignore", invalid="ignore"):
        factor = np.exp(t_quantile(_numbers(costs, "costed") - 1, confidence) * error)
        return costs.assign(total=total, total_low=total / factor, total_high=total * factor)


@dataclass(frozen=True, slots=True)
class CostRatio:
    """Cost per solved item of model a ÷ that of model b on the same items, and a − b in US dollars, with 95% intervals."""

    items: int
    ratio: float
    low: float
    high: float
    difference: float
    difference_low: float
    difference_high: float


def cost_ratio(
    cost_a: npt.ArrayLike,
    solved_a: npt.ArrayLike,
    cost_b: npt.ArrayLike,
    solved_b: npt.ArrayLike,
    *,
    confidence: float = CONFIDENCE,
) -> CostRatio:
    """Two models' costs per solved item compared on shared items (arrays of shape ``(n,)``, item by item).

    Linearised: an item's influence on log(cost ÷ solved) is c/Σc − s/Σs, and that on the ratio the difference of both
    models' influences, so that what makes an item dear for both cancels. Unknown (NaN) where one model solves nothing.
    Source: Cochran (1977), Sampling Techniques, ch. 6.

    Raises:
        BadInput: the arrays differ in length.
    """
    arrays = [np.asarray(a, dtype=float) for a in (cost_a, solved_a, cost_b, solved_b)]
    n = len(arrays[0])
    if any(a.shape != (n,) for a in arrays):
        raise BadInput("Costs and outcomes of two models must be of the same items.")
    sums = [float(a.sum()) for a in arrays]
    if n < 2 or min(sums) <= 0:
        return CostRatio(n, *(math.nan,) * 6)
    each = [sums[0] / sums[1], sums[2] / sums[3]]
    influence = [arrays[i] / sums[i] - arrays[i + 1] / sums[i + 1] for i in (0, 2)]
    quantile = float(t_quantile(n - 1, confidence))

    def half(values: Floats) -> float:
        return quantile * math.sqrt(n / (n - 1) * float(values @ values))

    ratio, factor = each[0] / each[1], math.exp(half(influence[0] - influence[1]))
    difference, width = each[0] - each[1], half(each[0] * influence[0] - each[1] * influence[1])
    return CostRatio(n, ratio, ratio / factor, ratio * factor, difference, difference - width, difference + width)


def _numbers(frame: pd.DataFrame, column: str) -> Floats:
    return np.asarray(pd.to_numeric(frame[column]).to_numpy(dtype=float, na_value=math.nan))
