"""The vendors' ranks under the reader's weights: chart with rank intervals, table, map, strengths, robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.site.companies import positions, robustness, strengths, vendor_map
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def show(view: View, vendors: pd.DataFrame) -> None:
    """Ranks of the vendors under the reader's choices, a map of two dimensions, and how firm the order is."""
    from harness.analysis.companies.positioning import AGGREGATIONS, NORMALISATIONS, Choices
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    blocks.section(say("positions.title"), say("positions.lead"))
    with st.expander(say("positions.choices"), icon=":material/tune:"):
        how = controls.segmented(
            say("positions.normalisation"), list(NORMALISATIONS), "norm", lambda n: say.known("choice", n)
        )
        mean = controls.segmented(say("positions.mean"), list(AGGREGATIONS), "mean", lambda n: say.known("choice", n))
        with st.grid(5, min_column_width=150):
            weights = {d: controls.slider(say.known("dimension", d), 0.0, 3.0, 1.0, 0.5, f"w_{d}") for d in DIMENSIONS}
    if not any(weights.values()):
        st.info(say("positions.no_weight"), icon=":material/info:")
        return
    choices = Choices(how, mean, tuple(weights.items()))
    placed = positions.ranked(view, choices)
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    segments = dict(zip(vendors["vendor_id"], vendors["segment"], strict=True))
    placed = placed[placed["vendor_id"].isin(names)]
    placed = placed.assign(vendor=placed["vendor_id"].map(names), segment=placed["vendor_id"].map(segments))
    ranked = placed[placed["ranked"].astype(bool)]
    if ranked.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = ranked.head(25).assign(
        thing=say("positions.median"), dimension=ranked["vendor_id"].map(names), value=ranked["median_rank"]
    )
    first = ranked.iloc[0]
    blocks.chart(
        view,
        dots.profile(
            rows[["thing", "dimension", "value", "low", "high", "rank", "first"]],
            title=say("positions.finding", vendor=names[first["vendor_id"]], share=f"{first['first']:.0%}",
                      low=f"{first['low']:.0f}", high=f"{first['high']:.0f}"),
            unit=say("positions.rank_unit"), note=say("positions.note", n=len(ranked), all=len(placed)),
            source=say("positions.source"), name="position-ranks",
        ),
    )  # fmt: skip
    _table(view, placed)
    vendor_map.show(view, placed)
    strengths.of_segments(view, vendors, choices)
    robustness.show(view, vendors, choices)


def _table(view: View, frame: pd.DataFrame) -> None:
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    column = st.column_config
    places = {
        d: column.ProgressColumn(say.known("dimension", d), format="%.2f", min_value=0.0, max_value=1.0)
        for d in DIMENSIONS
    }
    blocks.table(
        view,
        frame.sort_values(["rank", "vendor"]),
        "positions",
        {
            "rank": column.NumberColumn(say("columns.rank"), format="%d", pinned=True),
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "low": column.NumberColumn(say("positions.low"), format="%d"),
            "high": column.NumberColumn(say("positions.high"), format="%d"),
            "total": column.NumberColumn(say("positions.total"), format="%.2f"),
            **places,
            "coverage": column.ProgressColumn(
                say("positions.coverage"), format="percent", min_value=0.0, max_value=1.0
            ),
        },
        alt=say("positions.title"),
        height=340,
    )
