"""What single items of public benchmarks took: cost, tokens and seconds per item and per solved item, one row a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost.solved import CostRatio, cost_ratio, solved_cost, total_cost
from harness.errors import MissingData

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def item_costs(queries: Queries, solved: int = 1000) -> pd.DataFrame:
    """One row a leading run and benchmark whose items' costs or tokens are known, cheapest per solved item first.

    ``product_id, model`` (the source's name), ``benchmark, agent, effort, as_of, source, url, licence``; columns of
    ``analysis.solved_cost`` (USD) and the cost of ``solved`` solved items; means of ``input_tokens, output_tokens,
    reasoning_tokens, seconds`` over the items that state them. Costs are unknown (NaN) where only tokens are.
    """
    rows = queries.frame("item_costs")
    rows = rows.assign(cost=rows["cost"].where(rows["cost"] > 0))  # a free offer's items state 0, which is no cost
    costs = total_cost(solved_cost(rows), solved=solved)
    return costs.sort_values(["benchmark", "per_solved", "run_id"], ignore_index=True, kind="stable")


def compare_costs(queries: Queries, run_a: str, run_b: str, benchmark: str) -> CostRatio:
    """Cost per solved item of two runs on the items that both have (``analysis.solved_cost.cost_ratio``).

    Raises:
        MissingData: they share no item of known cost.
    """
    rows = queries.frame("items_of_runs", run_ids=[run_a, run_b], task=benchmark)
    both = rows[rows["run_id"] == run_a].merge(rows[rows["run_id"] == run_b], on="doc_hash", suffixes=("_a", "_b"))
    if both.empty:
        raise MissingData(f"{run_a} and {run_b} share no item of {benchmark} whose cost is known.")
    return cost_ratio(both["cost_usd_a"], both["solved_a"], both["cost_usd_b"], both["solved_b"])
