"""White space: the models of the catalog in the cells of the market, and the cells that few vendors serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.market.positions import capability_by_model

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def market_cells(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """Every model of the catalog in its cells: one row per (model, modality, language).

    ``board`` is the board of the reported scale, which gives the models' capability.
    """
    from harness.analysis import opportunities
    from harness.market.prices.dispersion import trusted_offers

    model = queries.frame("models").drop_duplicates("model_id")
    return opportunities.market_cells(
        model.drop(columns=["segment", "country"]),
        queries.frame("vendors")[["vendor_id", "segment", "country"]],
        listed=trusted_offers(queries),
        capability=capability_by_model(board),
    )


def known_cells(grid: pd.DataFrame, axes: Sequence[str]) -> pd.DataFrame:
    """Cells of a grid (``analysis.opportunities.white_space``) whose level is known on every axis."""
    from harness.analysis.opportunities import UNKNOWN

    return grid[~(grid[list(axes)] == UNKNOWN).any(axis=1)].reset_index(drop=True)
