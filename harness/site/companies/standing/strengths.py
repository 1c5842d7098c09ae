"""Strengths and weaknesses of a vendor and of a segment, each led back to its facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import input_label
from harness.site.companies.standing import input_table, positions
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.scores import Choices
    from harness.site.server.view import View

MOST = 5
"""Strengths and weaknesses that are named of each."""


def every(view: View) -> pd.DataFrame:
    """``analysis.companies.strengths.strengths`` of all vendors."""

    def compute() -> pd.DataFrame:
        from harness.analysis.companies.strengths import strengths

        return strengths(positions.inputs(view), most=MOST)

    out: pd.DataFrame = view.derived("strengths", compute)
    return out


def of_vendor(view: View, vendor_id: str) -> None:
    """A vendor's best and worst inputs with value, percentile, date and source."""
    say, found = view.say, every(view)
    own = found[found["who"] == vendor_id]
    blocks.section(say("strong.title"), say("strong.lead"))
    if own.empty:
        st.caption(say("strong.none"))
        return
    for side in ("strength", "weakness"):
        part = own[own["side"] == side]
        if part.empty:
            st.caption(say(f"strong.no_{side}"))
            continue
        named = say("file.join").join(input_label(say, str(i)) for i in part["input"])
        st.markdown(f"**{say(f'strong.{side}')}**: {blocks.literal(named)}")
        input_table.show(view, part, None, f"{side}-{vendor_id}", order="place", alt=say(f"strong.{side}"))


def of_segments(view: View, vendors: pd.DataFrame, choices: Choices) -> None:
    """Each segment's best and worst inputs by the mean of its vendors, and every value behind one of them."""
    say = view.say
    segment = dict(zip(vendors["vendor_id"], vendors["segment"], strict=True))

    def compute(choices: Choices, segment: tuple[tuple[str, str], ...]) -> pd.DataFrame:
        from harness.analysis.companies.strengths import strengths

        return strengths(positions.inputs(view), groups=dict(segment), most=MOST, choices=choices)

    found: pd.DataFrame = view.derived(
        "segment_strengths", compute, choices=choices, segment=tuple(sorted(segment.items()))
    )
    if found.empty:
        return
    blocks.section(say("strong.segments"), say("strong.segments_lead"))
    _table(view, found)
    pairs = list(dict.fromkeys(zip(found["who"], found["input"], strict=True)))
    chosen = controls.select(
        say("strong.behind"), pairs, "strong",
        lambda c: f"{say.known('segment', c[0])} · {input_label(say, c[1])}",
    )  # fmt: skip
    rows = positions.normalised(view)
    rows = rows[(rows["input"] == chosen[1]) & (rows["vendor_id"].map(segment) == chosen[0])]
    rows = rows[rows["group_id"].isna()].assign(segment=rows["vendor_id"].map(segment))
    input_table.show(view, rows, vendors, "strong")


def _table(view: View, found: pd.DataFrame) -> None:
    say = view.say
    column = st.column_config
    shown: Any = found.assign(
        segment_name=[say.known("segment", w) for w in found["who"]],
        side_name=[say(f"strong.{s}") for s in found["side"]],
        input_title=[input_label(say, str(i)) for i in found["input"]],
        dimension_name=[say.known("dimension", d) for d in found["dimension"]],
    )
    blocks.table(
        view,
        shown,
        "segment-strengths",
        {
            "segment_name": column.TextColumn(say("columns.segment"), pinned=True),
            "side_name": column.TextColumn(say("strong.side")),
            "input_title": column.TextColumn(say("positions.input")),
            "dimension_name": column.TextColumn(say("companies.dimension")),
            "score": column.ProgressColumn(say("strong.mean"), format="%.2f", min_value=0.0, max_value=1.0),
            "vendors": column.NumberColumn(say("positions.holders"), format="%d"),
        },
        alt=say("strong.segments"),
        together=("side_name", "input_title"),
        height=340,
    )
