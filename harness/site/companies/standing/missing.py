"""What the order of vendors would be if their missing inputs were drawn from what the others say of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.statistics.seed import SEED
from harness.charts import dots
from harness.site.companies.standing import positions
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.companies.scores import Choices
    from harness.site.server.view import View

FAR = 3
"""Places between the two ranks that count as far."""


@contained.section
def show(view: View, vendors: pd.DataFrame, choices: Choices) -> None:
    """Ranks with missing inputs left missing beside ranks with them drawn, with the interval over the draws."""
    say = view.say

    def compute(choices: Choices) -> pd.DataFrame:
        from harness.analysis.companies.rank_variance import imputed_ranks

        return imputed_ranks(positions.inputs(view), seed=SEED, choices=choices)

    ranks: pd.DataFrame = view.derived("imputed_ranks", compute, choices=choices)
    names = dict(zip(vendors["vendor_id"], vendors["vendor"], strict=True))
    rows = ranks[ranks["vendor_id"].isin(names)]
    if len(rows) < 2:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    rows = rows.assign(vendor=rows["vendor_id"].map(names), change=rows["rank"] - rows["imputed"])
    agree = float(rows["rank"].astype(float).corr(rows["imputed"].astype(float), method="spearman"))
    far = int((rows["change"].abs() > FAR).sum())
    shown = rows.sort_values(["imputed", "vendor"]).head(25)
    blocks.chart(
        view,
        dots.profile(
            shown.assign(thing=say("missing.drawn"), dimension=shown["vendor"], value=shown["imputed"])[
                ["thing", "dimension", "value", "low", "high", "rank"]
            ],
            title=say("missing.finding", n=far, all=len(rows), places=FAR, agree=f"{agree:.2f}"),
            unit=say("positions.rank_unit"), note=say("missing.note"), source=say("positions.source"), name="imputed-ranks",
        ),
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view,
        rows.sort_values(["rank", "vendor"]),
        "imputed-ranks-table",
        {
            "vendor": column.TextColumn(say("columns.vendor"), pinned=True),
            "rank": column.NumberColumn(say("missing.left"), format="%d"),
            "imputed": column.NumberColumn(say("missing.drawn"), format="%d"),
            "low": column.NumberColumn(say("positions.low"), format="%d"),
            "high": column.NumberColumn(say("positions.high"), format="%d"),
            "change": column.NumberColumn(say("columns.change"), format="%+d"),
        },
        alt=say("missing.title"),
        height=300,
    )
