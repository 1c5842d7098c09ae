"""The API price that an own machine is compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.market.prices.list_prices import RATIO, list_prices

if TYPE_CHECKING:
    from harness.market.queries import Queries


@dataclass(frozen=True, slots=True)
class ApiPrice:
    """USD per million tokens in the work's proportion, whose price it is (``hosts``: of how many it is the median, 0 for one
    provider's), and since when."""

    per_mtok: float
    provider: str
    hosts: int
    as_of: str


def api_price(queries: Queries, product_id: str, ratio: float = RATIO) -> ApiPrice | None:
    """The list price of a product; None where nobody who can be trusted sells it."""
    rows = list_prices(queries, ratio)
    rows = rows[rows["product_id"] == product_id]
    if rows.empty:
        return None
    row = rows.iloc[0]
    hosts = int(row["hosts"]) if row["basis"] == "median" else 0
    return ApiPrice(float(row["blended_per_mtok"]), str(row["provider"]), hosts, str(row["as_of"])[:10])
