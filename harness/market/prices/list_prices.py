"""What a model costs: its list price, the cheapest offer of a trusted seller, the cheapest of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

RATIO = 3.0
"""Input tokens per output token in a blended price, as Artificial Analysis states it; a reader's setting."""
MOST_RATIO = 1_000_000
"""Input tokens per output token beyond which nothing is asked: a whole library for one token."""
MARKETS = ("list", "cheapest", "any")
"""Which price stands for a model: its list price, the cheapest trusted offer, the cheapest of anybody."""


def list_prices(queries: Queries, ratio: float = RATIO, cached: float = 0.0) -> pd.DataFrame:
    """List prices now, one row a product, the cheapest first: the columns of the query ``list_prices``.

    ``blended_per_mtok`` is USD per million tokens at ``ratio`` input tokens for each output token, of which input the share
    ``cached`` comes from the cache.
    """
    return queries.frame("list_prices", ratio=_ratio(ratio), cached=cached)


def offers(queries: Queries, ratio: float = RATIO, cached: float = 0.0) -> pd.DataFrame:
    """Paid offers now, one row an offer, blended as in ``list_prices``: the columns of the query ``offers``."""
    return queries.frame("offers", ratio=_ratio(ratio), cached=cached)


def market_prices(queries: Queries, market: str = "list", ratio: float = RATIO, cached: float = 0.0) -> pd.DataFrame:
    """The price that stands for each product in one of the ``MARKETS``, one row a product, the cheapest first.

    Columns of ``list_prices`` as far as an offer has them, with ``leads``: whether the price may lead a frontier. A median of
    fewer than three hosts may not, nor an offer of a router, reseller, plan or fast tier, one below half of the list price, or
    one that is half a year older than the product's newest.

    Raises:
        BadInput: another market, or a ratio below 0.
    """
    if market not in MARKETS:
        raise BadInput(f"There is no market {market!r} of prices; there is {', '.join(MARKETS)}.")
    if market == "list":
        rows = list_prices(queries, ratio, cached)
        return rows.assign(leads=rows["basis"] != "few", below_half=False)
    rows = offers(queries, ratio, cached)
    rows = rows.assign(leads=rows["trusted"] & ~rows["below_half"] & ~rows["stale"])
    if market == "cheapest":
        rows = rows[rows["leads"]]
    rows = rows.sort_values(["blended_per_mtok", "provider_id", "offer_id"], kind="stable")
    rows = rows.drop_duplicates("product_id").reset_index(drop=True)
    return rows.assign(model_id=rows["product_id"], basis=rows["seller"].fillna("other"))


def _ratio(ratio: float) -> float:
    if not 0 <= ratio <= MOST_RATIO:
        raise BadInput(f"The ratio of input to output tokens must be between 0 and {MOST_RATIO:,}.")
    return float(ratio)
