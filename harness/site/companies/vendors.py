"""Vendors for people: where they are, what each holds, and what is claimed of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import count, dollars, sellers
from harness.site.capability import scale
from harness.site.companies import vendor_profile
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def table(view: View, shown: pd.DataFrame) -> None:
    """Every vendor with what the catalog holds of it."""
    say = view.say
    column = st.column_config
    blocks.table(
        view,
        shown,
        "vendors",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "segment_name": column.TextColumn(say("columns.segment")),
            "country_name": column.TextColumn(say("columns.country")),
            "city": column.TextColumn(say("companies.city")),
            "founded": column.TextColumn(say("companies.founded")),
            "parent": column.TextColumn(say("companies.parent")),
            "models": column.NumberColumn(say("overview.models"), format="%d"),
            "open_models": column.NumberColumn(say("companies.open_models"), format="%d"),
            "latest_release": column.DateColumn(say("companies.latest"), format="YYYY-MM-DD"),
            "facts": column.NumberColumn(say("companies.facts"), format="%d"),
            "website": columns.link(say("columns.link")),
        },
        alt=say("companies.all", n=len(shown)),
        height=420,
    )  # fmt: skip


def profile(view: View, vendor: Mapping[Any, Any]) -> None:
    """One vendor: numbers, models, prices, relations, facts, each with its source."""
    say = view.say
    blocks.section(blocks.literal(vendor["vendor"]))
    where = [vendor["segment_name"], vendor["country_name"], vendor["city"], vendor["founded"]]
    st.caption(blocks.literal(" · ".join(str(w) for w in where if present(w) and w != "–")))
    models = view.frame("vendor_models", vendor_id=str(vendor["vendor_id"]))
    facts = view.frame("facts", vendor_id=str(vendor["vendor_id"]))
    board = scale.board(view)
    best = board[board["vendor_id"] == vendor["vendor_id"]] if len(board) else board
    with st.grid(5, min_column_width=150):
        st.metric(say("overview.models"), count(len(models)), border=True, height="stretch")
        st.metric(
            say("companies.open_share"),
            f"{_share(models['open_weights']):.0%}" if len(models) else "–",
            border=True,
            height="stretch",
        )
        st.metric(
            say("companies.latest"),
            _day(models["released"].max() if len(models) else None),
            border=True,
            height="stretch",
        )
        st.metric(
            say("companies.from_price"),
            dollars(_least(models)),
            border=True,
            height="stretch",
            help=say("companies.from_price_help"),
        )
        st.metric(
            say("reported.capability"), f"{best['score'].max():.0f}" if len(best) else "–",
            f"{best.iloc[0]['low']:.0f} – {best.iloc[0]['high']:.0f}" if len(best) else None,
            delta_color="off", delta_arrow="off", border=True, height="stretch", help=say("companies.capability_help"),
        )  # fmt: skip
    column = st.column_config
    vendor_profile.dimensions(view, vendor)
    blocks.section(say("companies.models"))
    blocks.table(
        view, models.assign(seller=sellers(say, models)), "vendor-models",
        {
            "name": column.TextColumn(say("columns.model"), pinned=True),
            "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
            "params_b": column.NumberColumn(say("columns.params"), format="%.3g"),
            "context_tokens": column.NumberColumn(say("opportunities.context"), format="%,d"),
            "input_modalities": column.TextColumn(say("opportunities.modality")),
            "open_weights": column.CheckboxColumn(say("companies.open")),
            "licence": column.TextColumn(say("columns.licence")),
            "input_per_mtok": column.NumberColumn(say("companies.input_price"), format="$%.4g"),
            "output_per_mtok": column.NumberColumn(say("companies.output_price"), format="$%.4g"),
            "seller": column.TextColumn(say("companies.price_of")),
            "priced": column.DateColumn(say("companies.priced"), format="YYYY-MM-DD"),
        },
        alt=say("companies.models"), height=300,
    )  # fmt: skip
    vendor_profile.facts(view, facts)
    _relations(view, str(vendor["vendor_id"]))


def _relations(view: View, vendor_id: str) -> None:
    say = view.say
    rows = view.frame("relations", vendor_id=vendor_id)
    if rows.empty:
        return
    column = st.column_config
    blocks.section(say("companies.relations"))
    blocks.table(
        view,
        rows.assign(kind_name=[say.known("relation", k) for k in rows["kind"]]),
        "vendor-relations",
        {
            "from_name": column.TextColumn(say("companies.from_vendor")),
            "kind_name": column.TextColumn(say("companies.relation")),
            "to_name": column.TextColumn(say("companies.to_vendor")),
            "amount": column.NumberColumn(say("companies.amount"), format="compact"),
            "currency": column.TextColumn(say("companies.currency")),
            "note": column.TextColumn(say("companies.remark")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("companies.relations"),
    )


def against(view: View, vendors: pd.DataFrame, chosen: Sequence[str]) -> None:
    """Two to five vendors side by side: one row a measure, one column a vendor."""
    import pandas as pd

    say = view.say
    board = scale.board(view)
    columns: dict[str, list[str]] = {}
    for vendor_id in chosen:
        row = vendors[vendors["vendor_id"] == vendor_id].iloc[0]
        models = view.frame("vendor_models", vendor_id=vendor_id)
        facts = view.frame("facts", vendor_id=vendor_id)
        best = board[board["vendor_id"] == vendor_id].head(1) if len(board) else board
        columns[str(row["vendor"])] = [
            str(row["segment_name"]), str(row["country_name"]), str(row["founded"]) if present(row["founded"]) else "–",
            count(len(models)), f"{_share(models['open_weights']):.0%}" if len(models) else "–",
            _day(models["released"].max() if len(models) else None), dollars(_least(models)),
            f"{best.iloc[0]['score']:.0f} ({best.iloc[0]['low']:.0f}–{best.iloc[0]['high']:.0f})" if len(best) else "–",
            *(_latest(facts, key) for key in ("valuation", "revenue", "staff", "rnd_spend")),
        ]  # fmt: skip
    names = [say("columns.segment"), say("columns.country"), say("companies.founded"), say("overview.models"),
             say("companies.open_share"), say("companies.latest"), say("companies.from_price"), say("reported.capability"),
             *(say(f"fact.{k}") for k in ("valuation", "revenue", "staff", "rnd_spend"))]  # fmt: skip
    frame = pd.DataFrame({say("companies.measure"): names, **columns})
    blocks.table(view, frame, "vendors-against", {c: c for c in frame.columns}, alt=say("companies.against"),
                 height="content")  # fmt: skip
    st.caption(say("companies.against_note"))


def _share(column: pd.Series[Any]) -> float:
    held = column.dropna().astype(bool)
    return float(held.mean()) if len(held) else float("nan")


def _least(models: pd.DataFrame) -> float | None:
    held = models["output_per_mtok"].dropna() if len(models) else models.get("output_per_mtok")
    return float(held[held > 0].min()) if held is not None and len(held) and (held > 0).any() else None


def _day(value: Any) -> str:
    return f"{value:%Y-%m-%d}" if present(value) else "–"


def _latest(facts: pd.DataFrame, key: str) -> str:
    rows = facts[facts["key"] == key].sort_values("as_of", ascending=False)
    if rows.empty:
        return "–"
    row = rows.iloc[0]
    try:
        value = f"{float(row['value']):,.0f}"
    except ValueError:
        value = str(row["value"])
    unit = f" {row['unit']}" if present(row["unit"]) else ""
    return f"{value}{unit} ({_day(row['as_of'])})"
