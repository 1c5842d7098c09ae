"""The claims on one database: what enters them on a day, their verdicts now and before, and with borderline vendors moved."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from harness.analysis.companies.claims import claims as analysis
from harness.analysis.companies.claims.claim_list import CLAIMS
from harness.analysis.companies.claims.claim_measures import claim_measures
from harness.analysis.statistics.seed import SEED
from harness.market.positions import position_inputs

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

FIRST_YEAR = 2024
"""Year in whose middle the history of verdicts begins."""
NOW = "9999-12-31"
MIN_VENDORS = 5
"""Vendors, and twice as many models, that a suite with single items needs before it says how alike vendors err."""


def claim_inputs(queries: Queries, board: pd.DataFrame, day: str | None = None) -> pd.DataFrame:
    """Inputs of positioning and measures of claims, one row a vendor and input, as known on ``day`` (None: now)."""
    import pandas as pd

    inputs = position_inputs(queries, board, day)
    if day is not None and len(board):
        board = board[pd.to_datetime(board["released"]) <= day]
    counted = queries.frame("claim_measures", day=day or NOW)
    return pd.concat([inputs, claim_measures(inputs, counted, board)], ignore_index=True)


def tested_claims(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """Every claim of ``claim_list``: the columns of ``analysis.claims.claims``, with ``since`` and ``moved_by``.

    ``since`` is the half-year's end from which the verdict has been what it is, missing where nothing can be said or an input
    has no history; ``moved_by`` names the borderline vendors (ids, ``all`` for all at once) that change the verdict by changing
    segment. Of a claim of likeness ``difference`` is κ, or a difference of two, and ``n_first`` the number of models.
    """
    import pandas as pd

    rows, vendors = claim_inputs(queries, board), market_vendors(queries)
    out = analysis.claims(rows, analysis.members(vendors), seed=SEED)
    alike = vendor_likeness(queries).set_index("relation")
    for i, claim in enumerate(CLAIMS):
        relation = {"between": "between", "within": "within − between"}.get(claim.likeness)
        if relation in alike.index:
            row = alike.loc[relation]
            ends = [float(row["low"]), float(row["high"])]
            out.loc[i, ["difference", "low", "high"]] = [float(row["kappa"]), *ends]
            out.loc[i, "n_first"] = int(row["models"])
            out.loc[i, "verdict"] = analysis.interval_verdict(*ends)
    first = analysis.since(_history(queries, board, vendors, out))
    changed = _moved(rows, vendors, out)
    known = out["verdict"].ne("not measurable")
    days = [
        first.get(claim.key) if told and not claim.now_only else None for claim, told in zip(CLAIMS, known, strict=True)
    ]
    return out.assign(
        since=pd.to_datetime(days),
        moved_by=[changed[claim.key] for claim in CLAIMS],
    )


def market_vendors(queries: Queries) -> pd.DataFrame:
    """Vendors of the market, without makers of reference models."""
    vendors = queries.frame("vendors")
    return vendors[vendors["segment"] != "reference"]


def half_years(newest: dt.date) -> list[dt.date]:
    """Ends of the half-years from the middle of ``FIRST_YEAR`` that lie before ``newest``."""
    ends = [dt.date(year, *end) for year in range(FIRST_YEAR, newest.year + 1) for end in ((6, 30), (12, 31))]
    return [end for end in ends if end < newest]


def vendor_likeness(queries: Queries) -> pd.DataFrame:
    """How alike models err within and between vendors (``agreement_of_groups.within_between``, over all), on the suite with the most vendors.

    No row where no suite with single items has ``MIN_VENDORS`` vendors.
    """
    from harness.market import leading_runs, likeness, paired_outcomes

    runs = paired_outcomes.with_items(queries, leading_runs.leading_runs(queries)).dropna(subset=["vendor_id"])
    runs = runs[runs["segment"] != "reference"]
    keys = ["suite", "suite_version", "kind_of_origin"]
    sizes = runs.groupby(keys, dropna=False).agg(vendors=("vendor_id", "nunique"), models=("label", "nunique"))
    sizes = sizes[(sizes["vendors"] >= MIN_VENDORS) & (sizes["models"] >= 2 * MIN_VENDORS)].reset_index()
    if sizes.empty:
        return runs.iloc[:0].assign(relation=[], kappa=[], low=[], high=[], pairs=[])
    best = sizes.sort_values(["vendors", "models"], ascending=False, kind="stable").head(1)
    chosen = runs.merge(best[keys], on=keys).drop_duplicates("label")
    found = likeness.group_agreement(likeness.agreement(queries, chosen, "error_consistency"), chosen, "vendor_id")
    return found[found["group_a"] == "all"].assign(models=len(chosen))


def _history(queries: Queries, board: pd.DataFrame, vendors: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Verdict of each claim with groups and a history at each half-year's end and now: ``day, claim, verdict``."""
    import pandas as pd

    tested = [claim for claim in CLAIMS if not claim.now_only]
    newest = pd.to_datetime(queries.frame("freshness")["last_as_of"]).max()
    parts = [
        analysis.claims(claim_inputs(queries, board, str(day)), analysis.members(vendors), seed=SEED, tested=tested)
        .assign(day=pd.Timestamp(day))
        for day in ([] if pd.isna(newest) else half_years(newest.date()))
    ]  # fmt: skip
    kept = now[now["claim"].isin([claim.key for claim in tested])].assign(day=newest)
    return pd.concat([*parts, kept], ignore_index=True)[["day", "claim", "verdict"]]


def _moved(rows: pd.DataFrame, vendors: pd.DataFrame, now: pd.DataFrame) -> dict[str, tuple[str, ...]]:
    """Borderline vendors whose move to their other segment changes the verdict, by claim; ``all`` for all at once."""
    border = sorted(vendors.loc[vendors["segment_borderline"].notna(), "vendor_id"])
    tested = [claim for claim in CLAIMS if claim.inputs]
    stated = now.set_index("claim")["verdict"]
    out: dict[str, tuple[str, ...]] = {claim.key: () for claim in CLAIMS}
    for name, moves in [*((vendor, [vendor]) for vendor in border), *([("all", border)] if border else [])]:
        found = analysis.claims(rows, analysis.members(vendors, moves), seed=SEED, tested=tested)
        for key, verdict in zip(found["claim"], found["verdict"], strict=True):
            if verdict != stated[key]:
                out[key] = (*out[key], name)
    return out
