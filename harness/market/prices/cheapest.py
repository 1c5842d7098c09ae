"""The cheapest current offer of each model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost import RATIO
from harness.market.prices.current_prices import current_prices

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def cheapest(queries: Queries, ratio: float = RATIO) -> pd.DataFrame:
    """The cheapest current offer of each model that costs something, one row a model, the cheapest model first.

    Columns of ``current_prices``; of offers at one price the first by provider and offer id.
    """
    offers = current_prices(queries, ratio)
    offers = offers[offers["blended_per_mtok"] > 0]
    offers = offers.sort_values(["blended_per_mtok", "provider_id", "offer_id"], kind="stable")
    return offers.drop_duplicates("model_id").reset_index(drop=True)


def own_prices(queries: Queries, ratio: float = RATIO) -> pd.Series[float]:
    """The lowest blended price of each model at its own vendor, USD per million tokens, by ``model_id``."""
    offers = current_prices(queries, ratio)
    own = offers[(offers["blended_per_mtok"] > 0) & (offers["provider_vendor"] == offers["vendor_id"])]
    return own.groupby("model_id")["blended_per_mtok"].min()
