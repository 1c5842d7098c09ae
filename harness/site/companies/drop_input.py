"""What the order of vendors would be without each input: how many places each moves, and who moves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.site.companies import inputs
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


def by_input(found: pd.DataFrame) -> pd.DataFrame:
    """``drop_input`` summed up: ``input, dimension, value`` (mean places moved), ``most`` (largest), ``moved`` (vendors).

    The input that moves the vendors most comes first.
    """
    rows = found.dropna(subset=["rank_change"])
    rows = rows.assign(places=rows["rank_change"].abs().astype(float))
    out = rows.groupby(["input", "dimension"], as_index=False).agg(
        value=("places", "mean"), most=("places", "max"), moved=("places", lambda p: int((p > 0).sum()))
    )
    return out.sort_values(["value", "input"], ascending=[False, True], ignore_index=True)


def show(view: View, vendors: pd.DataFrame, how: str, mean: str, weights: tuple[tuple[str, float], ...]) -> None:
    """Mean places moved by leaving each input out, and the ranks without the one chosen."""
    say = view.say

    def compute(**chosen: Any) -> pd.DataFrame:
        from harness.analysis.companies.positioning import drop_input

        return drop_input(inputs.inputs(view), choices=inputs.choices(**chosen))

    found: pd.DataFrame = view.derived("drop_input", compute, how=how, mean=mean, weights=weights)
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    found = found[found["vendor_id"].isin(names)]
    summed = by_input(found)
    if summed.empty:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = summed.assign(label=[inputs.input_name(view, str(i)) for i in summed["input"]])
    first = rows.iloc[0]
    blocks.chart(
        view,
        dots.bars(
            rows[["label", "value", "most", "moved"]],
            title=say("dropped.finding", input=first["label"], value=f"{first['value']:.1f}", most=f"{first['most']:.0f}"),
            unit=say("dropped.unit"), note=say("dropped.note"), source=say("positions.source"), name="drop-input", most=40,
        ),
    )  # fmt: skip
    chosen = controls.one(
        say("dropped.without"), list(summed["input"]), "without", lambda i: inputs.input_name(view, str(i))
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
