"""Rents of GPUs: the table of offers of the catalog's last year, per GPU and hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import dollars
from harness.market.own_machines import rents
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

CARD, KIND = "H100", "on-demand"
"""The card and terms that the lead names: what most who rent compare with."""


def terms(view: View) -> list[str]:
    """Terms of the rents, with an empty one for all."""
    return ["", *sorted(t for t in set(view.frame("gpu_prices")["terms"]) if isinstance(t, str))]


@contained.section
def show(view: View) -> None:
    """Rents with cloud, terms, date and source: of the last year that the catalog knows, or all."""
    say, column = view.say, st.column_config
    every = view.frame("gpu_prices")
    if every.empty:
        return
    rent = rents.rent(view, CARD, KIND)
    lead = say("cost.gpus_lead")
    if rent is not None:
        span = rent.newest if rent.oldest == rent.newest else f"{rent.oldest} – {rent.newest}"
        lead += " " + say("cost.gpus_card", gpu=CARD, n=rent.clouds, price=dollars(rent.median), low=dollars(rent.cheapest),
                          high=dollars(rent.dearest), days=span)  # fmt: skip
    blocks.section(say("cost.gpus"), lead)
    shown = every if controls.toggle(say("cost.gpus_older"), "older_rents") else recent(every)
    shown = shown.sort_values(
        ["memory_gb", "gpu", "per_gpu_hour", "cloud", "gpus"],
        ascending=[False, False, True, True, True],
        ignore_index=True,
    )
    blocks.table(
        view,
        shown,
        "gpu-prices",
        {
            "gpu": column.TextColumn(say("cost.gpu"), pinned=True),
            "per_gpu_hour": column.NumberColumn(say("cost.hour"), format=MONEY),
            "gpus": column.NumberColumn(say("cost.gpu_count"), format="%d", help=say("cost.gpu_count_help")),
            "memory_gb": column.NumberColumn(say("cost.gpu_memory"), format="%.0f"),
            "cloud": column.TextColumn(say("cost.cloud")),
            "terms": column.TextColumn(say("cost.terms"), width=190),
            "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
            "url": columns.link(say("columns.link")),
        },
        alt=say("cost.gpus"),
        height=360,
    )


def recent(every: pd.DataFrame) -> pd.DataFrame:
    """Of each cloud, card, number and terms the newest offer, where it is of the year before the newest of all."""
    import pandas as pd

    day = pd.to_datetime(every["as_of"])
    fresh = every[day > day.max() - pd.Timedelta(days=rents.FRESH_DAYS)].sort_values("as_of")
    return fresh.drop_duplicates(["cloud", "gpu", "gpus", "terms"], keep="last")
