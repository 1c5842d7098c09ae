"""Self-hosted cost: the table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.prices import self_hosted as market
from harness.site.capability import leaderboard
from harness.site.widgets import blocks, contained
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from harness.site.server.view import View


def measured(view: View) -> bool:
    """Whether any run measured its speed; where none did, the way to one."""
    if market.self_hosted(view, market.UTILISATION, None).empty:
        blocks.empty(view, view.say("cost.self_empty"), "harness run --suite quick --model <model>")
        return False
    return True


@contained.section
def show(view: View, use: float, terms: str) -> None:
    """Cost per million tokens on rented GPUs of every run that measured its speed."""
    say = view.say
    costs = market.self_hosted(view, use, terms or None)
    if costs.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    kinds = leaderboard.runs(view)[["run_id", "kind_of_origin"]].drop_duplicates("run_id")
    costs = costs.merge(kinds, on="run_id", how="left")
    costs = costs.assign(origin_name=[say(f"origin.{o}") for o in costs["kind_of_origin"]])
    column = st.column_config
    blocks.table(
        view,
        costs,
        "self-hosted",
        {
            "model": column.TextColumn(say("columns.model"), pinned=True),
            "origin_name": column.TextColumn(say("columns.origin")),
            "device_name": column.TextColumn(say("columns.device")),
            "tokens_per_s": column.NumberColumn(say("columns.speed"), format="%,.0f"),
            "per_mtok": column.NumberColumn(say("cost.per_mtok"), format=MONEY),
            "low": column.NumberColumn(say("cost.cheapest"), format=MONEY),
            "high": column.NumberColumn(say("cost.dearest"), format=MONEY),
            "offers": column.NumberColumn(say("cost.gpu_offers"), format="%d"),
            "wh_per_ktok": column.NumberColumn(say("cost.energy"), format="%.3g"),
        },
        alt=say("cost.self"),
    )
    if costs["per_mtok"].isna().any():
        st.caption(say("cost.no_gpu_price"))
