"""Rents of GPUs: the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.text import dollars
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.site.server.view import View


def terms(view: View) -> list[str]:
    """Terms of the rents, with an empty one for all."""
    return ["", *sorted(t for t in set(view.frame("gpu_prices")["terms"]) if isinstance(t, str))]


@contained.section
def show(view: View) -> None:
    """Every rent with its cloud, terms, date and source."""
    say, column = view.say, st.column_config
    gpus = view.frame("gpu_prices")
    if gpus.empty:
        return
    lowest = gpus.loc[gpus["per_gpu_hour"].idxmin()]
    blocks.section(say("cost.gpus"), say("cost.gpus_lead", gpu=lowest["gpu"], price=dollars(lowest["per_gpu_hour"])))
    blocks.table(
        view,
        gpus,
        "gpu-prices",
        {
            "gpu": column.TextColumn(say("cost.gpu"), pinned=True),
            "cloud": column.TextColumn(say("cost.cloud")),
            "gpus": column.NumberColumn(say("cost.gpu_count"), format="%d"),
            "memory_gb": column.NumberColumn(say("cost.gpu_memory"), format="%.0f"),
            "terms": column.TextColumn(say("cost.terms")),
            "per_gpu_hour": column.NumberColumn(say("cost.hour"), format="$%.3f"),
            "as_of": column.DateColumn(say("columns.as_of"), format="YYYY-MM-DD"),
            "source": column.TextColumn(say("columns.source")),
        },
        alt=say("cost.gpus"),
        height=300,
    )
