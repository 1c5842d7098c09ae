"""How far apart the prices of the same model lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.analysis.cost import RATIO, price_dispersion
from harness.market.prices.current_prices import current_prices

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def dispersion(queries: Queries, ratio: float = RATIO) -> pd.DataFrame:
    """Models with two or more providers, one row a model, the most widely sold first: ``analysis.cost.price_dispersion`` and the
    model's name in ``model``."""
    offers = current_prices(queries, ratio)
    names = dict(zip(offers["model_id"], offers["model"], strict=True))
    rows = price_dispersion(offers)
    rows = rows.assign(model=rows["model_id"].map(names))
    return rows.sort_values(["providers", "ratio", "model_id"], ascending=[False, False, True], ignore_index=True)
