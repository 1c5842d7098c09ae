"""What vendors brought out in the last twelve months, with points and list prices, one row a language model, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.market.companies.releases import MONTHS, releases

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

PRICES = ["input_per_mtok", "output_per_mtok", "basis", "provider", "hosts"]
"""Columns of ``list_prices`` that a release is shown with; the price's date and source are renamed apart from its own."""


def last_year(queries: Queries, board: pd.DataFrame) -> pd.DataFrame:
    """Products released in the MONTHS up to the newest release of all: the columns of ``releases``, the board's ``score, low,
    high`` (points), PRICES (USD per million tokens) with ``priced, price_source, price_url``; missing where not known."""
    import pandas as pd

    from harness.market.prices.list_prices import list_prices

    rows = releases(queries, board)
    rows = rows[pd.to_datetime(rows["released"]) > period(queries)[0]]
    rows = rows.merge(board[["model_id", "low", "high"]], on="model_id", how="left")
    renamed = {"product_id": "model_id", "as_of": "priced", "source": "price_source", "url": "price_url"}
    listed = list_prices(queries)[[*renamed, *PRICES]].rename(columns=renamed)
    return rows.merge(listed, on="model_id", how="left")


def period(queries: Queries) -> tuple[pd.Timestamp, pd.Timestamp]:
    """The last year: the day before it begins, and the newest release of all, with which it ends; NaT where none is dated."""
    import pandas as pd

    last = pd.Timestamp(pd.to_datetime(queries.frame("releases")["released"]).max())
    return last - pd.DateOffset(months=MONTHS), last
