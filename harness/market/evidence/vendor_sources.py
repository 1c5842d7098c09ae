"""Where a vendor's figure comes from: a fact, an input of its standing, a relation, and what else is stated of the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from harness.market.evidence.reference import Reference, digests
from harness.market.evidence.sources import BESIDE, SAME, SHOWN, Evidence, with_sources

if TYPE_CHECKING:
    from harness.market.queries import Queries

FACT_ROW = ("as_of", "value", "unit", "note", "source_id")
RELATION_ROW = ("as_of", "amount", "currency", "note", "source_id")
"""What tells one fact, one relation from another of the same vendors and kind."""


def fact_references(rows: pd.DataFrame) -> list[str]:
    """The reference to each row of the query ``facts``."""
    return [str(Reference("fact", (str(v), str(k)), row))
            for v, k, row in zip(rows["vendor_id"], rows["key"], digests(rows, FACT_ROW), strict=True)]  # fmt: skip


def relation_references(rows: pd.DataFrame) -> list[str]:
    """The reference to each row of the query ``relations``."""
    return [str(Reference("relation", (str(a), str(b), str(k)), row)) for a, b, k, row in
            zip(rows["from_id"], rows["to_id"], rows["kind"], digests(rows, RELATION_ROW), strict=True)]  # fmt: skip


def fact(queries: Queries, reference: Reference) -> Evidence | None:
    """A fact of a vendor: the row that is named, else the newest of its key; None where there is none.

    The same: other rows of that key, day and unit; beside it: those of other days and units, the newest first.
    """
    vendor_id, key = reference.of
    rows = _facts(queries, vendor_id, key)
    shown = rows[rows["row"].eq(reference.row)] if reference.row else rows
    if shown.empty:
        return None
    shown = shown.head(1)
    return Evidence(
        reference,
        {"vendor_id": vendor_id, "key": key},
        with_sources(queries, _grouped(shown, rows.drop(index=shown.index))),
    )


def figure(queries: Queries, inputs: pd.DataFrame, reference: Reference) -> Evidence | None:
    """An input of a vendor's standing (row of ``market.positions.position_inputs``); None where there is none.

    The same and beside it: the facts of its key, the group's where the figure is the group's; the fact itself is left out. A figure of
    several sources has a row without a value for each further one.
    """
    vendor_id, key = reference.of
    own = inputs[inputs["vendor_id"].eq(vendor_id) & inputs["input"].eq(key)].head(1)
    if own.empty:
        return None
    row: dict[Any, Any] = own.iloc[0].to_dict()
    ids = str(row["source_id"]).split(", ") if isinstance(row["source_id"], str) else [None]
    shown = pd.concat(
        [own.assign(group=SHOWN, source_id=ids[0])]
        + [pd.DataFrame([{"group": SAME, "source_id": id}]) for id in ids[1:]],
        ignore_index=True,
    )
    holder = row["group_id"] if isinstance(row["group_id"], str) else vendor_id
    rows = _facts(queries, holder, key)
    stated = row["stated"] if row["stated"] == row["stated"] and row["stated"] is not None else row["value"]
    itself = rows["as_of"].eq(row["as_of"]) & rows["amount"].eq(float(stated)) & rows["source_id"].isin(ids)
    grouped = _grouped(own.assign(unit=row["unit"]), rows[~itself])
    out = pd.concat([part for part in (shown, grouped.iloc[1:]) if len(part)], ignore_index=True)
    return Evidence(reference, {**row, "vendor_id": vendor_id, "key": key}, with_sources(queries, out))


def relation(queries: Queries, reference: Reference) -> Evidence | None:
    """What ties one vendor to another: the row that is named, else the newest; the same: other rows of the two and the kind; beside it:
    what else ties them. None where there is none."""
    giver, taker, kind = reference.of
    rows = queries.frame("relations", vendor_id=giver)
    rows = rows[
        (rows["from_id"].eq(giver) & rows["to_id"].eq(taker)) | (rows["from_id"].eq(taker) & rows["to_id"].eq(giver))
    ]
    rows = rows.assign(row=digests(rows, RELATION_ROW))
    same = rows[rows["from_id"].eq(giver) & rows["kind"].eq(kind)]
    shown = (same[same["row"].eq(reference.row)] if reference.row else same).head(1)
    if shown.empty:
        return None
    parts = [
        shown.assign(group=SHOWN),
        same.drop(index=shown.index).assign(group=SAME),
        rows.drop(index=same.index).assign(group=BESIDE),
    ]
    out = pd.concat([part for part in parts if len(part)], ignore_index=True)
    out = out.assign(value=out["usd"], unit="USD", stated=out["amount"], stated_unit=out["currency"], text=out["kind"])
    return Evidence(reference, shown.iloc[0].to_dict(), with_sources(queries, out))


def _facts(queries: Queries, vendor_id: str, key: str) -> pd.DataFrame:
    """The facts of a vendor's key, the newest first: ``row``, ``text`` as stated, ``value`` in dollars where it is money."""
    rows = queries.frame("facts", vendor_id=vendor_id)
    rows = rows[rows["key"].eq(key)]
    rows = rows.assign(
        row=digests(rows, FACT_ROW), text=rows["value"], amount=pd.to_numeric(rows["value"], errors="coerce")
    )
    money = rows["usd"].notna()
    return rows.assign(
        value=rows["usd"].astype(float).where(money, rows["amount"]),
        stated=rows["amount"].where(money), stated_unit=rows["unit"].where(money),
        unit=rows["unit"].where(~money, "USD"),
    ).reset_index(drop=True)  # fmt: skip


def _grouped(shown: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """The row shown, then others of its day and unit (``SAME``), then the rest (``BESIDE``)."""
    first = shown.iloc[0]
    same = others["as_of"].eq(first["as_of"]) & (
        others["unit"].eq(first["unit"]) | (others["unit"].isna() & pd.isna(first["unit"]))
    )
    parts = [shown.assign(group=SHOWN), others[same].assign(group=SAME), others[~same].assign(group=BESIDE)]
    return pd.concat([part for part in parts if len(part)], ignore_index=True)
