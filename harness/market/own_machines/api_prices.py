"""The API price that an own machine is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.analysis.cost import RATIO
from harness.market.prices.current_prices import current_prices

if TYPE_CHECKING:
    from harness.market.queries import Queries

KINDS = ("maker", "cloud", "host")
"""Kinds of providers whose price counts: who made the model or runs machines, not who resells."""


@dataclass(frozen=True, slots=True)
class ApiPrice:
    """USD per million tokens in the work's proportion, who asks it, and since when."""

    per_mtok: float
    provider: str
    as_of: str


def api_price(queries: Queries, product_id: str, ratio: float = RATIO) -> ApiPrice | None:
    """The cheapest current standard price of a product at a maker, cloud or host; None where none of them sells it."""
    models = queries.frame("models")
    ids = models.loc[models["product_id"] == product_id, "model_id"]
    rows = current_prices(queries, ratio)
    sellers = queries.frame("providers")
    sellers = sellers.loc[sellers["kind"].isin(KINDS), "provider_id"]
    rows = rows[rows["model_id"].isin(ids) & rows["provider_id"].isin(sellers)]
    rows = rows[(rows["tier"] == "standard") & (rows["blended_per_mtok"] > 0)]
    if rows.empty:
        return None
    row = rows.sort_values(["blended_per_mtok", "provider_id", "offer_id"], kind="stable").iloc[0]
    return ApiPrice(float(row["blended_per_mtok"]), str(row["provider"]), str(row["as_of"])[:10])
