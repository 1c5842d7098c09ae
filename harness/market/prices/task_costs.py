"""What a task costs: USD, tokens and seconds that somebody reported for each task of a benchmark."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.catalog.names import effort
from harness.market.prices.list_prices import list_prices

if TYPE_CHECKING:
    from harness.market.queries import Queries

LEAST = 5
"""Products with a cost that a benchmark needs: fewer make no market."""
SPEED_TEST = "aa-speed-test"
"""The benchmark of output speed and time to first token: Artificial Analysis' medians over a model's first-party API."""


def task_costs(queries: Queries, benchmark_id: str | None = None) -> pd.DataFrame:
    """Reported costs per task, one row a product, benchmark, effort and setting: the columns of the query ``task_costs``.

    ``basis`` is ``reported``, or ``estimated`` where only output tokens are reported: those tokens at the product's list price
    of output, which leaves the input out and so is a lower bound. A row without either has no ``cost``.
    """
    rows = queries.frame("task_costs")
    if benchmark_id is not None:
        rows = rows[rows["benchmark_id"] == benchmark_id].reset_index(drop=True)
    output = list_prices(queries).set_index("product_id")["output_per_mtok"].astype(float)
    estimate = rows["output_tokens"].astype(float) * rows["product_id"].map(output).astype(float) / 1e6
    reported = rows["cost"].notna()
    return rows.assign(
        cost=rows["cost"].astype(float).where(reported, estimate),
        basis=pd.Series("reported", rows.index).where(reported, "estimated").where(reported | estimate.notna()),
    )


def cost_benchmarks(queries: Queries) -> pd.DataFrame:
    """Benchmarks with a cost per task of at least ``LEAST`` products: ``benchmark_id, benchmark, products, as_of``, most first."""
    rows = task_costs(queries).dropna(subset="cost")
    out = rows.groupby(["benchmark_id", "benchmark"], as_index=False).agg(
        products=("product_id", "nunique"), as_of=("as_of", "max")
    )
    out = out[out["products"] >= LEAST]
    return out.sort_values(["products", "as_of", "benchmark_id"], ascending=[False, False, True], ignore_index=True)


def highest_effort(rows: pd.DataFrame) -> pd.DataFrame:
    """Of each product the row at its highest effort, the newest of several: the effort that the capability scale takes."""
    height = rows["effort"].fillna(effort.DEFAULT).map(effort.rank)
    rows = rows.assign(height=height).sort_values(["height", "as_of"], ascending=False, kind="stable")
    return rows.drop_duplicates("product_id").drop(columns="height").reset_index(drop=True)


def speeds(queries: Queries) -> pd.DataFrame:
    """Output speed (tokens a second) and time to first token (seconds) at each product's highest effort:
    ``product_id, speed, first_token, speed_as_of``."""
    rows = highest_effort(task_costs(queries, SPEED_TEST))
    return rows[["product_id", "speed", "first_token", "as_of"]].rename(columns={"as_of": "speed_as_of"})
