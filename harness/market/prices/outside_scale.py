"""Models that the capability scale or a list of costs leaves out, beside those that they hold: by one benchmark's own scores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.market.prices.task_costs import highest_effort, task_costs

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


@dataclass(frozen=True)
class CheaperUnranked:
    """``products`` without a place on the scale that score no less than ``score`` (of a ranked product at its highest effort, which
    costs ``cost`` USD a task) for less; the cheapest of them: ``model`` at ``effort``, its score and its cost."""

    benchmark: str
    score: float
    cost: float
    products: int
    model: str
    effort: str
    model_score: float
    model_cost: float


def cheaper_unranked(
    queries: Queries, benchmark_id: str, product_id: str, ranked: frozenset[str]
) -> CheaperUnranked | None:
    """The unranked products that do the work of ``product_id`` on one benchmark for less; None where there is none.

    Reported costs of a task count, at any effort; ``ranked`` are the products that the capability scale ranks.
    """
    rows = task_costs(queries, benchmark_id)
    rows = rows[rows["basis"].eq("reported")].dropna(subset=["score"])
    own = highest_effort(rows[rows["product_id"].eq(product_id)])
    if own.empty:
        return None
    score, cost = float(own["score"].iloc[0]), float(own["cost"].iloc[0])
    found = rows[~rows["product_id"].isin(ranked) & (rows["score"] >= score) & (rows["cost"] < cost)]
    if found.empty:
        return None
    best = found.sort_values(["cost", "score", "product_id"], ascending=[True, False, True]).iloc[0]
    return CheaperUnranked(
        str(best["benchmark"]), score, cost, found["product_id"].nunique(), str(best["model"]), str(best["effort"]),
        float(best["score"]), float(best["cost"]),
    )  # fmt: skip


def higher_without_cost(queries: Queries, benchmark_id: str) -> pd.DataFrame:
    """Products whose best published score on a benchmark is above that of all with a known cost of a task there:
    ``product_id, model, score``, one row a product, the highest first."""
    known = task_costs(queries, benchmark_id).dropna(subset=["cost", "score"])
    reported = queries.frame("reported")
    rows = reported[reported["benchmark_id"].eq(benchmark_id) & reported["product_id"].notna()]
    rows = rows[~rows["product_id"].isin(known["product_id"]) & (rows["score"] > known["score"].max())]
    rows = rows.sort_values(["score", "product_id"], ascending=[False, True]).drop_duplicates("product_id")
    return rows[["product_id", "model", "score"]].reset_index(drop=True)
