"""Confidence sequence of a bounded mean, valid at every number of items: the rule that stops scoring early.

An ordinary 95% interval that is looked at again and again until it is narrow covers far less than
95%. The hedged betting sequence of Waudby-Smith and Ramdas (2024), "Estimating means of bounded
random variables by betting", Journal of the Royal Statistical Society B 86(1), 1–27, holds at all
times at once. For every candidate mean m a gambler bets that the values lie above m, another that
they lie below; a fair game makes neither rich, so a candidate at which one of them is rich is no
candidate (Ville's inequality). Pure; numpy only. Formulas in ``docs/methodology.md``.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from harness.analysis.statistics.uncertainty import Floats, Interval

ALPHA = 0.05
TRUNCATION = 0.5
"""The largest share of the capital that is bet at once: the authors' own choice, 1/2 or 3/4 (sec. 4.2)."""
_HALVINGS = 40  # bisection steps: an end is known to 2⁻⁴⁰


def betting_interval(
    values: npt.ArrayLike, population: int | None = None, *, aim: float | None = None, alpha: float = ALPHA
) -> Interval:
    """Confidence sequence at time n for the mean of values in [0, 1], in the order they were seen, shape ``(n,)``.

    With ``population`` the values are the first n of N items in random order, drawn without
    replacement, and the mean is that of all N; without it they are independent draws. A candidate m
    stays while both gamblers' capitals are below 2/α:

        K⁺ₙ(m) = Π (1 + λ⁺ᵢ(m)·(xᵢ − mᵢ)),  K⁻ₙ(m) = Π (1 − λ⁻ᵢ(m)·(xᵢ − mᵢ))
        λ⁺ᵢ = min(λᵢ, c/mᵢ),  λ⁻ᵢ = min(λᵢ, c/(1 − mᵢ)),  λᵢ = √(2 ln(2/α) / (σ̂²ᵢ₋₁ · i · ln(1 + i)))
        mᵢ = m, or (N·m − Σ_{j<i} xⱼ) / (N − i + 1) without replacement

    with μ̂ᵢ = (½ + Σxⱼ)/(i + 1) and σ̂²ᵢ = (¼ + Σ(xⱼ − μ̂ⱼ)²)/(i + 1). K⁺ falls and K⁻ rises in m, so
    the candidates are an interval. Source: Waudby-Smith and Ramdas (2024), sec. 4.2 (hedged capital,
    predictable plug-in bets) and sec. 5 (without replacement).

    ``aim`` is the half-width that is wanted; then λᵢ = aim/σ̂²ᵢ₋₁. Any bet that rests on the past alone
    keeps the promise; this one wins most (Kelly: ln K ≈ n·(λ·aim − λ²σ²/2)) when the mean is ``aim``
    away, and needs about 2·ln(2/α)·σ²/aim² = 7.4·σ²/aim² items, 1.9 times those of an interval that
    is looked at once; the plug-in bets, made for all times alike, need some 7 times as many.

    Raises:
        ValueError: a value outside [0, 1], or more values than ``population``.
    """
    x = np.asarray(values, dtype=float)
    n = len(x)
    if n and not (np.isfinite(x).all() and x.min() >= 0 and x.max() <= 1):
        raise ValueError("values must lie between 0 and 1")
    if population is not None and n > population:
        raise ValueError(f"{n} values from a population of {population}")
    total = float(x.sum())
    low, high = (0.0, 1.0) if population is None else (total / population, (total + population - n) / population)
    if n == 0:
        return Interval(0.0, 1.0)
    if n == population:
        return Interval(total / n, total / n)
    threshold = math.log(2 / alpha)
    middle = min(max(float(_estimates(x)[-1]), low), high)
    return Interval(
        _end(x, population, bets(x, aim, alpha), threshold, outside=low, inside=middle, above=True),
        _end(x, population, bets(x, aim, alpha), threshold, outside=high, inside=middle, above=False),
    )


def log_capital(x: Floats, m: float, population: int | None, bets: Floats, *, above: bool) -> Floats:
    """Logarithm of one gambler's capital after each value, shape ``x.shape``; values run along the last axis.

    ``above`` is the gambler who wins while the values lie above m; ``bets`` (see ``bets``) are cut to
    what leaves capital whatever comes.
    """
    means = _conditional(x, m, population)
    room = means if above else 1 - means
    most = np.divide(TRUNCATION, room, out=np.full_like(room, np.inf), where=room > 1e-300)
    gain = x - means
    paths: Floats = np.cumsum(np.log1p(np.minimum(bets, most) * (gain if above else -gain)), axis=-1)
    return paths


def _end(x: Floats, population: int | None, lambdas: Floats, threshold: float, *, outside: float, inside: float,
         above: bool) -> float:  # fmt: skip
    """End of the interval on one side, by bisection; ``outside`` where that candidate is not rejected."""

    def rich(m: float) -> bool:
        return float(log_capital(x, m, population, lambdas, above=above)[-1]) >= threshold

    if not rich(outside):
        return outside
    if rich(inside):  # the sequence has left its own running estimate: the candidates lie beyond it
        outside, inside = inside, 1.0 if above else 0.0
        if population is not None:
            rest = population - len(x)
            inside = (float(x.sum()) + (rest if above else 0)) / population
    for _ in range(_HALVINGS):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if rich(middle) else (outside, middle)
    return outside


def _conditional(x: Floats, m: float, population: int | None) -> Floats:
    """Mean of the next value under candidate m: m itself, or the rest's mean where items are drawn without replacement."""
    if population is None:
        return np.full_like(x, m)
    before = np.cumsum(x, axis=-1) - x
    left = population - np.arange(x.shape[-1])
    means: Floats = np.clip((population * m - before) / left, 0.0, 1.0)
    return means


def _estimates(x: Floats) -> Floats:
    """Running means, shrunk to one half: μ̂ᵢ."""
    counts = np.arange(1, x.shape[-1] + 1)
    means: Floats = (0.5 + np.cumsum(x, axis=-1)) / (counts + 1)
    return means


def bets(x: Floats, aim: float | None = None, alpha: float = ALPHA) -> Floats:
    """Bet λᵢ on each value, before the cut to mᵢ, computed from the values before the i-th alone."""
    times = np.arange(1, x.shape[-1] + 1)
    spread = (0.25 + np.cumsum((x - _estimates(x)) ** 2, axis=-1)) / (times + 1)
    before = np.concatenate([np.full((*x.shape[:-1], 1), 0.25), spread[..., :-1]], axis=-1)
    if aim is not None:
        return np.asarray(aim / before, dtype=float)
    return np.asarray(np.sqrt(2 * math.log(2 / alpha) / (before * times * np.log1p(times))), dtype=float)


def rounds(items: int, first: int = 32, growth: float = 1.25) -> list[int]:
    """Number of a task's items scored after each round: 32, 40, 50, … and at last all of them.

    A round is the unit in which a task can stop: growth of a quarter wastes at most a fifth of the
    items, and a task of 10,000 items is looked at about thirty times.
    """
    ends: list[int] = []
    size = min(first, items)
    while size < items:
        ends.append(size)
        size = min(items, max(size + 1, round(size * growth)))
    return [*ends, items]
