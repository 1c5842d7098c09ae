"""Providers against each other on the models that both sell: who asks less, how often and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import grid
from harness.charts.text import number
from harness.site.widgets import blocks

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

LEAST = 5
"""Models that two providers must both sell before a share of them is shown."""
MOST = 10
"""Providers on the chart, those that share most models: more names would not be read on a telephone."""


def pairs(view: View, ratio: float) -> pd.DataFrame:
    """``analysis.cost.undercutting`` of pairs that share enough models, with ``share`` and the providers' names."""

    def compute(ratio: float) -> pd.DataFrame:
        from harness.analysis.cost import list_prices, undercutting

        listed = list_prices(view.frame("prices"), ratio=ratio)
        names = dict(zip(listed["provider_id"], listed["provider"], strict=True))
        found = undercutting(listed)
        found = found[found["shared"] >= LEAST]
        return found.assign(
            share=found["models"] / found["shared"],
            cheaper_name=found["cheaper"].map(names),
            dearer_name=found["dearer"].map(names),
        )

    out: pd.DataFrame = view.derived("undercutting", compute, ratio=ratio)
    return out


def square(found: pd.DataFrame) -> tuple[pd.DataFrame, pd.Series[float]]:
    """Share of shared models on which the row asks less than the column, and each row's share over all columns.

    The providers that share most models with others, cheapest first. Empty where too few models are shared, or all at
    the same price.
    """
    wins = found.pivot(index="cheaper", columns="dearer", values="models")
    shared = found.pivot(index="cheaper", columns="dearer", values="shared")
    shared = shared.combine_first(shared.T)
    busiest = shared.sum(axis=1).sort_values(ascending=False, kind="stable").index[:MOST]
    shared = shared.loc[busiest, busiest]
    wins = wins.reindex(index=busiest, columns=busiest).fillna(0.0)
    total = (wins.where(shared.notna()).sum(axis=1) / shared.sum(axis=1)).dropna()
    order = total.sort_values(ascending=False, kind="stable").index
    return (wins / shared).loc[order, order], total.loc[order]


def show(view: View, ratio: float) -> None:
    """Who undercuts whom: a table of colours of the busiest providers, and every pair in a table."""
    say = view.say
    found = pairs(view, ratio)
    if found.empty:
        return
    names = dict(zip(found["cheaper"], found["cheaper_name"], strict=True))
    names |= dict(zip(found["dearer"], found["dearer_name"], strict=True))
    shares, total = square(found)
    blocks.section(say("rivals.title"), say("rivals.lead", least=LEAST))
    if len(total) >= 2:
        blocks.chart(
            view,
            grid.heat(
                shares.rename(index=names, columns=names),
                title=say("rivals.finding", first=names[total.index[0]], share=f"{total.iloc[0]:.0%}",
                          last=names[total.index[-1]], least=f"{total.iloc[-1]:.0%}", n=len(total)),
                unit=say("rivals.unit"), note=say("rivals.note", least=LEAST), source=say("cost.source"),
                name="undercutting", bounds=(0.0, 1.0), data=found,
            ),
        )  # fmt: skip
    column = st.column_config
    median = number(float(found["median_ratio"].median()), 2)
    st.caption(say("rivals.table_lead", n=f"{len(found):,}", ratio=median))
    blocks.table(
        view,
        found,
        "undercutting-pairs",
        {
            "cheaper_name": column.TextColumn(say("rivals.cheaper"), pinned=True),
            "dearer_name": column.TextColumn(say("rivals.dearer")),
            "models": column.NumberColumn(say("rivals.models"), format="%d"),
            "shared": column.NumberColumn(say("rivals.shared"), format="%d"),
            "share": column.NumberColumn(say("rivals.share"), format="percent"),
            "median_ratio": column.NumberColumn(say("rivals.ratio"), format="%.2f"),
        },
        alt=say("rivals.title"),
        height=300,
    )
