"""What a vendor did in the last twelve months: releases with points and price; rounds, deals and products."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.licences import spelt
from harness.charts.text import sellers
from harness.market.companies import vendor_year
from harness.market.companies.last_year import period
from harness.market.evidence.reference import Reference
from harness.market.evidence.vendor_sources import fact_references, relation_references
from harness.site.capability import scale
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained
from harness.site.widgets.tables.decimals import dollars

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, vendor: Mapping[Any, Any]) -> None:
    """Releases of the last twelve months, and what else its sources date there."""
    say = view.say
    first, last = period(view)
    if not present(last):
        return
    rows = vendor_year.releases(view, scale.board(view), str(vendor["vendor_id"]))
    blocks.section(
        say("vendor.year", n=len(rows), vendor=blocks.literal(vendor["vendor"])),
        say("vendor.year_lead", first=f"{first:%Y-%m-%d}", last=f"{last:%Y-%m-%d}"),
    )
    if rows.empty:
        st.caption(say("vendor.no_release"))
    else:
        _releases(view, rows)
    done = event_rows(view, str(vendor["vendor_id"]))
    if len(done):
        _events(view, done)


def _releases(view: View, rows: pd.DataFrame) -> None:
    say = view.say
    column = st.column_config
    blocks.table(
        view, release_rows(view, rows), "vendor-releases",
        {
            "name": column.TextColumn(say("columns.model"), pinned=True),
            "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
            "points": column.TextColumn(say("reported.capability"), help=say("companies.capability_help")),
            "input_text": column.TextColumn(say("companies.input_price")),
            "output_text": column.TextColumn(say("companies.output_price")),
            "evidence_of": None,
            "seller": column.TextColumn(say("companies.price_of")),
            "priced": column.DateColumn(say("companies.priced"), format="YYYY-MM-DD"),
            "price_url": columns.link(say("vendor.price_link")),
            "weights": column.TextColumn(say("vendor.weights")),
            "licence": column.TextColumn(say("columns.licence")),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("vendor.releases"), height=420,
    )  # fmt: skip


def release_rows(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Releases with points, prices, seller and weights in words: "not known" where there is none."""
    say = view.say
    unknown = say("vendor.unknown")
    records = rows.to_dict("records")
    opened = {True: say("weights.open"), False: say("weights.closed")}
    return rows.assign(
        points=[
            say("vendor.points", points=f"{r['score']:.0f}", low=f"{r['low']:.0f}", high=f"{r['high']:.0f}")
            if present(r["score"]) else unknown for r in records
        ],
        input_text=[text or unknown for text in dollars(rows["input_per_mtok"].astype(float).tolist())],
        output_text=[text or unknown for text in dollars(rows["output_per_mtok"].astype(float).tolist())],
        seller=sellers(say, rows),
        evidence_of=[_evidence(r) for r in records],
        licence=[spelt(say, licence) for licence in rows["licence"]],
        weights=[opened[bool(r["open_weights"])] if present(r["open_weights"]) else unknown for r in records],
    )  # fmt: skip


def _evidence(row: Mapping[Any, Any]) -> str:
    """References to a release's points and price, as far as they are known."""
    known = {"points": present(row["score"]), "price": present(row["output_per_mtok"])}
    return " ".join(str(Reference(kind, (str(row["model_id"]),))) for kind, there in known.items() if there)


def _events(view: View, rows: pd.DataFrame) -> None:
    say = view.say
    column = st.column_config
    st.markdown(f"**{say('vendor.events')}**")
    blocks.table(
        view, rows, "vendor-events",
        {
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "what": column.TextColumn(say("vendor.event")),
            "told": column.TextColumn(say("companies.value")),
            "evidence_of": None,
            "as_stated": column.TextColumn(say("positions.stated")),
            "url": columns.link(say("columns.link")),
            "note": column.TextColumn(say("companies.remark")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("vendor.events"), height=300,
    )  # fmt: skip


def event_rows(view: View, vendor_id: str) -> pd.DataFrame:
    """What was done in the last year, in words: ``as_of, what, told, as_stated, note, source, url``."""
    say = view.say
    names = figure_text.names(view)
    rows = vendor_year.events(view, vendor_id)
    records = rows.to_dict("records")
    return rows.assign(
        what=[_what(view, r, names) for r in records],
        told=[figure_text.money(say, float(r["usd"])) if present(r["usd"]) else str(r["value"]) if present(r["value"]) else ""
              for r in records],
        as_stated=[figure_text.stated(say, {"stated": r["value"], "stated_unit": r["unit"], "unit": "USD"})
                   if present(r["usd"]) else "" for r in records],
        note=fact_notes.every(say, rows["note"]),
        evidence_of=[_event_evidence(r) for r in records],
    )  # fmt: skip


def _event_evidence(row: Mapping[Any, Any]) -> str:
    """Reference to the fact or the relation that an event is."""
    import pandas as pd

    if row["key"] != "relation":
        return fact_references(pd.DataFrame([row]))[0]
    return relation_references(pd.DataFrame([{**row, "amount": row["value"], "currency": row["unit"]}]))[0]


def _what(view: View, row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    say = view.say
    if row["key"] != "relation":
        return say.known("fact", row["key"])
    who, whom = (names.get(str(row[side]), str(row[side])) for side in ("from_id", "to_id"))
    return f"{who} {say.known('relation', row['kind'])} {whom}"
