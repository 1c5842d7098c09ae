"""Who a vendor is tied to, and its products over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.licences import spelt
from harness.charts.text import modalities, sellers
from harness.market.evidence.reference import Reference
from harness.market.evidence.vendor_sources import relation_references
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.site.server.view import View


def relations(view: View, vendor_id: str) -> None:
    """Who is tied to the vendor, either way, with amounts as stated and in US dollars."""
    say = view.say
    rows = view.frame("relations", vendor_id=vendor_id)
    blocks.section(say("companies.relations"))
    if rows.empty:
        st.caption(say("companies.group_none"))
        return
    column = st.column_config
    blocks.table(
        view,
        relation_rows(say, rows),
        "vendor-relations",
        {
            "from_name": column.TextColumn(say("companies.from_vendor")),
            "kind_name": column.TextColumn(say("companies.relation")),
            "to_name": column.TextColumn(say("companies.to_vendor")),
            "in_usd": column.TextColumn(say("vendor.in_usd")),
            "as_stated": column.TextColumn(say("positions.stated")),
            "evidence_of": None,
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "note": column.TextColumn(say("companies.remark")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("companies.relations"), height=300,
    )  # fmt: skip


def relation_rows(say: Translator, rows: pd.DataFrame) -> pd.DataFrame:
    """Relations in words: names in the reader's language, amounts in US dollars and as stated, "not known" where there is none."""
    records = rows.to_dict("records")
    return rows.assign(
        kind_name=[say.known("relation", k) for k in rows["kind"]],
        from_name=[say.name(r["from_en"], r["from_zh"]) for r in records],
        to_name=[say.name(r["to_en"], r["to_zh"]) for r in records],
        in_usd=[figure_text.money(say, float(r["usd"])) if present(r["usd"]) else say("vendor.unknown") for r in records],
        as_stated=[figure_text.stated(say, {"stated": r["amount"], "stated_unit": r["currency"], "unit": "USD"})
                   for r in records],
        note=fact_notes.every(say, rows["note"]),
        evidence_of=relation_references(rows),
    )  # fmt: skip


def models(view: View, vendor_id: str) -> None:
    """The vendor's products, newest first, with the trusted list price of each."""
    say = view.say
    rows = view.frame("vendor_models", vendor_id=vendor_id)
    rows = rows[rows["model_id"] == rows["product_id"]]
    column = st.column_config
    blocks.section(say("companies.models"))
    if rows.empty:
        st.caption(say("companies.group_none"))
        return
    prices = [str(Reference("price", (str(p),))) if present(output) else ""
              for p, output in zip(rows["product_id"], rows["output_per_mtok"], strict=True)]  # fmt: skip
    blocks.table(
        view, rows.assign(
            seller=sellers(say, rows), evidence_of=prices, licence=[spelt(say, licence) for licence in rows["licence"]],
            input_modalities=[modalities(say, kinds) for kinds in rows["input_modalities"]],
        ), "vendor-models",
        {
            "name": column.TextColumn(say("columns.model"), pinned=True),
            "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
            "params_b": column.NumberColumn(say("columns.params"), format="%.3g"),
            "context_tokens": column.NumberColumn(say("opportunities.context"), format="%,d"),
            "input_modalities": column.TextColumn(say("opportunities.modality")),
            "open_weights": column.CheckboxColumn(say("companies.open")),
            "licence": column.TextColumn(say("columns.licence")),
            "input_per_mtok": column.NumberColumn(say("companies.input_price"), format=MONEY),
            "output_per_mtok": column.NumberColumn(say("companies.output_price"), format=MONEY),
            "evidence_of": None,
            "seller": column.TextColumn(say("companies.price_of")),
            "priced": column.DateColumn(say("companies.priced"), format="YYYY-MM-DD"),
        },
        alt=say("companies.models"), height=300,
    )  # fmt: skip
