"""Offers of makers whose name stands for another product by now, so that a product's last price is no longer asked there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.market.prices.list_prices import list_prices

if TYPE_CHECKING:
    from harness.market.queries import Queries


@dataclass(frozen=True)
class ReusedOffer:
    """``provider`` sells ``now`` as ``offer_id`` since the day ``since``; ``price`` is its list price, USD per million tokens at the
    usual ratio (None where it is not known)."""

    provider: str
    offer_id: str
    now: str
    since: str
    price: float | None


def reused_offer(queries: Queries, product_id: str, as_of: str) -> ReusedOffer | None:
    """The newest change of a product's name at its maker after ``as_of``, the day of a price; None where there was none."""
    rows = queries.frame("reused_offers")
    rows = rows[rows["product_id"].eq(product_id) & (rows["since"].astype(str).str[:10] > as_of)]
    if rows.empty:
        return None
    row = rows.sort_values(["since", "offer_id"]).iloc[-1]
    prices = list_prices(queries).set_index("product_id")["blended_per_mtok"].dropna()
    price = float(prices[row["now_id"]]) if row["now_id"] in prices.index else None
    return ReusedOffer(row["provider"], row["offer_id"], row["now"], str(row["since"])[:10], price)
