"""Inputs of positioning as a table: value, percentile, date and source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import input_label
from harness.site.widgets import blocks, columns

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def show(view: View, rows: pd.DataFrame, vendors: pd.DataFrame | None, name: str, *, order: str | None = None) -> None:
    """Inputs with value, percentile, date and source; with the vendor's name where ``vendors`` are given.

    Rows stand by dimension and input, or by the column ``order``.
    """
    say = view.say
    sources = view.frame("source_names").set_index("source_id")
    titles = {str(i): str(t) for i, t in sources["title"].items()}
    shown = rows.assign(
        dimension_name=[say.known("dimension", d) for d in rows["dimension"]],
        input_title=[input_label(say, str(i)) for i in rows["input"]],
        percentile=rows["score"].where(rows["ranks"]),
        origin_name=[say.known("input_origin", o) for o in rows["origin"]],
        source=rows["source_id"].map(lambda s: _titles(s, titles)),
        url=rows["source_id"].map(lambda s: sources["url"].get(s)),
    )
    if vendors is not None:
        names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
        shown = shown.assign(vendor=shown["vendor_id"].map(names), segment_name=[say.known("segment", s) for s in
                                                                                 shown["segment"]])  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        shown.sort_values(order)
        if order
        else shown.sort_values(["dimension", "input", "value"], ascending=[True, True, False]),
        f"inputs-{name}",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "segment_name": column.TextColumn(say("columns.segment")),
            "dimension_name": column.TextColumn(say("companies.dimension")),
            "input_title": column.TextColumn(say("positions.input")),
            "value": column.NumberColumn(say("companies.value"), format="%,.4g"),
            "unit": column.TextColumn(say("reported.unit")),
            "percentile": column.ProgressColumn(
                say("positions.percentile"), format="%.2f", min_value=0.0, max_value=1.0,
                help=say("positions.percentile_help"),
            ),
            "vendors": column.NumberColumn(say("positions.holders"), format="%d"),
            "origin_name": column.TextColumn(say("positions.basis")),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
            "url": columns.link(say("columns.link")),
        },
        alt=say("positions.inputs"),
        height=340,
    )  # fmt: skip


def _titles(ids: object, titles: Mapping[str, str]) -> str | None:
    """Titles of one or several sources (ids with commas between)."""
    return " · ".join(titles.get(i, i) for i in ids.split(", ")) if isinstance(ids, str) else None
