"""Concentration of the market: HHI and effective number of vendors, one row a measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def concentration(queries: Queries) -> pd.DataFrame:
    """``measure, vendors, hhi, effective_vendors, top_vendor, top_share`` of offers, serving, models and open weights."""
    from harness.analysis import opportunities

    return opportunities.concentration(queries.frame("concentration_amounts"))
