"""What is said of two groups of vendors, put to the test: verdict, difference with its interval, and since when it holds."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from harness.analysis.companies.claims.claim_list import CLAIMS, Claim
from harness.analysis.companies.claims.group_difference import (
    MIN_EACH,
    can_tell,
    is_ratio,
    percentile_difference,
    typical_ratio,
)
from harness.analysis.companies.inputs import declared
from harness.analysis.statistics.uncertainty import Floats

COLUMNS = ["claim", "verdict", "difference", "low", "high", "n_first", "n_second"]
EFFECT_COLUMNS = ["claim", "input", "n_first", "n_second", "first", "second", "effect", "low", "high", "ratio"]
VERDICTS = ("borne out", "contradicted", "undecided", "not measurable")


def members(vendors: pd.DataFrame, moved: Iterable[str] = ()) -> dict[str, set[str]]:
    """Vendors of each of ``claim_list.GROUPS``; those of ``moved`` are in the other segment that they border on.

    ``vendors``: ``vendor_id, segment, segment_borderline, country``.
    """
    moved = set(moved)
    at = vendors["vendor_id"].isin(moved) & vendors["segment_borderline"].notna()
    segment = vendors["segment_borderline"].where(at, vendors["segment"])
    ids, country = vendors["vendor_id"], vendors["country"]
    return {
        **{name: set(ids[segment == name]) for name in ("big-tech", "startup")},
        "cn": set(ids[country == "CN"]),
        "world": set(ids[country.notna() & (country != "CN")]),
    }


def usable(rows: pd.DataFrame) -> pd.DataFrame:
    """Values that count: known, not too old, and the vendor's own (a group's figure counts once, for the group)."""
    return rows[rows["value"].notna() & rows["group_id"].isna() & ~rows["too_old"].fillna(False).astype(bool)]


def claims(
    rows: pd.DataFrame, groups: Mapping[str, set[str]], *, seed: int, tested: Iterable[Claim] = CLAIMS
) -> pd.DataFrame:
    """Test of each claim, one row a claim: columns COLUMNS.

    ``rows``: ``vendor_id, input, value, group_id, too_old`` of inputs and measures; ``groups``: vendors by group. ``difference``
    is that of ``percentile_difference``, turned so that above 0 is as claimed. ``verdict``: ``borne out`` (interval above 0),
    ``contradicted`` (below), ``undecided`` (holds 0, or groups so small that chance may part them) or ``not measurable``
    (fewer than three vendors in a group). A claim that only the first group has something is contradicted by one vendor of the
    second that has it. Claims of likeness have no inputs: ``interval_verdict`` is theirs. Source: Efron and Tibshirani (1993), ch. 8.
    """
    table = usable(rows).pivot_table(index="vendor_id", columns="input", values="value", aggfunc="first")
    return pd.DataFrame([_test(claim, table, groups, seed) for claim in tested], columns=COLUMNS)


def effects(
    rows: pd.DataFrame, groups: Mapping[str, set[str]], *, seed: int, tested: Iterable[Claim] = CLAIMS
) -> pd.DataFrame:
    """What each input of each claim says in its own unit, one row a claim and input: columns EFFECT_COLUMNS.

    ``first, second``: medians (of fractions the means); ``effect``: ``typical_ratio``, a ratio where ``ratio`` is true.
    """
    values, out = usable(rows), []
    for claim in tested:
        for key in claim.inputs:
            unit = declared(key, "").unit
            mine, theirs = _sides(values, claim, groups, key)
            middle = np.mean if unit == "fraction" else np.median
            ends = typical_ratio(mine, theirs, unit=unit, seed=seed)
            typical = [float(middle(x)) if len(x) else math.nan for x in (mine, theirs)]
            out.append((claim.key, key, len(mine), len(theirs), *typical, *ends, is_ratio(unit)))
    return pd.DataFrame(out, columns=EFFECT_COLUMNS)


def interval_verdict(low: float, high: float) -> str:
    """Verdict of a claim that a number is above 0, from the interval of the number."""
    if math.isnan(low) or math.isnan(high):
        return "not measurable"
    return "borne out" if low > 0 else "contradicted" if high < 0 else "undecided"


def since(verdicts: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """First day from which each claim's verdict has been what it is on the last day, by claim.

    ``verdicts``: ``day, claim, verdict``, one row a claim and day.
    """
    out = {}
    for claim, rows in verdicts.sort_values("day").groupby("claim", sort=False):
        changed = rows["verdict"].ne(rows["verdict"].iloc[-1]).to_numpy()
        out[claim] = rows["day"].iloc[int(changed.nonzero()[0][-1]) + 1 if changed.any() else 0]
    return pd.Series(out, dtype="datetime64[ns]")


def _test(claim: Claim, table: pd.DataFrame, groups: Mapping[str, set[str]], seed: int) -> tuple[object, ...]:
    """One row of ``claims``; ``table`` is vendors × inputs."""
    nothing = (math.nan, math.nan, math.nan)
    own = table.reindex(columns=list(claim.inputs))
    mine, theirs = groups.get(claim.first, set()), groups.get(claim.second, set())
    own = own[own.index.isin(mine | theirs) & own.notna().any(axis=1)]
    first = np.asarray(own.index.isin(mine))
    n_first, n_second = int(first.sum()), int((~first).sum())
    values = own.to_numpy(dtype=float) * (-1 if claim.less else 1)
    known = ~np.isnan(values)
    sizes = zip(known[first].sum(axis=0), known[~first].sum(axis=0), strict=True)
    enough = [(int(a), int(b)) for a, b in sizes if min(a, b) >= MIN_EACH]
    if not enough:
        return claim.key, "not measurable", *nothing, n_first, n_second
    difference, low, high = percentile_difference(values, first, seed=seed)
    verdict = interval_verdict(low, high) if any(can_tell(*pair) for pair in enough) else "undecided"
    if claim.only and np.nansum(values[~first]) > 0:
        verdict = "contradicted"
    return claim.key, verdict, difference, low, high, n_first, n_second


def _sides(values: pd.DataFrame, claim: Claim, groups: Mapping[str, set[str]], key: str) -> tuple[Floats, Floats]:
    """Values of one input in the first and in the second group."""
    of_input = values[values["input"] == key]
    mine, theirs = (
        of_input.loc[of_input["vendor_id"].isin(groups[name]), "value"].to_numpy(dtype=float)
        for name in (claim.first, claim.second)
    )
    return mine, theirs
