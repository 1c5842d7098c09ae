"""How the price of a given capability fell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from harness.analysis.cost import RATIO, blended_price, capability_bands, lowest_prices, price_decline

if TYPE_CHECKING:
    from harness.market.queries import Queries

LEVELS = ("gpt-4-0613", "gpt-4o", "o1", "gpt-5")
"""Models whose capability names a level of the price story; where a board has none of them, quantiles stand in."""


@dataclass(frozen=True, slots=True)
class PriceHistory:
    """Levels of capability: ``lowest`` (``band, date, price``, USD per million tokens) and ``decline`` (a row a band).

    ``names`` has the model that a band is named by, where it is that model's capability.
    """

    bands: tuple[float, ...]
    names: dict[float, str]
    lowest: pd.DataFrame
    decline: pd.DataFrame


def price_history(queries: Queries, board: pd.DataFrame, ratio: float = RATIO) -> PriceHistory | None:
    """Lowest list prices of ``board``'s (``model_id, model, score``) models of each level at every date; None with fewer than two dates."""
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
    known = board[board["model_id"].isin(LEVELS)].sort_values("score")
    names = {float(score): str(model) for score, model in zip(known["score"], known["model"], strict=True)}
    bands = tuple(names) or capability_bands(board["score"])
    lowest = lowest_prices(offers, bands=bands)
    return None if lowest.empty else PriceHistory(bands, names, lowest, price_decline(offers, bands=bands))
