"""A model's line: what its maker released before and after it, with points and prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.product import timeline
from harness.charts.text import dollars
from harness.market.products.line import neighbours
from harness.site.evidence.runs import present
from harness.site.product import known
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.products.about import Product
    from harness.site.server.view import View


@contained.section
def show(view: View, product: Product) -> None:
    """The products before and after, the maker's products over time, and the line's table."""
    say = view.say
    rows = known.releases(view, product)
    if rows.empty:
        st.info(blocks.literal(say("model.no_line", model=product.name)), icon=":material/info:")
        return
    names = rows.set_index("model_id")["name"]
    before, after = neighbours(rows, product.id)
    with st.container(horizontal=True):
        if before:
            blocks.page_link(
                view, "model", say("model.before", model=names[before]), ":material/arrow_back:", model=before
            )
        if after:
            blocks.page_link(
                view, "model", say("model.after", model=names[after]), ":material/arrow_forward:", model=after
            )
    _chart(view, product, rows)
    line = rows[rows["line"].astype(bool)]
    blocks.section(say("model.line_title", n=len(line)), say("model.line_lead"))
    unknown = say("vendor.unknown")
    records = line.to_dict("records")
    shown = line.assign(
        points=[say("vendor.points", points=f"{r['score']:.0f}", low=f"{r['low']:.0f}", high=f"{r['high']:.0f}")
                if present(r["score"]) else unknown for r in records],
        price=[dollars(r["blended_per_mtok"]) if present(r["blended_per_mtok"]) else unknown for r in records],
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view, shown.sort_values("released", ascending=False, na_position="last"), "model-line-table",
        {
            "name": column.TextColumn(say("columns.model"), pinned=True),
            "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
            "points": column.TextColumn(say("reported.capability"), help=say("companies.capability_help")),
            "price": column.TextColumn(say("cost.mixed")),
            "params_b": column.NumberColumn(say("columns.params"), format="%.3g"),
            "as_of": column.DateColumn(say("reported.date"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("model.line_title", n=len(line)), height=360,
    )  # fmt: skip


def _chart(view: View, product: Product, rows: pd.DataFrame) -> None:
    """The maker's ranked products over time, those of the line joined."""
    import pandas as pd

    say = view.say
    drawn = rows.dropna(subset=["score", "released"])
    if len(drawn) < 2:
        return
    kinds = ["chosen" if id == product.id else "line" if inside else "other"
             for id, inside in zip(drawn["model_id"], drawn["line"], strict=True)]  # fmt: skip
    drawn = drawn.assign(label=drawn["name"], x=pd.to_datetime(drawn["released"]), y=drawn["score"], kind=kinds)
    best = drawn.loc[drawn["score"].idxmax()]
    title = say("model.line_finding", best=best["label"], points=f"{best['score']:.0f}", n=len(drawn))
    names = {"chosen": product.name, "line": say("model.of_line"), "other": say("model.of_maker")}
    blocks.chart(
        view,
        timeline.timeline(
            drawn[["label", "x", "y", "low", "high", "kind", "model_id"]], names, x_unit=say("columns.released"),
            y_unit=say("scale.unit"), title=title, note=say("model.line_note"), source=say("model.line_source"), name="model-line",
        ),
        lead=True,
    )  # fmt: skip
