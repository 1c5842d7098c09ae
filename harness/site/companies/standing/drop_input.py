"""What the order of vendors would be without each input: how many places each moves, and who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import input_label
from harness.site.companies.standing import positions
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.scores import Choices
    from harness.site.server.view import View


def moved(view: View, choices: Choices) -> pd.DataFrame:
    """``analysis.companies.robustness.drop_input`` of all vendors, cached."""

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.analysis.companies.robustness import drop_input

        return drop_input(positions.inputs(view), choices=choices)

    out: pd.DataFrame = view.derived("drop_input", compute, choices=choices)
    return out


@contained.section
def show(view: View, vendors: pd.DataFrame, choices: Choices) -> None:
    """Mean places moved by leaving each input out, and the ranks without the one chosen."""
    from harness.analysis.companies.robustness import places_moved

    say = view.say
    found = moved(view, choices)
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    found = found[found["vendor_id"].isin(names)]
    summed = places_moved(found).rename(columns={"mean_places": "value", "most_places": "most"})
    if summed.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = summed.assign(label=[input_label(say, str(i)) for i in summed["input"]])
    first = rows.iloc[0]
    blocks.chart(
        view,
        dots.bars(
            rows[["label", "value", "most", "moved"]],
            title=say("dropped.finding", input=first["label"], value=f"{first['value']:.1f}", most=f"{first['most']:.0f}"),
            unit=say("dropped.unit"), note=say("dropped.note"), source=say("positions.source"), name="drop-input", most=40,
        ),
    )  # fmt: skip
    chosen = controls.select(
        say("dropped.without"), list(summed["input"]), "without", lambda i: input_label(say, str(i))
    )
    part = found[found["input"] == chosen].dropna(subset=["rank"])
    part = part.assign(
        vendor=part["vendor_id"].map(names), before=part["rank"] - part["rank_change"], change=-part["rank_change"]
    )
    column = st.column_config
    blocks.table(
        view,
        part.sort_values(["rank", "vendor"]),
        "drop-input-ranks",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "before": column.NumberColumn(say("robustness.rank_before"), format="%d"),
            "rank": column.NumberColumn(say("dropped.rank_without"), format="%d"),
            "change": column.NumberColumn(say("columns.change"), format="%+d"),
        },
        alt=say("dropped.without"),
        height=300,
    )
