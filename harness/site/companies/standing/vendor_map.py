"""Vendors in two dimensions: on two axes that the reader chooses, or on the two that tell them apart most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import scatter
from harness.charts.text import number
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.components import Map
    from harness.site.server.view import View


@contained.section
def show(view: View, placed: pd.DataFrame) -> None:
    """The map of ``positions`` (with ``vendor`` and ``segment``), and how to read its axes."""
    from harness.analysis.companies.components import map_2d
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    held = [d for d in DIMENSIONS if placed[d].notna().sum() >= 3]
    if len(held) < 2:
        return
    blocks.section(say("vendor_map.title"), say("vendor_map.lead"))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        made = controls.segmented(
            say("vendor_map.axes"), ["chosen", "components"], "map", lambda m: say(f"vendor_map.{m}")
        )
        if made == "chosen":
            across = controls.select(say("positions.across"), held, "map_x", lambda d: say.known("dimension", d))
            rest = [d for d in held if d != across]
            up = controls.select(
                say("positions.up"), rest, "map_y", lambda d: say.known("dimension", d), default=len(rest) - 1
            )
    if made == "chosen":
        _chosen(view, placed, map_2d(placed, axes=(across, up)), across, up)
    else:
        _components(view, placed, map_2d(placed))


def _points(placed: pd.DataFrame, found: Map) -> pd.DataFrame:
    """Points with names, the vendors of the highest total first."""
    rows = found.points.merge(placed[["vendor_id", "vendor", "segment", "total"]], on="vendor_id")
    return rows.assign(label=rows["vendor"]).sort_values("total", ascending=False)


def _chosen(view: View, placed: pd.DataFrame, found: Map, across: str, up: str) -> None:
    say = view.say
    rows = _points(placed, found)
    ahead = int(((rows["x"] > 0.5) & (rows["y"] > 0.5)).sum())
    names = {"x": say.known("dimension", across), "y": say.known("dimension", up)}
    blocks.chart(
        view,
        scatter.points(
            rows[["label", "x", "y", "segment"]], say, x_unit=names["x"], y_unit=names["y"],
            title=say("positions.map_finding", n=ahead, all=len(rows), **names),
            note=say("positions.map_note"), source=say("positions.source"), name="position-map", middle=(0.5, 0.5), labels=len(rows),
        ),
    )  # fmt: skip


def _components(view: View, placed: pd.DataFrame, found: Map) -> None:
    say = view.say
    rows = _points(placed, found)
    if rows.empty:
        st.info(say("vendor_map.too_few"), icon=":material/info:")
        return
    shares = [f"{share:.0%}" for share in found.explained]
    blocks.chart(
        view,
        scatter.points(
            rows[["label", "x", "y", "segment"]], say,
            x_unit=say("vendor_map.component", place=1, share=shares[0], loadings=_told(view, found, "x")),
            y_unit=say("vendor_map.component_short", place=2, share=shares[1]),
            title=say("vendor_map.finding", share=f"{sum(found.explained):.0%}", first=_main(view, found, "x"),
                      second=_main(view, found, "y")),
            note=say("vendor_map.note", n=len(rows), all=len(placed), second=_told(view, found, "y")),
            source=say("positions.source"), name="component-map", middle=(0.0, 0.0), labels=len(rows),
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        found.loadings.assign(name=[say.known("dimension", d) for d in found.loadings["dimension"]]),
        "loadings",
        {
            "name": column.TextColumn(say("companies.dimension"), pinned=True),
            "x": column.NumberColumn(say("vendor_map.loading", place=1), format="%+.2f"),
            "y": column.NumberColumn(say("vendor_map.loading", place=2), format="%+.2f"),
        },
        alt=say("vendor_map.loadings"),
    )


def _told(view: View, found: Map, axis: str) -> str:
    """All loadings of a component in words, the largest first."""
    rows = found.loadings.sort_values(axis, key=abs, ascending=False)
    parts = [
        f"{view.say.known('dimension', d)} {'+' if v > 0 else '−'}{number(abs(v), 2)}"
        for d, v in zip(rows["dimension"], rows[axis], strict=True)
    ]
    return ", ".join(parts)


def _main(view: View, found: Map, axis: str) -> str:
    """The dimension that a component is mostly made of."""
    return view.say.known("dimension", found.loadings.loc[found.loadings[axis].abs().idxmax(), "dimension"])
