"""Positions of the vendors (``market.positions``), kept until the database changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.site.capability import scale

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.scores import Choices
    from harness.site.server.view import View


def inputs(view: View) -> pd.DataFrame:
    """Inputs of positioning, best reported capability among them."""

    def compute() -> pd.DataFrame:
        from harness.market.positions import position_inputs

        return position_inputs(view, scale.board(view))

    out: pd.DataFrame = view.derived("position_inputs", compute)
    return out


def normalised(view: View) -> pd.DataFrame:
    """The inputs with their percentile among vendors (``score``) and whether they rank."""

    def compute() -> pd.DataFrame:
        from harness.analysis.companies.scores import normalised_inputs

        return normalised_inputs(inputs(view))

    out: pd.DataFrame = view.derived("position_scores", compute)
    return out


def ranked(view: View, choices: Choices) -> pd.DataFrame:
    """Positions with rank intervals under the reader's choices."""

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.market.positions import positions

        return positions(inputs(view), choices)

    out: pd.DataFrame = view.derived("positions", compute, choices=choices)
    return out


def on_dimensions(view: View, choices: Choices) -> pd.DataFrame:
    """Place of each vendor on each dimension and over all, with rank intervals (``market.positions.dimension_positions``)."""

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.market.positions import dimension_positions

        return dimension_positions(inputs(view), choices)

    out: pd.DataFrame = view.derived("dimension_positions", compute, choices=choices)
    return out
