"""Positions of the vendors: the inputs from the database, and ranks with their intervals, one row a vendor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.analysis.statistics.seed import SEED

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.positioning import Choices
    from harness.market.queries import Queries


def capability_by_model(board: pd.DataFrame) -> Mapping[str, float] | None:
    """Score of each model of the scale board, by ``model_id``; None where there is no scale."""
    return dict(zip(board["model_id"], board["score"].astype(float), strict=True)) if len(board) else None


def position_inputs(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """Inputs of positioning in long form (``analysis.companies.vendor_inputs``), reference models left out.

    ``board`` is the board of the reported scale, of which the best capability of each vendor is an input.
    """
    from harness.analysis.companies.vendor_inputs import gather_inputs

    model = queries.frame("models")
    model = model[model["segment"].notna() & (model["segment"] != "reference")].drop_duplicates("model_id")
    capability = capability_by_model(board)
    return gather_inputs(queries.frame("positions"), queries.frame("counted_facts"), model, capability=capability)


def positions(inputs: pd.DataFrame, choices: Choices) -> pd.DataFrame:
    """Dimensions, total, coverage and rank of each vendor under ``choices``, best first (``positioning.position``).

    Beside them ``median_rank, low, high, first``: the 90 % interval of the rank over random choices, its ends rounded
    outwards to whole ranks, and the share of draws in which the vendor leads (``positioning.monte_carlo``); missing where a
    vendor is not ranked.
    """
    import numpy as np

    from harness.analysis.companies.positioning import DRAWS, monte_carlo, position

    ranks = position(inputs, choices=choices)
    intervals = ["median_rank", "low", "high", "first"]
    if ranks.empty or not ranks["ranked"].any():
        return ranks.assign(**dict.fromkeys(intervals, float("nan")))
    drawn = monte_carlo(inputs, seed=SEED, draws=DRAWS, choices=choices)
    drawn = drawn.assign(low=np.floor(drawn["low"]), high=np.ceil(drawn["high"]))
    return ranks.merge(drawn[["vendor_id", *intervals]], on="vendor_id", how="left")
