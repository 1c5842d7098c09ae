"""The ranking that readers see: the board of reported capability with what decides about a product, one row a product."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.market.prices.list_prices import RATIO, market_prices

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

PRICE_COLUMNS = ["price", "basis", "provider", "hosts", "price_as_of"]
SINCE_MONTHS = (6, 12, 24)
"""Months before the newest release that a reader can ask for."""


def ranking(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """``board`` (``market.scale_board``), in its order, with ``kind``, ``newest`` and PRICE_COLUMNS.

    ``newest`` is the day of the product's newest score that may enter the scale. ``price`` is the list price in USD per
    million tokens, blended at RATIO, where it is the maker's or the median of three hosts or more; otherwise missing.
    """
    kinds = queries.frame("models").drop_duplicates("model_id").set_index("model_id")["kind"]
    prices = market_prices(queries, ratio=RATIO)
    prices = prices[prices["leads"]].rename(columns={"blended_per_mtok": "price", "as_of": "price_as_of"})
    prices = prices[["product_id", *PRICE_COLUMNS]].rename(columns={"product_id": "model_id"})
    rows = board.merge(prices, on="model_id", how="left", validate="one_to_one")
    return rows.assign(kind=rows["model_id"].map(kinds), newest=rows["model_id"].map(newest_days(queries)))


def newest_days(queries: Queries) -> pd.Series[Any]:
    """The day of each product's newest score that may enter the scale, by product."""
    scores = queries.frame("reported")
    scores = scores[scores["role"].eq("scale")]
    product = scores["product_id"].where(scores["product_id"].notna(), scores["model_id"])
    return scores["as_of"].groupby(product).max()


def narrowed(
    rows: pd.DataFrame,
    *,
    segments: Sequence[str] = (),
    countries: Sequence[str] = (),
    weights: str = "all",
    kind: str = "all",
    months: int | None = None,
) -> pd.DataFrame:
    """The rows of the chosen segments, countries, weights (``open``, ``closed``) and kind, released within ``months`` before the
    newest release of ``rows``; no choice means all. What is unknown of a product fits no choice."""
    import pandas as pd

    keep = pd.Series(data=True, index=rows.index)
    if segments:
        keep &= rows["segment"].isin(segments)
    if countries:
        keep &= rows["country"].isin(countries)
    if weights != "all":
        keep &= rows["open_weights"].eq(weights == "open").fillna(value=False).astype(bool)
    if kind != "all":
        keep &= rows["kind"].eq(kind)
    if months is not None:
        days = pd.to_datetime(rows["released"])
        keep &= days > days.max() - pd.DateOffset(months=months)
    return rows[keep]
