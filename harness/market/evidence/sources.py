"""One number with everybody who states it: the number shown, others of the same thing, and what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.market.evidence.reference import Reference

if TYPE_CHECKING:
    from harness.market.queries import Queries

SHOWN, SAME, BESIDE = "shown", "same", "beside"
"""Groups of rows: the number that pages show; other statements of the same; what is related and cannot be compared."""
COLUMNS = ["group", "row", "value", "low", "high", "text", "unit", "difference", "benchmark_id", "effort", "setting", "set_up_by",
           "edition", "reported_by", "reporter", "evidence", "provider", "provider_kind", "tier", "input_per_mtok",
           "output_per_mtok", "remark", "note", "stated", "stated_unit", "as_of", "source_id", "source", "publisher", "url",
           "retrieved"]  # fmt: skip
NUMBERS = ["value", "low", "high", "difference", "input_per_mtok", "output_per_mtok", "stated"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One number and its sources.

    ``rows``: COLUMNS, one row a statement; the first is the number shown, of which ``difference`` is that of each other row of the
    same, in the same unit (missing where the two cannot be compared). ``of``: what the number is of, as the queries have it
    (``product_id, model`` of a product, ``vendor_id, key`` of a vendor's figure, ``from_en …`` of a relation).
    """

    reference: Reference
    of: Mapping[str, Any]
    rows: pd.DataFrame

    @property
    def shown(self) -> Mapping[Any, Any]:
        """The row of the number shown."""
        row: Mapping[Any, Any] = self.rows.iloc[0].to_dict()
        return row

    def others(self, group: str) -> pd.DataFrame:
        """The rows of another group, ``SAME`` or ``BESIDE``."""
        return self.rows[self.rows["group"].eq(group)]


def product(queries: Queries, product_id: str) -> dict[str, Any]:
    """A product's ``product_id`` and ``model``, its name; the id itself where the catalog has no such model."""
    models = queries.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    return {"product_id": product_id, "model": str(models.get(product_id, product_id))}


def with_sources(queries: Queries, rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` (some of COLUMNS, the number shown first) with their differences and the names, addresses and days of their sources.

    A row without a ``difference`` has the one of its ``value`` where it is of the same thing in the same unit at the same effort:
    a model that thinks longer disagrees with nobody.
    """
    known = queries.frame("source_names").rename(columns={"title": "source"})
    rows = rows.drop(columns=[c for c in ("source", "url", "publisher", "retrieved") if c in rows])
    rows = rows.merge(known, on="source_id", how="left").reindex(columns=COLUMNS)
    rows["source"] = rows["source"].where(rows["source"].notna(), rows["source_id"])
    rows[NUMBERS] = rows[NUMBERS].astype(float)
    first = rows.iloc[0]
    effort = rows["effort"].fillna("")
    alike = rows["group"].eq(SAME) & rows["unit"].eq(first["unit"]) & effort.eq(effort.iloc[0])
    rows["difference"] = rows["difference"].fillna((rows["value"] - first["value"]).where(alike))
    return rows.reset_index(drop=True)
