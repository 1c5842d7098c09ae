"""How the price of a given capability fell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.cost import RATIO, blended_price, capability_bands, lowest_prices, price_decline

if TYPE_CHECKING:
    from harness.market.queries import Queries


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Bands of capability: ``lowest`` (``band, date, price``, USD per million tokens) and ``decline`` (a row a band)."""

    bands: tuple[float, ...]
    lowest: pd.DataFrame
    decline: pd.DataFrame


def price_history(queries: Queries, board: pd.DataFrame, ratio: float = RATIO) -> PriceHistory | None:
    """Lowest list prices of ``board``'s (``model_id, score``) best models at every date; None with fewer than two dates."""
    prices = queries.frame("prices")
    prices = prices[prices["currency"] == "USD"]
    if board.empty or prices["as_of"].nunique() < 2:
        return None
    offers = pd.DataFrame(
        {
            "model_id": prices["model_id"],
            "date": pd.to_datetime(prices["as_of"]),
            "price": blended_price(prices["input_per_mtok"], prices["output_per_mtok"], ratio=ratio),
        }
    )
    offers = offers[offers["price"] > 0].merge(board[["model_id", "score"]], on="model_id")
    offers = offers.rename(columns={"score": "capability"})
    bands = capability_bands(board["score"])
    lowest = lowest_prices(offers, bands=bands)
    return None if lowest.empty else PriceHistory(bands, lowest, price_decline(offers, bands=bands))
