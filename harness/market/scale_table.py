"""The table of reported capability: every product with scores, ranked or with the reason why not, in points."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from harness.analysis.scale.fit import TOGETHER, evidence
from harness.analysis.scale.preparation import (
    MIN_BENCHMARKS,
    MIN_MODELS,
    PRUNED,
    SYSTEMS,
    THROUGH_OTHERS,
    UNCONNECTED,
    battery,
)
from harness.analysis.scale.ranks import LEAST_BATTERIES, LEAST_BENCHMARKS, LEAST_DOMAINS, ranked
from harness.catalog.schema import LANGUAGE_KINDS

if TYPE_CHECKING:
    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

PRODUCT_COLUMNS = ["name", "vendor_id", "vendor_en", "vendor_zh", "segment", "country", "open_weights", "released"]
POINT_COLUMNS = ["points", "low", "high", "stderr"]
RANK_COLUMNS = ["rank", "rank_low", "rank_high", "within_leader"]
EVIDENCE_COLUMNS = ["benchmarks", "domains", "newest", "ranked", "reason", "needed", "only"]
COLUMNS = ["model_id", "product_id", *PRODUCT_COLUMNS, *POINT_COLUMNS, *RANK_COLUMNS, *EVIDENCE_COLUMNS]
RECENT = 90
"""Days before the newest release of a language model that count as recent."""

REASONS = {
    "system": THROUGH_OTHERS,
    "few_benchmarks": "{benchmarks}; {needed} are needed",
    "one_domain": "only tests of {only} published, {benchmarks}",
    "one_battery": "scores of {only} only, {benchmarks}",
    "not_connected": "{benchmarks}, none of them shared with the others",
    "too_few_to_fit": "{benchmarks}, fewer than {needed} of them with scores of {models} products or more",
}
"""Why a product is not ranked, by code, in English."""
ONLY = {
    "agents": "agents",
    "coding": "coding",
    "coding_agents": "coding and agents",
    "knowledge": "knowledge",
    "language": "language",
    "mathematics": "mathematics",
    "multimodal": "image understanding",
    "reasoning": "reasoning",
    "safety": "safety",
    "classics": "the classic tests of base models",
    "fiction-live": "Fiction.live",
    "helm": "HELM",
    "livebench": "LiveBench",
    "open-llm-leaderboard-v1": "Open LLM Leaderboard v1",
    "open-llm-leaderboard-v2": "Open LLM Leaderboard v2",
}
"""Domains and boards that can be a product's only one, by code, in English."""


@dataclass(frozen=True)
class Releases:
    """Language models ``released`` since a day, and how many of them the scale leaves ``unplaced``."""

    since: dt.date
    released: int
    unplaced: int


def scale_table(
    queries: Queries, fit: ScaleFit | None, left_out: pd.DataFrame, least: int = LEAST_BENCHMARKS
) -> pd.DataFrame:
    """Language models with a published score of role ``scale``, COLUMNS, one row a product.

    Ranked products come first, best first; then those with points but too little to be ranked; then, newest first, those
    that the fit does not hold (points NaN). ``fit`` and ``left_out`` come from the query ``reported`` (``fit_scale`` and
    ``prepare_reported``), ``least`` is the fewest benchmarks of a ranked product; without a fit there is no row. Points,
    ``low`` and ``high`` (95%) are in the scale's unit. ``benchmarks`` counts families of tests and ``domains`` where they
    fall: in the fit where it holds the product, else in all usable scores. ``newest`` is the date of the newest score.
    ``reason`` is empty where ``ranked``, else a code of REASONS; ``needed`` is the number that the product falls short of and
    ``only`` the code (ONLY) of the domain or board that is its only one. ``within_leader`` is False where not ranked.
    """
    if fit is None:
        return pd.DataFrame({column: pd.Series(dtype=object) for column in COLUMNS})
    reported = _language_scores(queries.frame("reported"))
    usable = _usable(reported, left_out, fit)
    placed = ranked(fit, least)
    placed["needed"] = np.where(placed["reason"].eq("few_benchmarks"), float(least), np.nan)
    absent = _unfitted(usable, reported, left_out, least)
    absent = absent[~absent["model_id"].isin(placed["model_id"])]
    rows = pd.concat([part for part in (placed, absent) if len(part)], ignore_index=True)
    rows = rows.merge(_named(queries.frame("models"), reported), on="model_id", how="left")
    rows = rows.assign(
        product_id=rows["model_id"],
        only=_only(rows, usable),
        newest=rows["model_id"].map(reported.groupby("model_id")["as_of"].max()),
        ranked=rows["ranked"].astype(bool),
        within_leader=rows["within_leader"].astype(bool),
        benchmarks=rows["benchmarks"].astype(int),
        domains=rows["domains"].astype(int),
    )
    rows = rows.sort_values(
        ["ranked", "points", "released", "model_id"], ascending=[False, False, False, True], ignore_index=True
    )
    return rows[COLUMNS]


def reason_text(
    row: Mapping[str, Any], reasons: Mapping[str, str] = REASONS, only: Mapping[str, str] = ONLY
) -> str | None:
    """Why a row of ``scale_table`` is not ranked, in words; None where it is ranked.

    In English unless ``reasons`` and ``only`` hold another language's words under the same codes.
    """
    if not row["reason"]:
        return None
    benchmarks = int(row["benchmarks"])
    return reasons[row["reason"]].format(
        benchmarks=f"{benchmarks} benchmark{'' if benchmarks == 1 else 's'}",
        needed=f"{row['needed']:.0f}",
        only=only.get(row["only"] or "", row["only"]),
        models=MIN_MODELS,
    )


def newest_unplaced(queries: Queries, table: pd.DataFrame, since: dt.date | None = None) -> Releases | None:
    """How many products released since a day are not ranked in ``table``, of all language models of the catalog.

    ``since`` is RECENT days before the newest release where it is not given; None where no release is dated.
    """
    products = _products(queries)
    if products.empty:
        return None
    start = _recent_since(products) if since is None else pd.Timestamp(since)
    recent = products.loc[products["released"] >= start, "model_id"]
    unplaced = ~recent.isin(table.loc[table["ranked"].astype(bool), "product_id"])
    return Releases(start.date(), len(recent), int(unplaced.sum()))


def without_score(queries: Queries, table: pd.DataFrame) -> pd.DataFrame:
    """Language models of the last RECENT days that ``table`` does not hold, since they have no score of role ``scale``:
    ``model_id, product_id``, PRODUCT_COLUMNS, ``others`` (benchmarks with a score that no scale can hold: indices, ratings, tests
    whose set-up is not stated) and ``newest`` (the newest score's date), one row a product, the newest first."""
    rows = recent_products(queries)
    rows = rows[~rows["model_id"].isin(table["product_id"])]
    rows = rows.sort_values(["released", "model_id"], ascending=[False, True], ignore_index=True)
    reported = queries.frame("reported")
    product = reported["product_id"].where(reported["product_id"].notna(), reported["model_id"])
    known = reported.groupby(product)
    return rows.assign(
        product_id=rows["model_id"],
        others=rows["model_id"].map(known["benchmark_id"].nunique()).fillna(0).astype(int),
        newest=rows["model_id"].map(known["as_of"].max()),
    )[["model_id", "product_id", *PRODUCT_COLUMNS, "others", "newest"]]


def recent_products(queries: Queries) -> pd.DataFrame:
    """Language models of the catalog that were released in the last RECENT days, one row a product, as the query ``models`` has them."""
    products = _products(queries)
    return products[products["released"] >= _recent_since(products)] if len(products) else products


def _products(queries: Queries) -> pd.DataFrame:
    """Language models of the catalog with a date of release, one row a product."""
    models = queries.frame("models")
    rows = models[
        models["product_id"].fillna(models["model_id"]).eq(models["model_id"])
        & models["kind"].isin(LANGUAGE_KINDS)
        & models["segment"].ne("reference")
        & models["released"].notna()
    ]
    return rows.assign(released=pd.to_datetime(rows["released"]))


def _recent_since(products: pd.DataFrame) -> pd.Timestamp:
    since: pd.Timestamp = products["released"].max() - pd.Timedelta(days=RECENT)
    return since


def _language_scores(reported: pd.DataFrame) -> pd.DataFrame:
    """Rows of role ``scale`` of language models; ``model_id`` becomes the product's id."""
    product = reported["product_id"].where(reported["product_id"].notna(), reported["model_id"])
    known = reported["kind"].isna() | reported["kind"].isin(LANGUAGE_KINDS)
    return reported.assign(model_id=product)[reported["role"].eq("scale") & known]


def _usable(reported: pd.DataFrame, left_out: pd.DataFrame, fit: ScaleFit) -> pd.DataFrame:
    """What counts as evidence: the fit's scores for products in it, for others those that it had to leave.

    ``model_id, benchmark_id, family, battery, domain``.
    """
    pruned = left_out[
        left_out["reason"].isin([*PRUNED, THROUGH_OTHERS]) & ~left_out["model_id"].isin(fit.models["model_id"])
    ]
    pairs = pd.concat([fit.scores[["model_id", "benchmark_id"]], pruned[["model_id", "benchmark_id"]]])
    tests = reported.drop_duplicates("benchmark_id")[["benchmark_id", "family", "set_up_by", "domain"]]
    tests = tests.assign(family=tests["family"].where(tests["family"].notna(), tests["benchmark_id"]))
    keys = tests[["set_up_by", "domain", "family"]].astype(str)
    tests["battery"] = [battery(*row) for row in keys.itertuples(index=False)]
    return pairs.drop_duplicates().merge(tests.drop(columns="set_up_by"), on="benchmark_id")


def _unfitted(usable: pd.DataFrame, reported: pd.DataFrame, left_out: pd.DataFrame, least: int) -> pd.DataFrame:
    """All products as if the fit held none: ``model_id``, evidence, ``ranked`` (False), ``reason`` and ``needed``."""
    ids = pd.DataFrame({"model_id": sorted(set(reported["model_id"]))})
    rows = ids.merge(evidence(usable), on="model_id", how="left").fillna(
        {"benchmarks": 0, "domains": 0, "batteries": 0}
    )
    apart = set(left_out.loc[left_out["reason"].eq(UNCONNECTED), "model_id"])
    most = max(least, MIN_BENCHMARKS)
    faults = {
        "system": rows["model_id"].isin(SYSTEMS),
        "few_benchmarks": rows["benchmarks"] < most,
        "one_domain": rows["domains"] < LEAST_DOMAINS,
        "one_battery": rows["batteries"] < LEAST_BATTERIES,
        "not_connected": rows["model_id"].isin(apart),
    }
    reason = np.select([fault.to_numpy(dtype=bool) for fault in faults.values()], list(faults), "too_few_to_fit")
    return rows.assign(
        reason=reason,
        needed=pd.Series(reason).map({"few_benchmarks": float(most), "too_few_to_fit": float(MIN_BENCHMARKS)}),
        ranked=False,
        within_leader=False,
    )


def _only(rows: pd.DataFrame, usable: pd.DataFrame) -> pd.Series:
    """The code of the only domain or board, where that is the reason; else None."""
    domains = _shared(usable, "domain").fillna(
        _shared(usable.assign(domain=usable["domain"].replace(TOGETHER)), "domain")
    )
    domain, board = rows["model_id"].map(domains), rows["model_id"].map(_shared(usable, "battery"))
    chosen = domain.where(rows["reason"].eq("one_domain"), board.where(rows["reason"].eq("one_battery")))
    return chosen.astype(object).where(chosen.notna(), None)


def _shared(usable: pd.DataFrame, column: str) -> pd.Series:
    """The code in ``column`` that all scores of a product have, by product; missing where they differ."""
    groups = usable.groupby("model_id")[column]
    return groups.first().where(groups.nunique().eq(1))


def _named(models: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """``model_id`` and PRODUCT_COLUMNS of products; one that the catalog lacks is called by its id."""
    known = models.drop_duplicates("model_id")[["model_id", *PRODUCT_COLUMNS]]
    ids = pd.DataFrame({"model_id": sorted(set(reported["model_id"]))})
    rows = ids.merge(known, on="model_id", how="left")
    return rows.assign(name=rows["name"].where(rows["name"].notna(), rows["model_id"]))
