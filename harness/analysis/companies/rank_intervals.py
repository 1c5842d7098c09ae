"""Ranks of the vendors over the choices that an index is made of, with their intervals.

A draw takes a normalisation, an aggregation, weights uniform on the simplex, leaves one input of each dimension out (or
none), takes missing inputs as missing or draws them, leaves facts older than a limit out (or none), and draws the
capability points within their errors. Sources: Saisana, Saltelli and Tarantola (2005); OECD/JRC (2008), step 7.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.analysis.companies.imputation import Copula, fit_copula
from harness.analysis.companies.positioning import aggregate, dimension_means, has_rank, position
from harness.analysis.companies.scores import (
    AGGREGATIONS,
    DEFAULT,
    NORMALISATIONS,
    Booleans,
    Choices,
    Table,
    input_table,
)
from harness.analysis.statistics.uncertainty import Floats
from harness.catalog.schema import DIMENSIONS

DRAWS = 400  # the ends of a 90% rank interval then move by less than a rank; more would make a moved slider wait
AGES = (float("inf"), 3.0, 1.5)
"""Age in years above which facts are left out, one drawn each time."""
OVERALL = "overall"
"""The name of all dimensions together, beside DIMENSIONS."""
FIXED = ("normalisation", "aggregation", "missing inputs", "age of facts", "chance")
"""Choices of a draw in the order of its numbers; an input left out of each dimension and the dimensions' weights follow."""
LEFT_OUT = "input left out"


@dataclass(frozen=True)
class Simulation:
    """Ranks of ``vendors``: ``overall`` (draws × vendors) and ``dimensions`` (draws × vendors × DIMENSIONS), NaN where a draw
    does not place the vendor."""

    vendors: tuple[str, ...]
    overall: Floats
    dimensions: Floats


def simulate(table: Table, points: Floats, ranked: Booleans, placed: Booleans, weighted: Booleans) -> Simulation:
    """Ranks under each row of ``points``, numbers in [0, 1): FIXED, one an input left out of each dimension, one a weight.

    ``ranked`` (vendors) and ``placed`` (vendors × DIMENSIONS) say who takes part: those with a place under the default.
    """
    copula = fit_copula(table.values)
    overall = np.full((len(points), len(table.vendors)), np.nan)
    dimensions = np.full((len(points), len(table.vendors), len(DIMENSIONS)), np.nan)
    for i, point in enumerate(points):
        means = _drawn_means(table, copula, point, ranked | placed.any(axis=1))
        weights = weighted * (-np.log1p(-point[-len(DIMENSIONS) :]) + 1e-12)
        total = aggregate(means, weights / weights.sum(), AGGREGATIONS[int(point[1] * len(AGGREGATIONS))])
        overall[i] = np.where(ranked, total, np.nan)
        dimensions[i] = np.where(placed, means, np.nan)
    by_dimension = [ranks_of(dimensions[:, :, d].T).T for d in range(len(DIMENSIONS))]
    return Simulation(table.vendors, ranks_of(overall.T).T, np.stack(by_dimension, axis=2))


def simulated(inputs: pd.DataFrame, *, seed: int, draws: int = DRAWS, choices: Choices = DEFAULT) -> Simulation:
    """Ranks over random choices of the vendors that take part under ``choices``: what ``monte_carlo`` and ``dimension_ranks``
    with the same seed and number of draws sum up, for both at once."""
    table = input_table(inputs, choices=choices)
    return simulate(table, random_points(seed, draws), *participants(table, choices), choices.weight() > 0)


def _drawn_means(table: Table, copula: Copula, point: Floats, rows: Booleans) -> Floats:
    """Dimension means of one draw, vendors × DIMENSIONS."""
    how = NORMALISATIONS[int(point[0] * len(NORMALISATIONS))]
    limit = AGES[int(point[3] * len(AGES))]
    rng = np.random.default_rng(int(point[4] * 2**32))
    values = table.values + table.stderr * rng.standard_normal(table.values.shape)
    values = np.where(table.age > limit, np.nan, values)
    if point[2] >= 0.5:  # a fact too old for this draw is missing in it, and drawn as any other
        values = copula.draw(values, rng, rows)
    scores = table.scores(values, how)
    for d in range(len(DIMENSIONS)):
        own = np.flatnonzero(table.dimension == d)
        left_out = int(point[len(FIXED) + d] * (len(own) + 1))
        if left_out and len(own) > 1:
            scores[:, own[left_out - 1]] = np.nan
    return dimension_means(table, scores, 0.0)


def ranks_of(totals: Floats) -> Floats:
    """Ranks of the totals, or of each column of them, the highest first, ties sharing the best; NaN kept."""
    ranks = pd.DataFrame(-totals).rank(method="min").to_numpy(dtype=float)
    return np.asarray(ranks.reshape(totals.shape))


def participants(table: Table, choices: Choices) -> tuple[Booleans, Booleans]:
    """Who takes part: with a rank over all (vendors), and placed on each dimension (vendors × DIMENSIONS)."""
    means = dimension_means(table, table.scores(table.values, choices.normalisation), choices.min_coverage)
    return has_rank(means, choices.weight()), ~np.isnan(means)


def monte_carlo(
    inputs: pd.DataFrame,
    *,
    seed: int,
    draws: int = 2000,
    choices: Choices = DEFAULT,
    simulation: Simulation | None = None,
) -> pd.DataFrame:
    """Rank of each ranked vendor over random choices: ``vendor_id, rank, median_rank, low, high, first`` (90%).

    ``first`` is the share of draws in which the vendor leads. Seeded. ``simulation`` is that of the same inputs and choices, where
    the caller has it.
    """
    columns = ["vendor_id", "rank", "median_rank", "low", "high", "first"]
    table = input_table(inputs, choices=choices)
    base = position(inputs, choices=choices).set_index("vendor_id")["rank"].dropna()
    if not table.inputs or base.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    simulation = simulation or simulated(inputs, seed=seed, draws=draws, choices=choices)
    at = [table.vendors.index(v) for v in base.index]
    ranks = simulation.overall[:, at]
    low, median, high = np.nanpercentile(ranks, [5, 50, 95], axis=0)
    out = pd.DataFrame(
        {"vendor_id": base.index, "rank": base.to_numpy(), "median_rank": median, "low": low, "high": high}
    )
    return out.assign(first=(ranks == 1).mean(axis=0)).sort_values(["rank", "median_rank"], ignore_index=True)[columns]


def dimension_ranks(
    inputs: pd.DataFrame,
    *,
    seed: int,
    draws: int = DRAWS,
    choices: Choices = DEFAULT,
    simulation: Simulation | None = None,
) -> pd.DataFrame:
    """Place of every vendor on every dimension and over all, one row a vendor and dimension.

    Columns: ``vendor_id, dimension`` (DIMENSIONS and ``overall``), ``score`` (0–1), ``coverage`` (share of the dimension's
    ranking inputs), ``placed, rank``, ``rank_low, rank_high`` (90% over random choices, rounded outwards; NaN where not placed).
    ``simulation`` is that of the same inputs and choices, where the caller has it.
    """
    table = input_table(inputs, choices=choices)
    columns = ["vendor_id", "dimension", "score", "coverage", "placed", "rank", "rank_low", "rank_high"]
    if not table.inputs:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    ranked, placed = participants(table, choices)
    means = dimension_means(table, table.scores(table.values, choices.normalisation), choices.min_coverage)
    simulation = simulation or simulated(inputs, seed=seed, draws=draws, choices=choices)
    total = aggregate(means, choices.weight(), choices.aggregation)
    have = table.known
    parts = []
    for d, name in enumerate((*DIMENSIONS, OVERALL)):
        over = name == OVERALL
        score = np.where(ranked, total, np.nan) if over else means[:, d]
        drawn = simulation.overall if over else simulation.dimensions[:, :, d]
        held = have if over else have[:, table.dimension == d]
        low, high = _interval(drawn)
        parts.append(
            pd.DataFrame({
                "vendor_id": table.vendors, "dimension": name, "score": score,
                "coverage": held.mean(axis=1) if held.shape[1] else 0.0, "placed": ~np.isnan(score), "rank": ranks_of(score),
                "rank_low": np.floor(low), "rank_high": np.ceil(high),
            })
        )  # fmt: skip
    return pd.concat(parts, ignore_index=True)[columns]


def _interval(ranks: Floats) -> tuple[Floats, Floats]:
    """The 90% interval of each column; NaN where no draw places the vendor."""
    some = ~np.isnan(ranks).all(axis=0)
    low, high = np.full(ranks.shape[1], np.nan), np.full(ranks.shape[1], np.nan)
    if some.any():
        low[some], high[some] = np.nanpercentile(ranks[:, some], [5, 95], axis=0)
    return low, high


def random_points(seed: int, draws: int) -> Floats:
    """Numbers in [0, 1) for ``simulate``, a row a draw."""
    return np.random.default_rng(seed).random((draws, len(FIXED) + 2 * len(DIMENSIONS)))
