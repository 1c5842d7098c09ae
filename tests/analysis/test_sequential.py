"""The betting sequence covers at all times at once, agrees with a plain second implementation, and narrows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.analysis.statistics.sequential import bets, betting_interval, log_capital, rounds

ALPHA = 0.05


def by_grid(x: list[float], population: int | None, aim: float | None, points: int = 2001) -> tuple[float, float]:
    """Second implementation: the capitals of a grid of candidates, value by value, in plain Python."""
    kept = []
    for k in range(points):
        m = k / (points - 1)
        up = down = 1.0
        seen, squares, alive = 0.0, 0.25, True
        for i, value in enumerate(x, start=1):
            mean = m if population is None else (population * m - seen) / (population - i + 1)
            if not -1e-12 <= mean <= 1 + 1e-12:
                alive = False
                break
            bet = (
                math.sqrt(2 * math.log(2 / ALPHA) / (squares / i * i * math.log(1 + i)))
                if aim is None
                else aim / (squares / i)
            )
            up *= 1 + min(bet, 0.5 / mean if mean > 0 else math.inf) * (value - mean)
            down *= 1 - min(bet, 0.5 / (1 - mean) if mean < 1 else math.inf) * (value - mean)
            seen += value
            squares += (value - (0.5 + seen) / (i + 1)) ** 2
        if population is not None:  # what is left cannot be below 0 or above 1
            alive = alive and -1e-9 <= population * m - seen <= population - len(x) + 1e-9
        if alive and max(up, down) < 2 / ALPHA:
            kept.append(m)
    return min(kept), max(kept)


def missed(x: np.ndarray, mean: float, population: int | None, aim: float | None) -> float:
    """Share of sequences, one a row, whose capital at the true mean is ever rich: they miss it at some time."""
    stakes = bets(x, aim, ALPHA)
    up = log_capital(x, mean, population, stakes, above=True).max(axis=1)
    down = log_capital(x, mean, population, stakes, above=False).max(axis=1)
    return float((np.maximum(up, down) >= math.log(2 / ALPHA)).mean())


AIMS = pytest.mark.parametrize("aim", [None, 0.03, 0.2])


@AIMS
@pytest.mark.parametrize("mean", [0.02, 0.3, 0.9])
def test_independent_draws_are_covered_at_all_times_at_once(mean: float, aim: float | None) -> None:
    rng = np.random.default_rng(3)
    assert missed((rng.random((2000, 800)) < mean).astype(float), mean, None, aim) <= ALPHA + 2 * math.sqrt(
        0.05 * 0.95 / 2000
    )


@AIMS
@pytest.mark.parametrize("hits", [10, 150, 480])
def test_random_order_is_covered_at_all_times_at_once(hits: int, aim: float | None) -> None:
    rng = np.random.default_rng(4)
    items = np.repeat([1.0, 0.0], [hits, 500 - hits])
    x = np.stack([rng.permutation(items) for _ in range(2000)])
    assert missed(x, hits / 500, 500, aim) <= ALPHA + 2 * math.sqrt(0.05 * 0.95 / 2000)


@AIMS
def test_clustered_items_are_covered_in_random_order(aim: float | None) -> None:
    """Fifty passages of ten alike questions: independence fails, the random order alone keeps the promise."""
    rng = np.random.default_rng(5)
    items = np.repeat(rng.random(50), 10)
    x = np.stack([rng.permutation(items) for _ in range(2000)])
    assert missed(x, float(items.mean()), 500, aim) <= ALPHA + 2 * math.sqrt(0.05 * 0.95 / 2000)


def test_an_ordinary_interval_looked_at_again_and_again_is_not() -> None:
    """Why all this is needed: the normal interval misses a third of the time when it is watched."""
    rng = np.random.default_rng(6)
    x = (rng.random((500, 800)) < 0.3).astype(float)
    n = np.arange(1, 801)
    means = np.cumsum(x, axis=1) / n
    error = 1.96 * np.sqrt(np.maximum(means * (1 - means), 1e-9) / n)
    assert (np.abs(means - 0.3) > error)[:, 30:].any(axis=1).mean() > 0.3


@settings(max_examples=25, deadline=None)
@given(
    x=st.lists(st.floats(0, 1), min_size=1, max_size=40),
    more=st.integers(1, 60),
    finite=st.booleans(),
    aim=st.sampled_from([None, 0.05]),
)
def test_interval_is_that_of_a_plain_grid(x: list[float], more: int, finite: bool, aim: float | None) -> None:
    population = len(x) + more if finite else None
    found = betting_interval(x, population, aim=aim)
    low, high = by_grid(x, population, aim)
    assert found.low == pytest.approx(low, abs=1.01 / 2000)
    assert found.high == pytest.approx(high, abs=1.01 / 2000)


@pytest.mark.parametrize("x", [[1.0] * 200 + [0.0] * 300, [0.0] * 60 + [1.0] * 90])
def test_values_that_drift_leave_their_own_mean_behind(x: list[float]) -> None:
    """In no random order: early bets weigh more, and the running mean is no candidate any more."""
    found = betting_interval(x)
    low, high = by_grid(x, None, None)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-3), pytest.approx(high, abs=1e-3))
    assert not found.low <= sum(x) / len(x) <= found.high


def width(x: np.ndarray, **given: float) -> float:
    found = betting_interval(x, **given)  # type: ignore[arg-type]
    return found.high - found.low


def test_width_shrinks_like_the_root_of_n_and_with_the_variance() -> None:
    rng = np.random.default_rng(7)
    coin, rare = (rng.random(10_000) < 0.5).astype(float), (rng.random(10_000) < 0.02).astype(float)
    assert 1.7 < width(coin[:2500]) / width(coin) < 2.2
    assert width(rare) < 0.45 * width(coin)


@pytest.mark.parametrize("mean", [0.1, 0.5])
def test_an_aimed_sequence_needs_the_items_that_kelly_predicts(mean: float) -> None:
    """2 ln(2/α) σ²/aim² items, 1.92 times those of an interval that is looked at once; a fifth of slack."""
    aim = 0.03
    x = (np.random.default_rng(9).random(12_000) < mean).astype(float)
    needed = 2 * math.log(2 / ALPHA) * mean * (1 - mean) / aim**2
    assert width(x[: round(0.8 * needed)], aim=aim) > 2 * aim > width(x[: round(1.2 * needed)], aim=aim)
    assert width(x[: round(1.2 * needed)]) > 2 * aim


def test_the_whole_task_is_known_exactly_and_most_of_it_nearly() -> None:
    x = np.random.default_rng(8).permutation(np.repeat([1.0, 0.0], [30, 70]))
    whole = betting_interval(x, 100)
    assert whole.low == whole.high == pytest.approx(0.3)
    most = betting_interval(x[:98], 100)
    assert most.low >= x[:98].sum() / 100 and most.high <= (x[:98].sum() + 2) / 100


def test_nothing_seen_says_nothing_and_bad_values_are_refused() -> None:
    nothing = betting_interval([])
    assert (nothing.low, nothing.high) == (0.0, 1.0)
    with pytest.raises(ValueError, match="between 0 and 1"):
        betting_interval([0.5, 1.5])
    with pytest.raises(ValueError, match="3 values from a population of 2"):
        betting_interval([0, 1, 0], 2)


def test_rounds_grow_by_a_quarter_and_end_with_all() -> None:
    assert rounds(20) == [20]
    assert rounds(60) == [32, 40, 50, 60]
    ends = rounds(10_000)
    assert ends[-1] == 10_000 and len(ends) < 32
    assert all(b <= math.ceil(a * 1.25) for a, b in zip(ends, ends[1:], strict=False))
