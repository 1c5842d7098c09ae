"""Positioning of vendors: scores from 0 to 1 on five dimensions, each a mean of normalised inputs, with coverage.

Steps and names follow OECD/JRC (2008), "Handbook on Constructing Composite Indicators"; the audit line by line stands
in ``docs/methodology.md``. A missing input is missing, never zero; an input that fewer than ten vendors have ranks
nobody; a vendor below the stated coverage is shown but not ranked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from harness.analysis.companies.inputs import UNDECLARED, declared
from harness.analysis.statistics.uncertainty import Floats
from harness.catalog.schema import DIMENSIONS
from harness.errors import BadInput

NORMALISATIONS = ("percentile", "min-max", "z-score")
AGGREGATIONS = ("arithmetic", "geometric")
MIN_VENDORS = 10  # vendors that an input needs before it ranks anybody
MIN_COVERAGE = 0.4  # share of the ranking inputs that a vendor needs before it is ranked
FLOOR = 0.01  # lowest value in a geometric mean: a zero would wipe out all else
KEYS = ["vendor_id", "dimension", "input"]
DRAWS = 400  # the ends of a 90 % rank interval then move by less than a rank; more would make a moved slider wait


@dataclass(frozen=True)
class Choices:
    """How the index is made. ``weights`` are (dimension, weight); one of 0, or none, leaves a dimension out."""

    normalisation: str = "percentile"
    aggregation: str = "arithmetic"
    weights: tuple[tuple[str, float], ...] = tuple((d, 1.0) for d in DIMENSIONS)
    min_vendors: int = MIN_VENDORS
    min_coverage: float = MIN_COVERAGE

    def __post_init__(self) -> None:
        if self.normalisation not in NORMALISATIONS or self.aggregation not in AGGREGATIONS:
            raise BadInput(
                f"Normalisation is one of {', '.join(NORMALISATIONS)}; aggregation one of {', '.join(AGGREGATIONS)}."
            )
        weights = [weight for _, weight in self.weights]
        if min(weights) < 0 or sum(weights) <= 0:
            raise BadInput("Weights must not be negative, and one must be above 0.")

    def weight(self) -> Floats:
        """Weights of DIMENSIONS, summing to 1."""
        stated = dict(self.weights)
        weights = np.array([stated.get(d, 0.0) for d in DIMENSIONS])
        return np.asarray(weights / weights.sum())


DEFAULT = Choices()


def normalised_inputs(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """The long frame ``inputs`` (``vendor_id, dimension, input, value``) with ``score``, ``vendors`` and ``ranks``.

    Columns beyond these (unit, origin, as_of, source_id) are kept: the way back to every fact. Log-scaled inputs drop
    values that are not positive. ``percentile``: (rank − ½)/n, ties shared; ``min-max``: 0 to 1; ``z-score``: Φ(z), so
    that all three lie in 0–1. An input with fewer than ``min_vendors``, or without a declared place, has ``ranks`` False. Where ``unit`` is given, an
    input counts in the unit that most vendors have. Constant inputs score 0.5.
    """
    rows = inputs[inputs["dimension"].isin(DIMENSIONS)].dropna(subset=["value"])
    rows = _one_unit(rows.astype({"value": float}).reset_index(drop=True))
    if rows.empty:
        return rows.assign(score=pd.Series(dtype=float), vendors=pd.Series(dtype=int), ranks=pd.Series(dtype=bool))
    kinds = [declared(n, d) for n, d in zip(rows["input"], rows["dimension"], strict=True)]
    log, up = np.array([k.log for k in kinds]), np.array([k.higher_is_better for k in kinds])
    keep = ~log | (rows["value"].to_numpy() > 0)
    rows, log, up = rows[keep].reset_index(drop=True), log[keep], up[keep]
    value = rows["value"].to_numpy(dtype=float)
    treated = np.where(up, 1.0, -1.0) * np.where(log, np.log10(np.where(log, value, 1.0)), value)
    keys = [rows["dimension"], rows["input"]]
    vendors = rows.groupby(["dimension", "input"])["vendor_id"].transform("nunique")
    stated = np.array([declared(n, d).why != UNDECLARED for n, d in zip(rows["input"], rows["dimension"], strict=True)])
    score = pd.Series(treated).groupby(keys).transform(lambda x: _normalise(x, choices.normalisation))
    return rows.assign(score=score.to_numpy(), vendors=vendors, ranks=(vendors >= choices.min_vendors) & stated)


def _one_unit(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the unit that most vendors report, input by input: revenue in yen and in dollars do not share a ranking."""
    if "unit" not in rows or rows.empty:
        return rows
    unit = rows["unit"].fillna("").astype(str)
    vendors = (
        rows.assign(unit=unit).groupby(["dimension", "input", "unit"])["vendor_id"].nunique().reset_index(name="n")
    )
    vendors = vendors.sort_values(["n", "unit"], ascending=[False, True], kind="stable")
    chosen = vendors.drop_duplicates(["dimension", "input"]).set_index(["dimension", "input"])["unit"]
    wanted = chosen.reindex(pd.MultiIndex.from_frame(rows[["dimension", "input"]])).to_numpy()
    comparable: pd.DataFrame = rows[unit.to_numpy() == wanted].reset_index(drop=True)
    return comparable


def _normalise(x: pd.Series, how: str) -> pd.Series:
    from scipy.special import ndtr

    if x.nunique() < 2:
        return pd.Series(0.5, index=x.index)
    if how == "percentile":
        return pd.Series((x.rank(method="average") - 0.5) / len(x))
    if how == "min-max":
        return pd.Series((x - x.min()) / (x.max() - x.min()))
    return pd.Series(ndtr((x - x.mean()) / x.std(ddof=0)), index=x.index)


def _dimension_table(scored: pd.DataFrame) -> pd.DataFrame:
    """Vendors × DIMENSIONS: mean score of the ranking inputs a vendor has."""
    ranking = scored[scored["ranks"].astype(bool)]
    vendor, vendors = pd.factorize(ranking["vendor_id"], sort=True)
    dimension = pd.Index(DIMENSIONS).get_indexer(pd.Index(ranking["dimension"]))
    cell = vendor * len(DIMENSIONS) + dimension
    size = len(vendors) * len(DIMENSIONS)
    with np.errstate(invalid="ignore"):
        means = np.bincount(cell, ranking["score"].to_numpy(dtype=float), size) / np.bincount(cell, minlength=size)
    return pd.DataFrame(
        means.reshape(-1, len(DIMENSIONS)), index=pd.Index(vendors, name="vendor_id"), columns=list(DIMENSIONS)
    )


def _aggregate(table: Floats, weights: Floats, how: str) -> Floats:
    """Weighted mean over the dimensions a vendor has, weights renormalised; shape ``(vendors,)``."""
    have = ~np.isnan(table)
    share = have * weights
    with np.errstate(divide="ignore", invalid="ignore"):
        share = share / share.sum(axis=1, keepdims=True)
        if how == "geometric":
            return np.asarray(
                np.exp(np.nansum(share * np.log(np.clip(table, FLOOR, None)), axis=1)) + 0 * share.sum(axis=1)
            )
        return np.asarray(np.nansum(share * table, axis=1) + 0 * share.sum(axis=1))


def position(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Dimensions, total, coverage and rank of each vendor, one row a vendor, best first.

    Columns: ``vendor_id``, DIMENSIONS (0–1 or NaN), ``total``, ``coverage`` (share of the ranking inputs it has),
    ``ranked``, ``rank`` (NaN where not ranked). Dimensions that a vendor lacks leave its mean, they do not enter as 0.
    Source: OECD/JRC (2008), steps 5 and 6.
    """
    scored = normalised_inputs(inputs, choices=choices)
    columns = ["vendor_id", *DIMENSIONS, "total", "coverage", "ranked", "rank"]
    if scored.empty or not scored["ranks"].any():
        names = sorted(set(scored["vendor_id"])) if len(scored) else []
        empty = pd.DataFrame({"vendor_id": pd.Series(names, dtype=object)}).reindex(columns=columns)
        return empty.assign(ranked=False)
    table = _dimension_table(scored).reindex(sorted(set(scored["vendor_id"])))
    ranking = scored[scored["ranks"]]
    possible = len(ranking[["dimension", "input"]].drop_duplicates())
    coverage = ranking.drop_duplicates(KEYS).groupby("vendor_id").size().reindex(table.index).fillna(0) / possible
    total = _aggregate(table.to_numpy(), choices.weight(), choices.aggregation)
    ranked = (coverage.to_numpy() >= choices.min_coverage) & ~np.isnan(total)
    rank = pd.Series(np.where(ranked, -total, np.nan)).rank(method="min").to_numpy()
    out = table.assign(total=total, coverage=coverage, ranked=ranked, rank=rank).reset_index()
    return out.sort_values(["rank", "total"], ascending=[True, False], ignore_index=True, kind="stable")[columns]


def monte_carlo(inputs: pd.DataFrame, *, seed: int, draws: int = 2000, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Rank of each ranked vendor over random choices: ``vendor_id, rank, median_rank, low, high, first`` (90 %).

    Each draw takes a normalisation, an aggregation, weights uniform on the simplex, and leaves one input out (or none);
    seeded. ``first`` is the share of draws in which the vendor leads. Source: Saisana, Saltelli, Tarantola (2005).
    """
    base = position(inputs, choices=choices)
    vendors = base.loc[base["ranked"].astype(bool), "vendor_id"].to_list()
    columns = ["vendor_id", "rank", "median_rank", "low", "high", "first"]
    if not vendors:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    tables, left_out = _all_tables(inputs, vendors, choices)
    rng = np.random.default_rng(seed)
    u = rng.random((draws, 3))
    weights = rng.dirichlet(np.ones(len(DIMENSIONS)), size=draws)
    ranks = _ranks(np.array([_total(tables, left_out, row, w) for row, w in zip(u, weights, strict=True)]))
    low, median, high = np.percentile(ranks, [5, 50, 95], axis=0)
    out = pd.DataFrame({"vendor_id": vendors, "median_rank": median, "low": low, "high": high})
    out = out.assign(first=(ranks == 1).mean(axis=0)).merge(base[["vendor_id", "rank"]], on="vendor_id")
    return out[columns].sort_values(["median_rank", "rank"], ignore_index=True)


def _all_tables(
    inputs: pd.DataFrame, vendors: Sequence[str], choices: Choices
) -> tuple[dict[tuple[str, int], Floats], int]:
    """Dimension tables for every normalisation and every input left out (0: none), rows in the order of ``vendors``."""
    tables = {}
    names: list[tuple[str, str]] = []
    for how in NORMALISATIONS:
        scored = normalised_inputs(inputs, choices=Choices(normalisation=how, min_vendors=choices.min_vendors))
        pairs = (
            scored.loc[scored["ranks"], ["dimension", "input"]].drop_duplicates().sort_values(["dimension", "input"])
        )
        names = [(str(d), str(n)) for d, n in zip(pairs["dimension"], pairs["input"], strict=True)]
        tables[how, 0] = _dimension_table(scored).reindex(list(vendors)).to_numpy()
        for i, (dimension, name) in enumerate(names, start=1):
            rest = scored[(scored["dimension"] != dimension) | (scored["input"] != name)]
            tables[how, i] = _dimension_table(rest).reindex(list(vendors)).to_numpy()
    return tables, len(names)


def _total(tables: Mapping[tuple[str, int], Floats], inputs: int, chosen: Floats, weights: Floats) -> Floats:
    """Totals under one draw: normalisation, aggregation and input left out, each a number in [0, 1)."""
    how, mean, out = chosen
    table = tables[NORMALISATIONS[int(how * len(NORMALISATIONS))], int(out * (inputs + 1))]
    return _aggregate(table, weights, AGGREGATIONS[int(mean * len(AGGREGATIONS))])


def _ranks(totals: Floats) -> Floats:
    """Ranks within each row, ties sharing the best, the unknown last."""
    return np.asarray(pd.DataFrame(-totals).rank(axis=1, method="min", na_option="bottom"), dtype=float)


def variance_shares(inputs: pd.DataFrame, *, seed: int, samples: int = 256, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Sobol shares of the ranks' variance, mean over vendors, one row a choice: ``choice, first_order, total``.

    Choices: normalisation, aggregation, input left out, and the weight of each dimension. Vendors weigh by their rank
    variance. Needs SALib; ``samples`` is a power of two. Source: Saisana et al. (2005); Saltelli et al. (2010).
    """
    from SALib.analyze import sobol as analyse
    from SALib.sample import sobol as sample

    names = ["normalisation", "aggregation", "input left out", *(f"weight of {d}" for d in DIMENSIONS)]
    columns = ["choice", "first_order", "total"]
    base = position(inputs, choices=choices)
    vendors = base.loc[base["ranked"].astype(bool), "vendor_id"].to_list()
    if len(vendors) < 2:
        return pd.DataFrame({c: pd.Series(dtype=object) for c in columns})
    tables, left_out = _all_tables(inputs, vendors, choices)
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0 - 1e-9]] * len(names)}
    points = sample.sample(problem, samples, calc_second_order=False, seed=seed)
    weights = -np.log1p(-points[:, 3:])
    ranks = _ranks(np.array([_total(tables, left_out, p[:3], w) for p, w in zip(points, weights + 1e-12, strict=True)]))
    variance = ranks.var(axis=0)
    moving = np.flatnonzero(variance > 0)
    first, total = np.zeros(len(names)), np.zeros(len(names))
    for i in moving:
        sobol = analyse.analyze(problem, ranks[:, i], calc_second_order=False, seed=seed, num_resamples=2)
        first += variance[i] / variance.sum() * np.asarray(sobol["S1"])
        total += variance[i] / variance.sum() * np.asarray(sobol["ST"])
    out = pd.DataFrame({"choice": names, "first_order": first, "total": total})
    return out.sort_values("total", ascending=False, ignore_index=True)


def drop_input(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Rank of each vendor without each ranking input: ``input, dimension, vendor_id, rank, rank_change``.

    Source: OECD/JRC (2008), step 8.
    """
    base = position(inputs, choices=choices).set_index("vendor_id")["rank"]
    scored = normalised_inputs(inputs, choices=choices)
    parts = []
    for dimension, name in sorted(set(zip(scored["dimension"], scored["input"], strict=True))):
        if not scored.loc[(scored["dimension"] == dimension) & (scored["input"] == name), "ranks"].all():
            continue
        rest = inputs[(inputs["dimension"] != dimension) | (inputs["input"] != name)]
        rank = position(rest, choices=choices).set_index("vendor_id")["rank"].reindex(base.index)
        parts.append(
            pd.DataFrame(
                {"input": name, "dimension": dimension, "rank": rank, "rank_change": rank - base}
            ).reset_index()
        )
    columns = ["input", "dimension", "vendor_id", "rank", "rank_change"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def places_moved(ranks: pd.DataFrame) -> pd.DataFrame:
    """Places that leaving out each input moves: ``input, dimension, mean_places, most_places, moved``, the most first.

    ``ranks`` from ``drop_input``; ``moved`` counts the vendors whose rank changes. Source: OECD/JRC (2008), step 8.
    """
    rows = ranks.dropna(subset=["rank_change"])
    rows = rows.assign(places=rows["rank_change"].abs().astype(float))
    out = rows.groupby(["input", "dimension"], as_index=False).agg(
        mean_places=("places", "mean"), most_places=("places", "max"), moved=("places", lambda p: int((p > 0).sum()))
    )
    return out.sort_values(["mean_places", "input"], ascending=[False, True], ignore_index=True)


def coverage(scored: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Ranking inputs of each dimension: ``dimension, held`` (by the vendor), ``all`` (by any vendor), one row each.

    ``scored`` from ``normalised_inputs``. Source: OECD/JRC (2008), step 3.
    """
    ranking = scored[scored["ranks"].astype(bool)].drop_duplicates(KEYS)
    own = ranking[ranking["vendor_id"] == vendor_id].groupby("dimension")["input"].nunique()
    every = ranking.groupby("dimension")["input"].nunique().rename("all").to_frame()
    return every.assign(held=own.reindex(every.index).fillna(0).astype(int)).reset_index()[["dimension", "held", "all"]]


def what_if(
    inputs: pd.DataFrame, vendor_id: str, name: str, value: float, *, choices: Choices = DEFAULT
) -> pd.DataFrame:
    """``position`` with one fact changed, and ``rank_before`` beside it."""
    rows = (inputs["vendor_id"] == vendor_id) & (inputs["input"] == name)
    if not rows.any():
        raise BadInput(f"{vendor_id} has no input {name!r} to change.")
    before = position(inputs, choices=choices).set_index("vendor_id")["rank"]
    after = position(inputs.assign(value=inputs["value"].astype(float).mask(rows, value)), choices=choices)
    return after.assign(rank_before=after["vendor_id"].map(before))


def coherence(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """Rank correlations of each input, one row an input: ``input, dimension, vendors, with_dimension, with_total, against``.

    Spearman correlations of the treated input with its dimension without it, and with the total; ``against`` is True
    where the first is negative. NaN with fewer than three vendors. Source: OECD/JRC (2008), steps 4 and 9.
    """
    scored = normalised_inputs(inputs, choices=choices)
    columns = ["input", "dimension", "vendors", "with_dimension", "with_total", "against"]
    totals = position(inputs, choices=choices).set_index("vendor_id")["total"].astype(float)
    rows = []
    for (dimension, name), part in scored.groupby(["dimension", "input"], sort=True):
        own = part.groupby("vendor_id")["score"].mean()
        rest = scored[(scored["dimension"] == dimension) & (scored["input"] != name) & scored["ranks"]]
        others = rest.groupby("vendor_id")["score"].mean().reindex(own.index)
        pair = (_spearman(own, others), _spearman(own, totals.reindex(own.index)))
        rows.append((name, dimension, len(own), *pair, bool(pair[0] < 0)))
    return pd.DataFrame(rows, columns=columns)


def _spearman(a: pd.Series, b: pd.Series) -> float:
    both = pd.DataFrame({"a": a, "b": b}).dropna()
    if len(both) < 3 or both["a"].nunique() < 2 or both["b"].nunique() < 2:
        return float("nan")
    return float(both["a"].corr(both["b"], method="spearman"))


@dataclass(frozen=True)
class Map:
    """A two-dimensional map: ``points`` (``vendor_id, x, y``), ``loadings`` (``dimension, x, y``), ``explained`` shares."""

    points: pd.DataFrame
    loadings: pd.DataFrame
    explained: tuple[float, float]


def map_2d(positions: pd.DataFrame, *, axes: tuple[str, str] | None = None) -> Map:
    """Vendors on two chosen dimensions, or on the first two principal components of all five (``axes`` None).

    ``positions`` from ``position``. Components are of the standardised dimensions of vendors that have all of them;
    each component's largest loading is positive. Source: Jolliffe (2002).
    """
    if axes is not None:
        points = positions[["vendor_id", *axes]].dropna()
        points.columns = pd.Index(["vendor_id", "x", "y"])
        unit = pd.DataFrame({"dimension": list(axes), "x": [1.0, 0.0], "y": [0.0, 1.0]})
        return Map(points.reset_index(drop=True), unit, (float("nan"), float("nan")))
    dimensions = [d for d in DIMENSIONS if positions[d].notna().any()]
    complete = positions.dropna(subset=dimensions)
    names = [d for d in dimensions if complete[d].astype(float).std(ddof=0) > 0]
    if len(complete) < 3 or len(names) < 2:
        nothing = pd.DataFrame(columns=["vendor_id", "x", "y"])
        return Map(nothing, pd.DataFrame(columns=["dimension", "x", "y"]), (float("nan"), float("nan")))
    values = complete[names].to_numpy(dtype=float)
    standard = (values - values.mean(axis=0)) / values.std(axis=0)
    _, singular, axis = np.linalg.svd(standard, full_matrices=False)
    sign = np.sign(axis[np.arange(len(axis)), np.abs(axis).argmax(axis=1)])
    loads = axis * sign[:, None]
    share = singular**2 / (singular**2).sum()
    spots = standard @ loads[:2].T
    points = pd.DataFrame({"vendor_id": complete["vendor_id"].to_numpy(), "x": spots[:, 0], "y": spots[:, 1]})
    return Map(
        points, pd.DataFrame({"dimension": names, "x": loads[0], "y": loads[1]}), (float(share[0]), float(share[1]))
    )


def strengths(
    inputs: pd.DataFrame, *, groups: Mapping[str, str] | None = None, most: int = 3, choices: Choices = DEFAULT
) -> pd.DataFrame:
    """Top and bottom inputs of each vendor (or of each group of vendors): ``who, side, place, input, …``, with facts.

    One row per strength or weakness, all columns of ``inputs`` kept for a vendor, so that each leads back to its
    source. For a group the score is the mean over its vendors, with ``vendors`` counted. Only inputs that rank.
    A strength scores above 0.5, a weakness below.
    """
    scored = normalised_inputs(inputs, choices=choices)
    scored = scored[scored["ranks"].astype(bool)]
    if groups is None:
        rows = scored.assign(who=scored["vendor_id"])
    else:
        who = scored["vendor_id"].map(dict(groups))
        rows = scored.assign(who=who).dropna(subset=["who"])
        rows = rows.groupby(["who", "dimension", "input"], as_index=False).agg(
            score=("score", "mean"), vendors=("vendor_id", "nunique")
        )
    parts = []
    for side, ascending, chosen in (("strength", False, rows["score"] > 0.5), ("weakness", True, rows["score"] < 0.5)):
        best = rows[chosen].sort_values(["who", "score", "input"], ascending=[True, ascending, True], kind="stable")
        place = best.groupby("who").cumcount() + 1
        parts.append(best.assign(side=side, place=place)[place <= most])
    return pd.concat(parts, ignore_index=True).sort_values(["who", "side", "place"], ignore_index=True, kind="stable")
