"""Providers against each other on the models that both sell: who asks less, how often and by how much."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import grid
from harness.charts.text import number
from harness.site.cost import dispersion
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

LEAST = 5
"""Models that two providers must both sell before a share of them is shown."""
MOST = 10
"""Providers on the chart, those that share most models: more names would not be read on a telephone."""


def pairs(view: View, ratio: float) -> pd.DataFrame:
    """``analysis.cost.dispersion.undercutting`` of pairs that share enough models, with ``share`` (per cent) and the providers' names."""

    def compute(ratio: float) -> pd.DataFrame:
        from harness.analysis.cost.dispersion import undercutting
        from harness.market.prices.dispersion import trusted_offers

        offers = trusted_offers(view, ratio)
        names = dict(zip(offers["provider_id"], offers["provider"], strict=True))
        rivals = undercutting(offers)
        rivals = rivals[rivals["shared"] >= LEAST]
        return rivals.assign(
            share=100 * rivals["models"] / rivals["shared"],
            cheaper_name=rivals["cheaper"].map(names),
            dearer_name=rivals["dearer"].map(names),
        )

    out: pd.DataFrame = view.derived("undercutting", compute, ratio=ratio)
    return out


@contained.section
def show(view: View, ratio: float) -> None:
    """Who undercuts whom: a table of colours of the busiest providers, and every pair in a table."""
    from harness.analysis.cost.dispersion import win_rates

    say = view.say
    rivals = pairs(view, ratio)
    if rivals.empty:
        return
    names = dict(zip(rivals["cheaper"], rivals["cheaper_name"], strict=True))
    names |= dict(zip(rivals["dearer"], rivals["dearer_name"], strict=True))
    shares, total = win_rates(rivals, most=MOST)
    blocks.section(say("rivals.title"), say("rivals.lead", least=LEAST))
    if len(total) >= 2:
        blocks.chart(
            view,
            grid.heat(
                shares.rename(index=names, columns=names),
                title=say("rivals.finding", first=names[total.index[0]], share=f"{total.iloc[0]:.0%}",
                          last=names[total.index[-1]], least=f"{total.iloc[-1]:.0%}", n=len(total)),
                unit=say("rivals.unit"), note=say("rivals.note", least=LEAST), source=dispersion.source(view),
                name="undercutting", bounds=(0.0, 1.0), data=rivals,
            ),
        )  # fmt: skip
    column = st.column_config
    median = number(float(rivals["median_ratio"].median()), 2)
    st.caption(say("rivals.table_lead", n=f"{len(rivals):,}", ratio=median))
    blocks.table(
        view,
        rivals,
        "undercutting-pairs",
        {
            "cheaper_name": column.TextColumn(say("rivals.cheaper"), pinned=True),
            "dearer_name": column.TextColumn(say("rivals.dearer")),
            "models": column.NumberColumn(say("rivals.models"), format="%d"),
            "shared": column.NumberColumn(say("rivals.shared"), format="%d"),
            "share": column.NumberColumn(say("rivals.share"), format="%.0f%%"),
            "median_ratio": column.NumberColumn(say("rivals.ratio"), format="%.2f"),
        },
        alt=say("rivals.title"),
        together=("dearer_name", "median_ratio"),
        height=300,
    )
