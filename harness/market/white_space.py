"""White space: the models of the catalog in the cells of the market, and the cells that few vendors serve."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.market.positions import capability_by_model

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


LANGUAGES = ("en", "zh")
"""Languages of which tests are common enough to say that nobody was tested in one."""


def market_cells(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """Every language model of the catalog in its cells: one row per (product, modality, language, domain).

    ``board`` is the board of the reported scale, which gives the models' capability. A model's languages and domains are
    those of the tests that were reported of it; without any they are unknown, and so they are for reports without a test.
    """
    from harness.analysis import opportunities
    from harness.catalog.schema import LANGUAGE_KINDS
    from harness.market.prices.dispersion import trusted_offers

    model = queries.frame("models").drop_duplicates("model_id")
    model = model[
        model["kind"].isin(LANGUAGE_KINDS) & model["product_id"].fillna(model["model_id"]).eq(model["model_id"])
    ]
    tests = queries.frame("reported")
    tests = tests.assign(model_id=tests["product_id"].fillna(tests["model_id"]))
    spoken = tests[tests["language"].isin(LANGUAGES)]
    return opportunities.market_cells(
        model.drop(columns=["segment", "country"]),
        queries.frame("vendors")[["vendor_id", "segment", "country"]],
        listed=trusted_offers(queries),
        capability=capability_by_model(board),
        languages=_of_each(spoken, "language"),
        domains=_of_each(tests[tests["role"].eq("scale")], "domain"),
    )


def _of_each(tests: pd.DataFrame, column: str) -> dict[str, list[str]]:
    """The values of a column in the tests of each model."""
    return {
        str(model): sorted(set(part.dropna()))
        for model, part in tests.dropna(subset=[column]).groupby("model_id")[column]
    }


def known_cells(grid: pd.DataFrame, axes: Sequence[str]) -> pd.DataFrame:
    """Cells of a grid (``analysis.opportunities.white_space``) whose level is known on every axis."""
    from harness.analysis.opportunities import UNKNOWN

    return grid[~(grid[list(axes)] == UNKNOWN).any(axis=1)].reset_index(drop=True)
