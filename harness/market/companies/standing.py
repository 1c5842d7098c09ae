"""Where vendors stand, for commands: the scale board, the inputs of positioning, and the places on each dimension."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.market.queries import Queries


@dataclass(frozen=True)
class Standing:
    """``board`` of the reported scale, ``inputs`` of positioning, and ``dimensions`` (``market.positions.dimension_positions``)
    under the default choices."""

    board: pd.DataFrame
    inputs: pd.DataFrame
    dimensions: pd.DataFrame

    @property
    def overall(self) -> pd.DataFrame:
        """The place of each vendor over all, indexed by ``vendor_id``."""
        from harness.analysis.companies.rank_intervals import OVERALL

        return self.dimensions[self.dimensions["dimension"].eq(OVERALL)].set_index("vendor_id")


def standing(queries: Queries, fit: ScaleFit | None) -> Standing:
    """The standing of all vendors but the reference ones; ``fit`` from ``analysis.scale.fit.fit_reported``."""
    from harness.analysis.companies.scores import DEFAULT
    from harness.market.positions import dimension_positions, position_inputs
    from harness.market.scale_board import scale_board

    board = scale_board(queries, fit)
    inputs = position_inputs(queries, board)
    return Standing(board, inputs, dimension_positions(inputs, DEFAULT))
