"""Inputs of positioning as a table: value, as its source states it, percentile, date, source, and what it counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.analysis.companies.inputs import declared
from harness.charts.text import input_label, unit_label
from harness.market.evidence.reference import Reference
from harness.site.companies.against import figure_text
from harness.site.evidence import fact_notes
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.site.server.view import View


@contained.section
def show(
    view: View, rows: pd.DataFrame, vendors: pd.DataFrame | None, name: str, *, order: str | None = None, alt: str = ""
) -> None:
    """Inputs with value, percentile, date and source; with the vendor's name where ``vendors`` are given.

    Rows stand by dimension and input, or by the column ``order``.
    """
    say = view.say
    sources = view.frame("source_names").set_index("source_id")
    titles = {str(i): str(t) for i, t in sources["title"].items()}
    shown = rows.assign(
        dimension_name=[say.known("dimension", d) for d in rows["dimension"]],
        input_title=[input_label(say, str(i)) for i in rows["input"]],
        figure=[
            figure_text.value(say, str(i), v, u)
            for i, v, u in zip(rows["input"], rows["value"], rows["unit"], strict=True)
        ],
        unit_name=[unit_label(say, str(i), u) for i, u in zip(rows["input"], rows["unit"], strict=True)],
        percentile=rows["score"].where(rows["ranks"]),
        origin_name=[say.known("input_origin", o) for o in rows["origin"]],
        source=rows["source_id"].map(lambda s: _titles(s, titles)),
        url=rows["source_id"].map(lambda s: sources["url"].get(first_id(s))),
        evidence_of=[
            str(Reference("input", (str(v), str(i)))) for v, i in zip(rows["vendor_id"], rows["input"], strict=True)
        ],
        as_stated=[stated(r) for r in rows.to_dict("records")],
        remark=[remark(say, r, _names(view)) for r in rows.to_dict("records")],
        what=[say.name(declared(i, "").what_en, declared(i, "").what_zh) for i in rows["input"]],
        why=[say.name(declared(i, "").why_en, declared(i, "").why_zh) for i in rows["input"]],
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
            "figure": column.TextColumn(say("companies.value")),
            "evidence_of": None,
            "percentile": column.ProgressColumn(
                say("positions.percentile"), format="%.2f", min_value=0.0, max_value=1.0,
                help=say("positions.percentile_help"),
            ),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
            "as_stated": column.TextColumn(say("positions.stated")),
            "remark": column.TextColumn(say("companies.remark")),
            "vendors": column.NumberColumn(say("positions.holders"), format="%d"),
            "origin_name": column.TextColumn(say("positions.basis")),
            "what": column.TextColumn(say("positions.what"), width="large"),
            "why": column.TextColumn(say("positions.why"), width="large"),
        },
        alt=alt or say("positions.inputs"), together=("input_title", "figure"),
        height=340,
    )  # fmt: skip


def stated(row: Mapping[Any, Any]) -> str | None:
    """A figure in its source's own currency, where that is not the unit of comparison."""
    value, unit = row.get("stated"), row.get("stated_unit")
    if not present(value) or not present(unit) or unit == row["unit"]:
        return None
    return f"{value:,.0f} {unit}"


def remark(say: Translator, row: Mapping[Any, Any], names: Mapping[str, str]) -> str:
    """The source's note, whose group's figure it is, and whether it is too old to count."""
    parts = [str(fact_notes.told(say, row["note"]))] if present(row.get("note")) else []
    if present(row.get("group_id")):
        parts.append(say("positions.of_group", group=names.get(row["group_id"], row["group_id"])))
    if row.get("too_old") is True:
        parts.append(say("positions.too_old"))
    return say("memo.between").join(parts)


def first_id(ids: object) -> str:
    """The first of one or several source ids (with commas between)."""
    return ids.split(", ")[0] if isinstance(ids, str) else ""


def _names(view: View) -> dict[str, str]:
    rows = view.frame("vendors")
    return {
        str(v): view.say.name(en, zh)
        for v, en, zh in zip(rows["vendor_id"], rows["name_en"], rows["name_zh"], strict=True)
    }


def _titles(ids: object, titles: Mapping[str, str]) -> str | None:
    """Titles of one or several sources (ids with commas between)."""
    return " · ".join(titles.get(i, i) for i in ids.split(", ")) if isinstance(ids, str) else None
