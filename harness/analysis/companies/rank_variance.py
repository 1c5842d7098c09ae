"""What moves the vendors' ranks: the share of each choice in their variance, and what drawing missing inputs changes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.analysis.companies.imputation import fit_copula
from harness.analysis.companies.positioning import aggregate, dimension_means, position
from harness.analysis.companies.rank_intervals import FIXED, LEFT_OUT, participants, ranks_of, simulate
from harness.analysis.companies.scores import DEFAULT, Choices, input_table
from harness.catalog.schema import DIMENSIONS


def imputed_ranks(inputs: pd.DataFrame, *, seed: int, draws: int = 200, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Ranks with missing inputs left missing beside ranks with them drawn: ``vendor_id, rank, imputed, low, high`` (90%).

    Everything else is as ``choices`` say, so that the two differ by the missing inputs alone. Source: Little and Rubin (2002).
    """
    table = input_table(inputs, choices=choices)
    base = position(inputs, choices=choices).set_index("vendor_id")["rank"].dropna()
    if not table.inputs or base.empty:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in ("vendor_id", "rank", "imputed", "low", "high")})
    ranked, _ = participants(table, choices)
    copula = fit_copula(table.values)
    rng = np.random.default_rng(seed)
    ranks = np.empty((draws, len(table.vendors)))
    for i in range(draws):
        scores = table.scores(copula.draw(table.values, rng, ranked), choices.normalisation)
        means = dimension_means(table, scores, 0.0)
        ranks[i] = ranks_of(np.where(ranked, aggregate(means, choices.weight(), choices.aggregation), np.nan))
    at = [table.vendors.index(v) for v in base.index]
    low, median, high = np.percentile(ranks[:, at], [5, 50, 95], axis=0)
    return pd.DataFrame({"vendor_id": base.index, "rank": base.to_numpy(), "imputed": median, "low": low, "high": high})


def variance_shares(inputs: pd.DataFrame, *, seed: int, samples: int = 256, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Sobol shares of the ranks' variance, mean over vendors, one row a choice: ``choice, first_order, total``.

    Choices: FIXED, the input left out (all dimensions together), and the weight of each dimension. Vendors weigh by their rank
    variance. Needs SALib; ``samples`` is a power of two. Sources: Saisana et al. (2005); Saltelli et al. (2010).
    """
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    table = input_table(inputs, choices=choices)
    ranked, placed = participants(table, choices) if table.inputs else (np.zeros(0, bool), np.zeros(0, bool))
    if ranked.sum() < 2:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in ("choice", "first_order", "total")})
    groups = [*FIXED, *([LEFT_OUT] * len(DIMENSIONS)), *(f"weight of {d}" for d in DIMENSIONS)]
    names = [f"{group} {i}" for i, group in enumerate(groups)]
    problem = {"num_vars": len(names), "names": names, "groups": groups, "bounds": [[0.0, 1.0 - 1e-9]] * len(names)}
    points = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    ranks = simulate(table, points, ranked, placed, choices.weight() > 0).overall[:, ranked]
    variance = ranks.var(axis=0)
    kinds = list(dict.fromkeys(groups))
    first, total = np.zeros(len(kinds)), np.zeros(len(kinds))
    for i in np.flatnonzero(variance > 0):
        sobol = analyse.analyze(problem, ranks[:, i], calc_second_order=False, seed=seed, num_resamples=2)
        first += variance[i] / variance.sum() * np.asarray(sobol["S1"])
        total += variance[i] / variance.sum() * np.asarray(sobol["ST"])
    out = pd.DataFrame({"choice": kinds, "first_order": first, "total": total})
    return out.sort_values("total", ascending=False, ignore_index=True)
