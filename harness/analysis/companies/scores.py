"""Normalised inputs of positioning: values of unlike units as scores from 0 to 1, in long form and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from harness.analysis.companies.inputs import declared
from harness.analysis.statistics.uncertainty import Floats
from harness.catalog.schema import DIMENSIONS
from harness.errors import BadInput

NORMALISATIONS = ("percentile", "min-max", "z-score")
AGGREGATIONS = ("arithmetic", "geometric")
MIN_VENDORS = 10  # vendors that an input needs before it ranks anybody
MIN_COVERAGE = 0.5  # share of a dimension's ranking inputs that a vendor needs before it is placed on it
MAY_LACK = 1  # dimensions with weight on which a vendor may be unplaced and still have a rank over all
KEYS = ["vendor_id", "dimension", "input"]
Booleans: TypeAlias = npt.NDArray[np.bool_]


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


@dataclass(frozen=True)
class Table:
    """Inputs that rank, as a table: ``values`` (vendors × inputs, signed and on their scale so that more is better, NaN where
    missing), their standard errors ``stderr`` (0 where none), their ``age`` in years (0 where undated), and the index of each
    input's dimension in DIMENSIONS. ``taken`` has (vendor, input, group) of figures taken over from a group: they are missing
    in ``values``, so that they count once, and have the group's score."""

    vendors: tuple[str, ...]
    inputs: tuple[str, ...]
    dimension: npt.NDArray[np.intp]
    values: Floats
    stderr: Floats
    age: Floats
    taken: tuple[tuple[int, int, int], ...] = ()

    @property
    def known(self) -> Booleans:
        """Which inputs each vendor has, its group's included."""
        return np.asarray(~np.isnan(self.scores(self.values, "percentile")), dtype=bool)

    def scores(self, values: Floats, how: str) -> Floats:
        """``values`` (of this table's shape) normalised, with the group's score where a figure is the group's."""
        out = normalise(values, how)
        for vendor, column, group in self.taken:
            out[vendor, column] = out[group, column]
        return out


def normalised_inputs(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> pd.DataFrame:
    """The long frame ``inputs`` (``vendor_id, dimension, input, value``) with ``score``, ``vendors`` and ``ranks``.

    Columns beyond these (unit, origin, as_of, source_id) are kept: the way back to every fact. Inputs on a log scale drop
    values that are not positive. ``percentile``: (rank − ½)/n, ties shared; ``min-max``: 0 to 1; ``z-score``: Φ(z), so that
    all three lie in 0–1. ``ranks`` is False, and the score of no consequence, for an input with fewer than ``min_vendors``
    vendors, one that is only shown or not declared, and for a value that is too old (column ``too_old``). A figure taken over from
    a group (column ``group_id``) has the group's score and does not count among the vendors. Constant inputs score 0.5.
    """
    rows = inputs[inputs["dimension"].isin(DIMENSIONS)].dropna(subset=["value"])
    rows = rows.astype({"value": float}).reset_index(drop=True)
    if rows.empty:
        return rows.assign(score=pd.Series(dtype=float), vendors=pd.Series(dtype=int), ranks=pd.Series(dtype=bool))
    kinds = [declared(n, d) for n, d in zip(rows["input"], rows["dimension"], strict=True)]
    rows = rows.assign(treated=_treated(rows["value"], [k.scale for k in kinds], [k.higher_is_better for k in kinds]))
    counts = np.array([k.ranks and k.declared for k in kinds])
    if "too_old" in rows:
        counts &= ~rows["too_old"].fillna(False).astype(bool).to_numpy()
    keep = rows["treated"].notna().to_numpy()
    rows, counts = rows[keep].reset_index(drop=True), counts[keep]
    own = rows["group_id"].isna().to_numpy() if "group_id" in rows else np.ones(len(rows), dtype=bool)
    rows = rows.assign(counts=counts, score=np.nan, vendors=0)
    groups = rows[own].groupby(["dimension", "input", "counts"], sort=False)
    rows.loc[own, "score"] = groups["treated"].transform(
        lambda x: normalise(x.to_numpy()[:, None], choices.normalisation)[:, 0]
    )
    rows.loc[own, "vendors"] = groups["vendor_id"].transform("nunique")
    rows = _of_groups(rows, own)
    return rows.assign(ranks=(rows["vendors"] >= choices.min_vendors) & rows["counts"]).drop(
        columns=["treated", "counts"]
    )


def _of_groups(rows: pd.DataFrame, own: Booleans) -> pd.DataFrame:
    """Score and number of vendors of figures taken over from a group: those of the group's row."""
    if own.all():
        return rows
    theirs = rows[own].drop_duplicates(["vendor_id", "input"]).set_index(["vendor_id", "input"])[["score", "vendors"]]
    keys = pd.MultiIndex.from_frame(rows.loc[~own, ["group_id", "input"]])
    rows.loc[~own, ["score", "vendors"]] = theirs.reindex(keys).fillna({"vendors": 0}).to_numpy()
    return rows


def _treated(values: pd.Series, scales: list[str], higher: list[bool]) -> Floats:
    """Values on their scales, more is better; NaN where a log scale has no place for the value."""
    x, scale = values.to_numpy(dtype=float), np.array(scales)
    logged = np.full(len(x), np.nan)
    positive = (scale == "log") & (x > 0)
    logged[positive] = np.log10(x[positive])
    counted = (scale == "count") & (x >= 0)
    logged[counted] = np.log10(1 + x[counted])
    linear = scale == "linear"
    logged[linear] = x[linear]
    return np.asarray(np.where(higher, 1.0, -1.0) * logged)


def normalise(values: Floats, how: str) -> Floats:
    """Columns of ``values`` (vendors × inputs) as scores from 0 to 1, NaN kept; a column of equal values scores 0.5."""
    from scipy.special import ndtr

    n = (~np.isnan(values)).sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        if how == "percentile":
            return np.asarray((pd.DataFrame(values).rank().to_numpy() - 0.5) / n)
        filled = n > 0
        low, high, mean, spread = (np.full(values.shape[1], np.nan) for _ in range(4))
        part = values[:, filled]
        low[filled], high[filled] = np.nanmin(part, axis=0), np.nanmax(part, axis=0)
        mean[filled], spread[filled] = np.nanmean(part, axis=0), np.nanstd(part, axis=0)
        scores = (values - low) / (high - low) if how == "min-max" else ndtr((values - mean) / spread)
    return np.asarray(np.where(~np.isnan(values) & (high == low), 0.5, scores))


def input_table(inputs: pd.DataFrame, *, choices: Choices = DEFAULT) -> Table:
    """The inputs that rank somebody, as a ``Table``; all vendors of ``inputs`` are in it."""
    scored = normalised_inputs(inputs, choices=choices)
    rows = scored[scored["ranks"].astype(bool)].drop_duplicates(KEYS)
    vendors = sorted(set(scored["vendor_id"]))
    pairs = sorted(
        set(zip(rows["dimension"], rows["input"], strict=True)), key=lambda p: (DIMENSIONS.index(p[0]), p[1])
    )
    at = (pd.Index(vendors).get_indexer(pd.Index(rows["vendor_id"])), [pairs.index(p) for p in zip(rows["dimension"], rows["input"], strict=True)])  # fmt: skip
    kinds = [declared(n, d) for n, d in zip(rows["input"], rows["dimension"], strict=True)]
    shape = (len(vendors), len(pairs))
    values, stderr, age = np.full(shape, np.nan), np.zeros(shape), np.zeros(shape)
    taken: list[tuple[int, int, int]] = []
    values[at] = _treated(rows["value"], [k.scale for k in kinds], [k.higher_is_better for k in kinds])
    if "stderr" in rows:
        stderr[at] = rows["stderr"].astype(float).fillna(0.0)
    if "as_of" in rows and "origin" in rows:
        day = pd.to_datetime(rows["as_of"]).where(rows["origin"].eq("fact"))
        if day.notna().any():
            age[at] = ((day.max() - day).dt.days / 365.25).fillna(0.0)
    if "group_id" in rows:
        places = zip(*at, rows["group_id"], strict=True)
        taken = [(int(v), int(k), vendors.index(g)) for v, k, g in places if isinstance(g, str) and g in vendors]
        for vendor, column, _ in taken:
            values[vendor, column] = np.nan
    dimension = np.array([DIMENSIONS.index(d) for d, _ in pairs], dtype=np.intp)
    return Table(tuple(vendors), tuple(n for _, n in pairs), dimension, values, stderr, age, tuple(taken))
