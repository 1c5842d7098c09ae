"""Price against capability: every priced model of a board, and which of them are on the frontier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost import RATIO, pareto_membership
from harness.analysis.statistics.seed import SEED
from harness.market.headlines import level
from harness.market.prices.cheapest import cheapest
from harness.market.scale_board import ahead

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries

DRAWS = 1000
"""Redrawn boards: a probability's standard error is then below 0.016."""


def tradeoff(queries: Queries, board: pd.DataFrame, ratio: float = RATIO) -> pd.DataFrame:
    """Models of ``board`` (``model_id, score, stderr, …``) with a price, one row a model: the board's columns, ``cost`` (USD per
    million tokens), ``provider``, ``as_of`` of the cheapest offer, ``on_frontier`` and its probability ``membership``.

    The frontier is that of the whole board: rows that a reader hides or a report leaves out still count.
    """
    if board.empty:
        return board
    offers = cheapest(queries, ratio).rename(columns={"blended_per_mtok": "cost"})
    rows = board.merge(offers[["model_id", "cost", "provider", "as_of"]], on="model_id")
    return pareto_membership(rows, seed=SEED, draws=DRAWS)


def best_and_cheapest(rows: pd.DataFrame, fit: ScaleFit | None = None) -> tuple[pd.Series, pd.Series]:
    """The most capable of the rows (``model_id, model, score, stderr, cost``, one at least), and the cheapest that cannot be told
    from it (``market.headlines.level``).

    With ``fit`` the scores are points of that scale, and so are the differences between them.
    """
    rows = rows.sort_values(["score", "cost", "model_id"], ascending=[False, True, True])
    equals = rows[level(rows, None if fit is None else ahead(fit, rows))]
    return rows.iloc[0], equals.sort_values(["cost", "score", "model_id"], ascending=[True, False, True]).iloc[0]
