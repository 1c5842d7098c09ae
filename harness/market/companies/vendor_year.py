"""What a vendor did in the last twelve months: its releases with capability and price, its rounds, deals and products."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.market.companies.last_year import last_year, period

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

EVENTS = ("funding_round", "share_sale", "product", "orders", "compute_commitment", "staff_change")
"""Facts that are something done, rather than a state."""
FRESH_DAYS = 183
"""A price counts among a vendor's newest if it is at most half a year older than the newest of all, as in ``list_prices_at``."""


def releases(queries: Queries, board: pd.DataFrame, vendor_id: str) -> pd.DataFrame:
    """Products of one vendor released in the last year (``companies.last_year``), newest first.

    Its columns, with those of ``models`` that it lacks (context, modalities, licence …).
    """
    rows = last_year(queries, board)
    models = queries.frame("models").drop_duplicates("model_id")
    more = models[["model_id", *(c for c in models if c not in rows)]]
    rows = rows[rows["vendor_id"].eq(vendor_id)].merge(more, on="model_id", how="left")
    return rows.sort_values(["released", "model_id"], ascending=[False, True], ignore_index=True)


def events(queries: Queries, vendor_id: str) -> pd.DataFrame:
    """Rounds, deals and products of one vendor that their sources date in the last year, newest first.

    Columns: ``key`` (of EVENTS, or ``relation``), ``kind`` of a relation, ``from_id, to_id``, ``value, unit, usd`` as in the
    query ``facts``, ``note, as_of, source, url, source_id``, ``vendor_id`` of a fact.
    """
    import pandas as pd

    first, _ = period(queries)
    facts = queries.frame("facts", vendor_id=vendor_id)
    facts = facts[facts["key"].isin(EVENTS)].astype(object)
    deals = queries.frame("relations", vendor_id=vendor_id).astype(object)
    deals = deals.rename(columns={"amount": "value", "currency": "unit"}).assign(key="relation")
    columns = ["key", "kind", "from_id", "to_id", "value", "unit", "usd", "note", "as_of", "source", "url", "vendor_id",
               "source_id"]  # fmt: skip
    rows = pd.concat([facts.reindex(columns=columns), deals.reindex(columns=columns)], ignore_index=True)
    rows = rows[pd.to_datetime(rows["as_of"]) > first]
    return rows.sort_values("as_of", ascending=False, ignore_index=True, kind="stable")


def cheapest_output(listed: pd.DataFrame, vendor_id: str) -> dict[Any, Any] | None:
    """The row of ``listed`` (``list_prices``) with the vendor's lowest output price, in USD per million tokens.

    Only prices of the maker, or medians of three or more hosts, that are among the vendor's newest; None where there is none.
    """
    import pandas as pd

    own = listed[listed["vendor_id"].eq(vendor_id) & listed["basis"].ne("few") & (listed["output_per_mtok"] > 0)]
    if own.empty:
        return None
    day = pd.to_datetime(own["as_of"])
    own = own[day > day.max() - pd.Timedelta(days=FRESH_DAYS)]
    rows: list[dict[Any, Any]] = (
        own.sort_values(["output_per_mtok", "product_id"], kind="stable").head(1).to_dict("records")
    )
    return rows[0]
