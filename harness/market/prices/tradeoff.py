"""Cost against capability: every priced model of a board, and which of them are on the frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost.frontier import pareto_membership
from harness.analysis.statistics.seed import SEED
from harness.market.headlines import level
from harness.market.prices.list_prices import RATIO, market_prices
from harness.market.prices.task_costs import cost_benchmarks, highest_effort, speeds, task_costs
from harness.market.scale_board import ahead

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

DRAWS = 1000
"""Redrawn boards: a probability's standard error is then below 0.016."""
PRICE_COLUMNS = [
    "price",
    "input_per_mtok",
    "output_per_mtok",
    "cache_read_per_mtok",
    "below_half",
    "provider",
    "provider_kind",
    "tier",
    "basis",
    "hosts",
    "as_of",
    "source_id",
    "source",
    "url",
    "leads",
]
TASK_COLUMNS = [
    "task_cost",
    "task_basis",
    "task_effort",
    "output_tokens",
    "seconds",
    "task_as_of",
    "task_source",
    "task_url",
]


def tradeoff(
    queries: Queries,
    board: pd.DataFrame,
    ratio: float = RATIO,
    *,
    market: str = "list",
    cached: float = 0.0,
    fit: ScaleFit | None = None,
) -> pd.DataFrame:
    """Models of ``board`` (``model_id, score, stderr, …``) with a price, one row a model: the board's columns, ``cost`` (USD per
    million tokens), PRICE_COLUMNS of that price, ``on_frontier`` and its probability ``membership``.

    ``market`` is one of ``list_prices.MARKETS``. With ``fit`` the scores are points of that scale and are redrawn together.
    The frontier is that of the whole board: rows that a reader hides or a report leaves out still count.
    """
    if board.empty:
        return board
    prices = market_prices(queries, market, ratio, cached).rename(columns={"blended_per_mtok": "price"})
    prices = prices.reindex(columns=["product_id", *PRICE_COLUMNS])
    rows = _with_products(queries, board).merge(prices, on="product_id")
    return _with_frontier(rows.assign(cost=rows["price"]), fit)


def task_tradeoff(
    queries: Queries, board: pd.DataFrame, benchmark_id: str, fit: ScaleFit | None = None
) -> pd.DataFrame:
    """Models of ``board`` with a cost per task of the benchmark, one row a model: the board's columns, ``cost`` (USD a task at the
    model's highest effort), TASK_COLUMNS, ``on_frontier`` and ``membership``, as in ``tradeoff``."""
    rows = _with_products(queries, board).merge(_task_columns(queries, benchmark_id), on="product_id")
    return _with_frontier(rows.assign(cost=rows["task_cost"]), fit) if len(rows) else rows


def cost_board(
    queries: Queries,
    board: pd.DataFrame,
    ratio: float = RATIO,
    *,
    market: str = "list",
    cached: float = 0.0,
    benchmark_id: str | None = None,
    fit: ScaleFit | None = None,
) -> pd.DataFrame:
    """Every model of the board with what is known of its cost, one row a model in the board's order.

    The board's columns; PRICE_COLUMNS; ``on_price_frontier, price_membership``; TASK_COLUMNS of the benchmark (without one, the
    benchmark with most products); ``on_task_frontier, task_membership``; ``speed, first_token, speed_as_of``. Unknown is empty.
    """
    rows = _with_products(queries, board)
    edge = {"on_frontier": "on_price_frontier", "membership": "price_membership"}
    priced = tradeoff(queries, board, ratio, market=market, cached=cached, fit=fit).rename(columns=edge)
    columns = [*PRICE_COLUMNS, *edge.values()]
    rows = rows.merge(priced.reindex(columns=["model_id", *columns]), on="model_id", how="left")
    if benchmark_id is None:
        known = cost_benchmarks(queries)
        benchmark_id = str(known["benchmark_id"].iloc[0]) if len(known) else ""
    edge = {"on_frontier": "on_task_frontier", "membership": "task_membership"}
    tasks = task_tradeoff(queries, board, benchmark_id, fit).rename(columns=edge)
    columns = [*TASK_COLUMNS, *edge.values()]
    rows = rows.merge(tasks.reindex(columns=["model_id", *columns]), on="model_id", how="left")
    rows = rows.merge(speeds(queries), on="product_id", how="left")
    for column in ("on_price_frontier", "on_task_frontier"):
        rows[column] = rows[column].eq(True)
    return rows.assign(task_benchmark=benchmark_id)


def best_and_cheapest(rows: pd.DataFrame, fit: ScaleFit | None = None) -> tuple[pd.Series, pd.Series]:
    """The most capable of the rows (``model_id, model, score, stderr, cost``, one at least), and the cheapest that cannot be told
    from it (``market.headlines.level``).

    With ``fit`` the scores are points of that scale, and so are the differences between them.
    """
    rows = rows.sort_values(["score", "cost", "model_id"], ascending=[False, True, True])
    equals = rows[level(rows, None if fit is None else ahead(fit, rows))]
    return rows.iloc[0], equals.sort_values(["cost", "score", "model_id"], ascending=[True, False, True]).iloc[0]


def _with_products(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """The board with each model's ``product_id`` (the model itself where the catalog has no such model)."""
    products = queries.frame("models").drop_duplicates("model_id").set_index("model_id")["product_id"]
    return board.assign(product_id=board["model_id"].map(products).fillna(board["model_id"]))


def _task_columns(queries: Queries, benchmark_id: str) -> pd.DataFrame:
    rows = highest_effort(task_costs(queries, benchmark_id).dropna(subset="cost"))
    names = {"cost": "task_cost", "basis": "task_basis", "effort": "task_effort", "as_of": "task_as_of",
             "source": "task_source", "url": "task_url"}  # fmt: skip
    return rows.rename(columns=names)[["product_id", *TASK_COLUMNS]]


def _with_frontier(rows: pd.DataFrame, fit: ScaleFit | None) -> pd.DataFrame:
    drawn = None
    if fit is not None:
        from harness.analysis.scale.fit import redrawn

        drawn = redrawn(fit, seed=SEED, draws=DRAWS)[list(rows["model_id"])].to_numpy(dtype=float)
    return pareto_membership(rows, seed=SEED, draws=DRAWS, drawn=drawn)
