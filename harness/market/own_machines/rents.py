"""What a card costs to rent: the newest offers of each cloud."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness.market.own_machines.tables import gpu_row

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

TERMS = ("on-demand", "one-year commitment", "three-year commitment", "spot", "serverless")
"""Kinds of rent, as the catalog's offers begin."""


FRESH_DAYS = 366
"""Offers older than this beside the card's newest are history: a year of falling rents."""


@dataclass(frozen=True, slots=True)
class Rent:
    """USD per GPU and hour: median, cheapest and dearest cloud, how many clouds, and between which dates they are."""

    median: float
    cheapest: float
    dearest: float
    clouds: int
    oldest: str
    newest: str


def offers(queries: Queries, gpu: str, terms: str) -> pd.DataFrame:
    """Rental offers of a card on terms of one kind, one row a cloud, cheapest first: of the cloud's newest date the cheapest.

    A card's offers are those that the column ``priced_as`` of ``gpus.csv`` names; a name that several memories share counts
    where the offer states this one. Raises BadInput for a card without a row.
    """
    import pandas as pd

    row = gpu_row(gpu)
    rents = queries.frame("gpu_prices")
    exact, *others = [name for name in row["priced_as"].split("; ") if name] or [""]
    shared = {"A100"} & set(others)
    named = rents["gpu"].isin({exact, *others} - shared)
    named |= rents["gpu"].isin(shared) & (rents["memory_gb"] == float(row["memory_gb"]))
    kind = rents["terms"].fillna("").str.split(";").str[0]
    found = rents[named & (kind == terms) & (rents["currency"] == "USD")]
    day = pd.to_datetime(found["as_of"])
    found = found[
        (day == day.groupby(found["cloud"]).transform("max")) & (day > day.max() - pd.Timedelta(days=FRESH_DAYS))
    ]
    return found.sort_values(["per_gpu_hour", "cloud"]).drop_duplicates("cloud").reset_index(drop=True)


def rent(queries: Queries, gpu: str, terms: str) -> Rent | None:
    """The rent of a card on such terms; None where the catalog has no offer."""
    rows = offers(queries, gpu, terms)
    if rows.empty:
        return None
    prices, dates = rows["per_gpu_hour"].astype(float), rows["as_of"].astype(str).str[:10]
    return Rent(float(prices.median()), float(prices.min()), float(prices.max()), len(rows), dates.min(), dates.max())
