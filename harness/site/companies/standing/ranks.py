"""The vendors' ranks under the reader's weights: chart with rank intervals, table, map, robustness."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import input_label
from harness.site.companies.standing import positions, robustness, vendor_map
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.scores import Choices
    from harness.site.server.view import View

MOST = 25
"""Vendors in the chart; all are in the table."""


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """Ranks of the vendors under the reader's choices, a map of two dimensions, and how firm the order is."""
    say = view.say
    blocks.section(say("positions.title"), say("positions.lead"))
    choices = _choices(view)
    if choices is None:
        st.info(say("positions.no_weight"), icon=":material/info:")
        return
    placed = positions.ranked(view, choices)
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    segments = dict(zip(vendors["vendor_id"], vendors["segment"], strict=True))
    placed = placed[placed["vendor_id"].isin(names)]
    placed = placed.assign(vendor=placed["vendor_id"].map(names), segment=placed["vendor_id"].map(segments))
    ranked = placed[placed["ranked"].astype(bool)]
    if ranked.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    _chart(view, ranked, len(names))
    _table(view, placed.assign(back=held_back(view, placed, choices)))
    vendor_map.show(view, placed)
    robustness.show(view, vendors, choices)


def _choices(view: View) -> Choices | None:
    """The reader's choices; None where no dimension has a weight."""
    from harness.analysis.companies.scores import AGGREGATIONS, NORMALISATIONS, Choices
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    with controls.expander(say("positions.choices"), "open_choices", icon=":material/tune:"):
        how = controls.segmented(
            say("positions.normalisation"), list(NORMALISATIONS), "norm", lambda n: say.known("choice", n)
        )
        mean = controls.segmented(say("positions.mean"), list(AGGREGATIONS), "mean", lambda n: say.known("choice", n))
        with st.grid(5, min_column_width=150):
            weights = {d: controls.slider(say.known("dimension", d), 0.0, 3.0, 1.0, 0.5, f"w_{d}") for d in DIMENSIONS}
    return Choices(how, mean, tuple(weights.items())) if any(weights.values()) else None


def _chart(view: View, ranked: pd.DataFrame, of: int) -> None:
    """Ranks with their intervals, in the order of the ranks."""
    say = view.say
    rows = ranked.sort_values(["rank", "low", "vendor"]).head(MOST)
    rows = rows.assign(thing=say("positions.by_weights"), dimension=_with_gaps(view, rows), value=rows["rank"])
    first = rows.iloc[0]
    blocks.chart(
        view,
        dots.profile(
            rows[["thing", "dimension", "value", "low", "high", "median_rank", "first"]],
            title=say("positions.finding", vendor=first["vendor"], share=f"{first['first']:.0%}",
                      low=f"{first['low']:.0f}", high=f"{first['high']:.0f}"),
            unit=say("positions.rank_unit"), note=say("positions.note", n=len(ranked), all=of),
            source=say("positions.source"), name="position-ranks",
        ),
    )  # fmt: skip


def _with_gaps(view: View, rows: pd.DataFrame) -> list[str]:
    """Names of ranked vendors, with the dimension on which one is not placed."""
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    absent = [[say.known("dimension", d) for d in DIMENSIONS if row[d] != row[d]] for row in rows.to_dict("records")]
    return [
        say("positions.without", vendor=vendor, dimensions=say("file.join").join(lacks)) if lacks else vendor
        for vendor, lacks in zip(rows["vendor"], absent, strict=True)
    ]


def held_back(view: View, placed: pd.DataFrame, choices: Choices) -> list[str]:
    """What keeps each vendor of ``positions`` down: its costliest input, or for want of what it has no rank."""
    from harness.catalog.schema import DIMENSIONS

    say = view.say

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.analysis.companies.strengths import largest_losses

        return largest_losses(positions.inputs(view), choices=choices)

    losses: pd.DataFrame = view.derived("largest_losses", compute, choices=choices)
    loss = losses.set_index("vendor_id")
    lacking = dict(iter(_lacking(view).groupby("vendor_id")))
    out = []
    for row in placed.to_dict("records"):
        vendor = row["vendor_id"]
        if row["ranked"] and vendor in loss.index:
            own = loss.loc[vendor]
            out.append(
                say("positions.input_and_score", input=input_label(say, own["input"]), score=f"{own['score']:.2f}")
            )
            continue
        absent = [d for d in DIMENSIONS if row[d] != row[d]]
        lacks = lacking.get(vendor)
        held = [] if lacks is None else lacks.loc[lacks["dimension"].isin(absent), "input"]
        named = [input_label(say, i) for i in held]
        out.append(
            say("positions.back_for", dimensions=say("file.join").join(say.known("dimension", d) for d in absent),
                inputs=say("file.join").join(named))
        )  # fmt: skip
    return out


def _lacking(view: View) -> pd.DataFrame:
    """``analysis.companies.positioning.missing_inputs`` of every vendor: ``vendor_id, dimension, input``."""

    def compute() -> pd.DataFrame:
        import pandas as pd

        from harness.analysis.companies.positioning import missing_inputs

        scored = positions.normalised(view)
        each = {vendor: missing_inputs(scored, vendor) for vendor in view.frame("vendors")["vendor_id"]}
        return pd.concat(each, names=["vendor_id", None]).reset_index(level=0)

    out: pd.DataFrame = view.derived("missing_inputs", compute)
    return out


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
            "back": column.TextColumn(say("positions.back"), help=say("positions.back_help"), width=300),
            "coverage": column.ProgressColumn(
                say("positions.coverage"), format="percent", min_value=0.0, max_value=1.0
            ),
        },
        alt=say("positions.title"),
        height=340,
    )
