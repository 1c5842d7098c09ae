"""Whom a report is about: the kind of subject that decides what its first pages say, and the things that are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.reports.data import Material

MOST = 6
"""Vendors or models compared pair by pair, and named in sentences."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the first pages are about. ``kind``: ``answer`` (of a choice), ``model``, ``models``, ``vendor``, ``vendors`` (up to
    MOST each) or ``market`` (all else); ``rows``: ``subjects``; ``named``: those that are named, the best first."""

    kind: str
    rows: pd.DataFrame
    named: pd.DataFrame


def subject(material: Material) -> Subject:
    """The subject of a report."""
    rows = subjects(material)
    scope, many = material.scope, len(rows) > MOST
    if material.choices.wish is not None:
        kind = "answer"
    elif not scope.narrowed or many or rows.empty:
        kind = "market"
    elif scope.by_model:
        kind = "model" if len(rows) == 1 else "models"
    else:
        kind = "vendor" if len(rows) == 1 else "vendors"
    return Subject(kind, rows, rows.head(MOST))


def subjects(material: Material) -> pd.DataFrame:
    """The things compared: each vendor with its best model on the reported scale, or each model chosen; best first.

    Columns: ``thing, vendor_id, vendor_en, vendor_zh, segment, country, parent, model_id, model, score, stderr, low,
    high, rank_low, rank_high, price, maker_price, basis, provider, hosts, as_of, open_weights, licence, task_cost,
    benchmarks, domains``; what is not known is missing.
    """
    import pandas as pd

    scale, scope = material.scale, material.scope
    who = material.vendors.rename(columns={"name_en": "vendor_en", "name_zh": "vendor_zh"})
    who = who[["vendor_id", "vendor_en", "vendor_zh", "segment", "country", "parent", "founded", "models"]]
    ranked = scale[["model_id", "score", "stderr", "low", "high", "rank_low", "rank_high", "benchmarks", "domains"]]
    if scope.by_model:
        rows = material.models[material.models["model_id"].isin(scope.models)][["model_id", "name", "vendor_id"]]
        rows = rows.merge(ranked, on="model_id", how="left").rename(columns={"name": "model"})
        rows = rows.merge(who, on="vendor_id", how="left").assign(thing=rows["model"])
    else:
        best = scale[scale["model_id"].isin(scope.models)].drop_duplicates("vendor_id")
        best = best[["vendor_id", "model"]].assign(model_id=best["model_id"]).merge(ranked, on="model_id")
        rows = who[who["vendor_id"].isin(scope.vendors)].merge(best, on="vendor_id", how="left")
        rows = rows.assign(thing=rows["vendor_en"])
    listed = material.list_prices[["blended_per_mtok", "maker_per_mtok", "basis", "provider", "hosts", "as_of"]]
    listed = listed.rename(columns={"blended_per_mtok": "price", "maker_per_mtok": "maker_price"})
    rows = rows.merge(listed, left_on="model_id", right_index=True, how="left")
    terms = material.models.set_index("model_id")
    costs = material.priced.drop_duplicates("model_id").set_index("model_id")["task_cost"]
    rows = rows.assign(
        score=pd.to_numeric(rows["score"]),
        task_cost=rows["model_id"].map(costs),
        open_weights=rows["model_id"].map(terms["open_weights"]),
        licence=rows["model_id"].map(terms["licence"]),
    )
    return rows.sort_values(["score", "models", "thing"], ascending=[False, False, True], ignore_index=True)
