"""A database with rows written by hand, for the frames of the Companies page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from harness.store.migrations import migrate
from harness.store.reader import Reader


def reader(folder: Path, **tables: list[dict[str, Any]]) -> Reader:
    """A reader of a new database in ``folder`` that holds these rows; columns that no row names are null."""
    path = folder / "land.duckdb"
    with duckdb.connect(str(path)) as con:
        migrate(con)
        for name, rows in tables.items():
            con.register("incoming", pd.DataFrame(rows))
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
            con.unregister("incoming")
    return Reader(path)


def vendor(
    vendor_id: str, segment: str = "startup", country: str | None = "US", parent_id: str | None = None
) -> dict[str, Any]:
    """A row of ``vendor``."""
    return {
        "vendor_id": vendor_id,
        "name_en": vendor_id.title(),
        "segment": segment,
        "country": country,
        "parent_id": parent_id,
    }


def model(
    model_id: str, vendor_id: str, released: str | None, kind: str = "text", product_id: str | None = None
) -> dict[str, Any]:
    """A row of ``model``; ``product_id`` names the product where this is another name of it."""
    return {"model_id": model_id, "product_id": product_id or model_id, "vendor_id": vendor_id, "name": model_id, "kind": kind,
            "released": released, "source_id": "page"}  # fmt: skip


def value(vendor_id: str, amount: float, as_of: str, unit: str = "USD") -> dict[str, Any]:
    """A row of ``fact``: the value of a company."""
    return {"vendor_id": vendor_id, "dimension": "capital", "key": "valuation", "value": str(amount), "unit": unit, "as_of": as_of,
            "source_id": "page"}  # fmt: skip


def relation(
    from_id: str, to_id: str, kind: str, amount: float | None, as_of: str, note: str = "", currency: str = "USD"
) -> dict[str, Any]:
    """A row of ``relation``."""
    return {"from_id": from_id, "to_id": to_id, "kind": kind, "amount": amount, "currency": currency if amount else None, "note": note,
            "as_of": as_of, "source_id": "page"}  # fmt: skip


SOURCE = {"source_id": "page", "title": "A page", "publisher": "A paper", "url": "https://example.org/page", "licence": "MIT",
          "retrieved": "2026-11-01"}  # fmt: skip
