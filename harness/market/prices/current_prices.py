"""Current list prices: what each offer of a model of the catalog costs now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost import RATIO, blended_price

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def current_prices(queries: Queries, ratio: float = RATIO) -> pd.DataFrame:
    """Offers in US dollars that are current (view ``current_price``), one row an offer: the columns of the query ``prices``
    and ``blended_per_mtok``, USD per million tokens at ``ratio`` input tokens for each output token."""
    rows = queries.frame("prices")
    rows = rows[rows["current"].astype(bool) & (rows["currency"] == "USD")].reset_index(drop=True)
    return rows.assign(blended_per_mtok=blended_price(rows["input_per_mtok"], rows["output_per_mtok"], ratio=ratio))
