"""What an index of somebody else's says of the newest releases that the capability scale cannot place yet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from harness.market.scale_table import newest_unplaced, recent_products

if TYPE_CHECKING:
    from harness.market.queries import Queries

LEAST = 3
"""Newest releases that an index must hold to be quoted."""


@dataclass(frozen=True)
class NewerByIndex:
    """The scale's leader beside ``listed`` unplaced releases of the last months, newer than it, on one index, in the index's own unit (best
    effort of each product). ``above`` of them score higher, ``best`` is the highest of them; ``as_of`` is its newest score there."""

    benchmark_id: str
    index: str
    index_zh: str
    as_of: str
    listed: int
    above: int
    leader_id: str
    leader: str
    leader_score: float
    best_id: str
    best: str
    best_score: float


def newer_by_index(queries: Queries, table: pd.DataFrame) -> NewerByIndex | None:
    """The index (role ``index``) with most of the newest unplaced releases after the scale's leader, of those that hold it.

    ``table`` is ``market.scale_table``. None where nobody leads, all are placed, or no index has the leader and LEAST of them. Of
    two with as many releases the newer counts. Scores of one index alone are compared: each product's best, as on the scale.
    """
    ranked = table[table["ranked"].astype(bool)]
    newest = None if ranked.empty else newest_unplaced(queries, table)
    if newest is None or not newest.unplaced:
        return None
    leader_id = str(ranked["product_id"].iloc[0])
    recent, models = recent_products(queries), queries.frame("models")
    since = pd.to_datetime(models.loc[models["model_id"].eq(leader_id), "released"]).max()
    newer = recent if pd.isna(since) else recent[recent["released"] > since]
    waiting = set(newer["model_id"]) - set(ranked["product_id"])
    reported = queries.frame("reported")
    product = reported["product_id"].where(reported["product_id"].notna(), reported["model_id"])
    rows = reported.assign(product=product)[reported["role"].eq("index") & reported["reporter"].ne("vendor")]
    rows = rows[rows["product"].isin({leader_id, *waiting})]
    chinese = queries.frame("benchmarks").set_index("benchmark_id")["name_zh"].fillna("").to_dict()
    found = [_of(part, leader_id, str(chinese.get(index, ""))) for index, part in rows.groupby("benchmark_id")]
    usable = [one for one in found if one is not None]
    return max(usable, key=lambda one: (one.listed, one.as_of, one.benchmark_id), default=None)


def _of(rows: pd.DataFrame, leader_id: str, chinese: str) -> NewerByIndex | None:
    """What one index's rows say; None where it lacks the leader or has too few releases."""
    best = rows.sort_values(["score", "product"]).drop_duplicates("product", keep="last").set_index("product")
    others = best.drop(index=leader_id, errors="ignore")
    if leader_id not in best.index or len(others) < LEAST:
        return None
    leader, top = best.loc[leader_id], others.iloc[-1]
    return NewerByIndex(
        str(leader["benchmark_id"]),
        str(leader["benchmark"]),
        chinese,
        str(rows["as_of"].max())[:10],
        len(others),
        int((others["score"] > leader["score"]).sum()),
        leader_id,
        str(leader["model"]),
        float(leader["score"]),
        str(others.index[-1]),
        str(top["model"]),
        float(top["score"]),
    )
