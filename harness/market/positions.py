"""Positions of the vendors: the inputs from the database, and ranks with their intervals, one row a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.analysis.statistics.seed import SEED

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.rank_intervals import Simulation
    from harness.analysis.companies.scores import Choices
    from harness.market.queries import Queries


def capability_by_model(board: pd.DataFrame) -> Mapping[str, float] | None:
    """Score of each model of the scale board, by ``model_id``; None where there is no scale."""
    return dict(zip(board["model_id"], board["score"].astype(float), strict=True)) if len(board) else None


def position_inputs(queries: Queries, board: pd.DataFrame, day: str | None = None) -> pd.DataFrame:
    """Inputs of positioning in long form (``analysis.companies.vendor_inputs``), reference models left out.

    ``board`` is the board of the reported scale, of which the best capability of each vendor is an input. With ``day``
    (ISO 8601) facts and releases up to it count, with the scores of now; there are no inputs from offers and our own runs.
    """
    import pandas as pd

    from harness.analysis.companies.vendor_inputs import gather_inputs
    from harness.market.prices.list_prices import list_prices

    model = queries.frame("models")
    model = model[model["segment"].notna() & (model["segment"] != "reference")].drop_duplicates("model_id")
    rows = queries.frame("positions") if day is None else queries.frame("positions_at", day=day)
    if day is not None:
        model = model[pd.to_datetime(model["released"]) <= day]
        board = board[pd.to_datetime(board["released"]) <= day] if len(board) else board
    vendors = queries.frame("vendors").dropna(subset=["parent_id"])
    parents = dict(zip(vendors["vendor_id"], vendors["parent_id"], strict=True))
    listed = list_prices(queries) if day is None else None
    return gather_inputs(rows, model, parents=parents, board=board, listed=listed)


def drawn_ranks(inputs: pd.DataFrame, choices: Choices) -> Simulation:
    """Ranks over random choices, of which ``positions`` and ``dimension_positions`` give the intervals."""
    from harness.analysis.companies.rank_intervals import simulated

    return simulated(inputs, seed=SEED, choices=choices)


def positions(inputs: pd.DataFrame, choices: Choices, simulation: Simulation | None = None) -> pd.DataFrame:
    """Dimensions, total, coverage and rank of each vendor under ``choices``, best first (``positioning.position``).

    Beside them ``median_rank, low, high, first``: the 90% interval of the rank over random choices, its ends rounded
    outwards to whole ranks, and the share of draws in which the vendor leads (``rank_intervals.monte_carlo``); missing where
    a vendor is not ranked. ``simulation`` is ``drawn_ranks`` of the same, where the caller has it.
    """
    import numpy as np

    from harness.analysis.companies.positioning import position
    from harness.analysis.companies.rank_intervals import DRAWS, monte_carlo

    ranks = position(inputs, choices=choices)
    intervals = ["median_rank", "low", "high", "first"]
    if ranks.empty or not ranks["ranked"].any():
        return ranks.assign(**dict.fromkeys(intervals, float("nan")))
    drawn = monte_carlo(inputs, seed=SEED, draws=DRAWS, choices=choices, simulation=simulation)
    drawn = drawn.assign(low=np.floor(drawn["low"].astype(float)), high=np.ceil(drawn["high"].astype(float)))
    return ranks.merge(drawn[["vendor_id", *intervals]], on="vendor_id", how="left")


def dimension_positions(inputs: pd.DataFrame, choices: Choices, simulation: Simulation | None = None) -> pd.DataFrame:
    """Place of each vendor on each dimension and over all (``rank_intervals.dimension_ranks``), one row a vendor and dimension.

    ``simulation`` is ``drawn_ranks`` of the same, where the caller has it.
    """
    from harness.analysis.companies.rank_intervals import dimension_ranks

    return dimension_ranks(inputs, seed=SEED, choices=choices, simulation=simulation)
