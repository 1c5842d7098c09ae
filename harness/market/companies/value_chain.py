"""The value chain: at which of its stages each vendor stands, one row a vendor, those at most stages first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.catalog.vocabulary import POSITIONS

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries


def value_chain(queries: Queries) -> pd.DataFrame:
    """One row a vendor and stage (``stage`` of POSITIONS, in their order), with ``as_of, source, url`` and ``stages``, the
    number of the vendor's stages; vendors at most stages first, then by name."""
    rows = queries.frame("value_chain")
    rows = rows[rows["stage"].isin(POSITIONS)]
    order = {stage: place for place, stage in enumerate(POSITIONS)}
    rows = rows.assign(
        letters=rows["name_en"].str.lower(),
        stages=rows.groupby("vendor_id")["stage"].transform("nunique"),
        place=rows["stage"].map(order).astype(int),
    )
    return rows.sort_values(["stages", "letters", "place"], ascending=[False, True, True], ignore_index=True)
