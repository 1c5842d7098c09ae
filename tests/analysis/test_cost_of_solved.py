"""Cost per solved item: against closed forms, a second formula, and the coverage of intervals in simulated benchmarks."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from harness.analysis.cost.solved import cost_ratio, solved_cost, total_cost
from harness.errors import BadInput

SHARE, COST_SOLVED, COST_FAILED = 0.7, 1.0, 1.4
TRUE = (SHARE * COST_SOLVED + (1 - SHARE) * COST_FAILED) / SHARE


def sums(cost: np.ndarray, solved: np.ndarray) -> pd.DataFrame:
    """Rows of sums over items, one a benchmark (arrays of shape ``(benchmarks, items)``); NaN: cost unknown."""
    known = ~np.isnan(cost)
    c, s = np.where(known, cost, 0.0), np.where(known, solved, 0.0)
    total = {
        "costed": known,
        "costed_solved": s,
        "solved_squared": s**2,
        "cost": c,
        "cost_squared": c**2,
        "cost_solved": c * s,
    }
    frame = pd.DataFrame({name: values.sum(axis=1) for name, values in total.items()})
    binary = np.isin(solved, (0, 1)).all(axis=1)
    return frame.assign(items=solved.shape[1], solved=solved.sum(axis=1), right_or_wrong=binary)


def simulated(benchmarks: int, items: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Items of lognormal cost (a few cost ten times as much), of which failed ones cost 1.4 times as much."""
    rng = np.random.default_rng(seed)
    solved = (rng.random((benchmarks, items)) < SHARE).astype(float)
    return rng.lognormal(-0.32, 0.8, solved.shape) * np.where(solved, COST_SOLVED, COST_FAILED), solved


def test_sums_give_the_figures_of_the_items() -> None:
    cost, solved = np.array([[1.0, 3.0, 2.0, math.nan]]), np.array([[1.0, 0.0, 1.0, 0.0]])
    row = solved_cost(sums(cost, solved)).iloc[0]
    assert row["share"] == 0.5 and row["with_cost"] == 0.75
    assert (row["mean_cost"], row["mean_solved"], row["mean_failed"]) == (2.0, 1.5, 3.0)
    assert row["failed_to_solved"] == 2.0 and row["per_solved"] == 3.0
    c, s = cost[0, :3], solved[0, :3]
    assert row["log_error"] == pytest.approx(math.sqrt(3 / 2 * np.sum((c / c.sum() - s / s.sum()) ** 2)))


def test_error_is_the_closed_form_where_success_says_nothing_of_cost() -> None:
    """Var(log R) = (σ²/μ² + (1 − p)/p) / n for independent cost and success, and (1 − p)/(p n) at one price."""
    solved = np.tile([[1.0, 0.0, 1.0, 1.0]], (1, 500))
    flat = solved_cost(sums(np.full(solved.shape, 0.2), solved)).iloc[0]
    n = solved.shape[1]
    assert flat["per_solved"] == pytest.approx(0.2 / 0.75)
    assert flat["log_error"] == pytest.approx(math.sqrt(0.25 / 0.75 / (n - 1)))
    both, crossed = np.repeat(np.tile([[1.0, 0.0, 1.0, 1.0]], (1, 500)), 2, axis=1), np.tile([[0.1, 0.3]], (1, n))
    row = solved_cost(sums(crossed, both)).iloc[0]
    assert row["log_error"] == pytest.approx(math.sqrt((0.25 + 0.25 / 0.75) / (2 * n - 1)), rel=1e-3)


@pytest.mark.parametrize("items", [80, 500])
def test_intervals_hold_what_they_promise(items: int) -> None:
    costs = solved_cost(sums(*simulated(4000, items)))
    covered = ((costs["low"] < TRUE) & (costs["high"] > TRUE)).mean()
    assert covered == pytest.approx(0.95, abs=0.015)
    assert ((costs["share_low"] < SHARE) & (costs["share_high"] > SHARE)).mean() == pytest.approx(0.95, abs=0.02)
    assert costs["failed_to_solved"].mean() == pytest.approx(1.4, abs=0.03)


def test_total_of_the_next_solved_tasks_lies_in_its_interval() -> None:
    costs = total_cost(solved_cost(sums(*simulated(2000, 400))), solved=300)
    cost, solved = simulated(2000, 600, seed=2)
    enough = np.argmax(solved.cumsum(axis=1) == 300, axis=1)
    paid = np.take_along_axis(cost.cumsum(axis=1), enough[:, None], axis=1)[:, 0]
    assert ((costs["total_low"] < paid) & (costs["total_high"] > paid)).mean() == pytest.approx(0.95, abs=0.015)
    assert costs["total"].to_numpy() == pytest.approx(300 * costs["per_solved"].to_numpy())
    with pytest.raises(BadInput):
        total_cost(costs, solved=0)


def test_ratio_of_two_models_on_the_same_items() -> None:
    """Items are dear and hard for both: the paired interval covers, and is narrower than that of unpaired runs."""
    rng = np.random.default_rng(3)
    inside, widths = 0, []
    for _ in range(600):
        size, luck = rng.lognormal(0, 0.8, 200), rng.random(200)
        a, b = (luck < 0.7).astype(float), (luck + rng.normal(0, 0.05, 200) < 0.7).astype(float)
        row = cost_ratio(2 * size, a, size * rng.lognormal(0, 0.1, 200), b)
        inside += row.low < 2 * math.exp(-0.005) < row.high
        widths.append(math.log(row.high / row.low))
    assert inside / 600 == pytest.approx(0.95, abs=0.03)
    alone = solved_cost(sums(size[None], a[None])).iloc[0]
    assert np.mean(widths) < 0.3 * math.sqrt(2) * math.log(alone["high"] / alone["low"])
    assert row.items == 200 and row.difference_low < row.difference < row.difference_high


def test_what_cannot_be_known_is_unknown() -> None:
    nothing = solved_cost(sums(np.array([[1.0, 2.0]]), np.zeros((1, 2)))).iloc[0]
    assert nothing["per_solved"] == math.inf and math.isnan(nothing["high"]) and math.isnan(nothing["mean_solved"])
    tokens = solved_cost(sums(np.full((1, 3), math.nan), np.ones((1, 3)))).iloc[0]
    assert math.isnan(tokens["per_solved"]) and math.isnan(tokens["mean_cost"]) and tokens["share"] == 1
    shares = solved_cost(sums(np.array([[1.0, 3.0]]), np.array([[0.5, 0.75]]))).iloc[0]
    assert shares["per_solved"] == 4 / 1.25 and math.isnan(shares["mean_failed"])
    assert math.isnan(cost_ratio([1, 1], [0, 0], [1, 1], [1, 1]).ratio)
    with pytest.raises(BadInput):
        cost_ratio([1, 1], [1, 1], [1], [1])
