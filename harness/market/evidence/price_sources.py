"""Where a price comes from: a product's list price or one offer of it, and what every other seller asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from harness.market.evidence.reference import Reference, digests
from harness.market.evidence.sources import BESIDE, SAME, SHOWN, Evidence, product, with_sources
from harness.market.prices.list_prices import RATIO, list_prices, offers

if TYPE_CHECKING:
    from harness.market.queries import Queries

ROW = ("provider_id", "offer_id")
"""What tells one offer of a product from another."""
OLD, CHEAP, DOUBTED = "old", "cheap", "seller"
"""Why an offer leads nothing: it is stale, asks less than half of the list price, or its seller neither makes nor runs the model."""


def references(rows: pd.DataFrame) -> list[str]:
    """The reference to each offer (rows of the query ``offers``)."""
    return [str(Reference("offer", (str(p),), row)) for p, row in zip(rows["product_id"], digests(rows, ROW), strict=True)]  # fmt: skip


def price(queries: Queries, reference: Reference) -> Evidence | None:
    """A product's list price or the offer that is named (USD per million tokens, blended at ``RATIO``); None where there is none.

    The same: every other offer that is on sale now, first those that one can trust, the cheapest first, with why it leads nothing in ``remark`` (``OLD``, ``CHEAP``,
    ``DOUBTED``); beside a list price: what it was on earlier days, the newest first. A median of hosts (``basis`` of the evidence) has the source of the newest of their offers.
    """
    (product_id,) = reference.of
    sold = offers(queries)
    sold = sold[sold["product_id"].eq(product_id)]
    sold = sold.assign(row=digests(sold, ROW), remark=[_doubt(row) for row in sold.to_dict("records")])
    if reference.kind == "offer":
        shown = sold[sold["row"].eq(reference.row)].head(1)
        others = sold.drop(index=shown.index)
    else:
        listed = list_prices(queries)
        shown, others = listed[listed["product_id"].eq(product_id)].head(1), sold
        if len(shown) and shown["basis"].iloc[0] == "maker":  # that very offer is no other source
            row = shown.iloc[0]
            same = (
                others["provider_id"].eq(row["provider_id"])
                & others["as_of"].eq(row["as_of"])
                & others["blended_per_mtok"].eq(row["blended_per_mtok"])
            )
            others = others[~same]
    if shown.empty:
        return None
    others = others.sort_values(["remark", "blended_per_mtok", "provider_id"], kind="stable")
    others = others.drop_duplicates(
        ["provider", "tier", "blended_per_mtok", "as_of"]
    )  # a seller's second name of one model
    parts = [
        shown.assign(group=SHOWN),
        others.assign(group=SAME),
        _earlier(queries, shown) if reference.kind == "price" else shown.head(0),
    ]
    out = pd.concat([part for part in parts if len(part)], ignore_index=True)
    out = out.rename(columns={"blended_per_mtok": "value"}).assign(unit="USD")
    of = product(queries, product_id) | {
        "basis": shown.iloc[0].get("basis"),
        "hosts": shown.iloc[0].get("hosts"),
        "ratio": RATIO,
    }
    return Evidence(reference, of, with_sources(queries, out))


def _earlier(queries: Queries, shown: pd.DataFrame) -> pd.DataFrame:
    """The list price on the days before that have a sheet of the market."""
    row = shown.iloc[0]
    sheets = queries.frame("price_sheets", ratio=RATIO, cached=0.0)
    sheets = sheets[sheets["product_id"].eq(row["product_id"]) & (sheets["as_of"] < row["as_of"])]
    return sheets.sort_values("as_of", ascending=False, kind="stable").drop_duplicates("as_of").assign(group=BESIDE)


def _doubt(row: dict[object, object]) -> str:
    return OLD if row["stale"] else CHEAP if row["below_half"] else "" if row["trusted"] else DOUBTED
