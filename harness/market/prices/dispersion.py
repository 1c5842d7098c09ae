"""How far apart the prices of the same model lie at those who make or run it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost.dispersion import price_dispersion
from harness.market.prices.list_prices import RATIO, offers

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def trusted_offers(queries: Queries, ratio: float = RATIO) -> pd.DataFrame:
    """Standard offers of makers, clouds and hosts, one row an offer, with the product in ``model_id``."""
    rows = offers(queries, ratio)
    rows = rows[rows["trusted"] & ~rows["stale"]]
    return rows.assign(model_id=rows["product_id"]).reset_index(drop=True)


def dispersion(queries: Queries, ratio: float = RATIO) -> pd.DataFrame:
    """Models with two or more trusted sellers, one row a model, the most widely sold first:
    ``analysis.cost.dispersion.price_dispersion`` and the model's name in ``model``."""
    rows = trusted_offers(queries, ratio)
    names = dict(zip(rows["model_id"], rows["model"], strict=True))
    rows = price_dispersion(rows)
    rows = rows.assign(model=rows["model_id"].map(names))
    return rows.sort_values(["providers", "ratio", "model_id"], ascending=[False, False, True], ignore_index=True)
