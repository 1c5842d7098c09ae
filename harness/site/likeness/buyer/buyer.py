"""What likeness means for a buyer, on one board: the best partner of a model, what two and three solve and cost, votes, vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.errors import MissingData
from harness.site.likeness.buyer import portfolio_charts, tables
from harness.site.likeness.buyer.bought import Bought, model_names, portfolios, vendor_names
from harness.site.likeness.buyer.sentences import details
from harness.site.widgets import blocks, contained, controls, item_boards

if TYPE_CHECKING:
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.site.server.view import View

BEST = ""
"""The choice of the most accurate model, whichever it is: what the section opens on."""


@contained.section
def show(view: View, measured: ItemLikeness) -> None:
    """The section: choices, the answer with its chart, further findings, portfolios, the routing bound, tasks nobody solves, vendors."""
    chosen = _chosen(view, measured)
    if chosen is None:
        st.info(view.say("buyer.too_few"), icon=":material/info:")
        return
    blocks.chart(view, portfolio_charts.partners(view, chosen), lead=True)
    st.markdown("\n".join(f"- {blocks.literal(sentence)}" for sentence in details(view, chosen)))
    st.caption(view.say("buyer.conditions"))
    tables.portfolios(view, chosen)
    blocks.chart(view, portfolio_charts.bound(view, chosen))
    tables.unsolved(view, chosen)
    tables.vendors(view, chosen)


def _chosen(view: View, measured: ItemLikeness) -> Bought | None:
    """The portfolios of the visitor's choices; None where fewer than two models are left."""
    say = view.say
    names = model_names(view, measured)
    order = sorted(names, key=lambda label: names[label].casefold())
    try:
        whole = portfolios(view, measured, (), False, None)
    except MissingData:
        return None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        over = controls.select(
            say("buyer.next_to"), [BEST, *order], "next_to", lambda m: names[m] if m else say("buyer.the_best")
        )
        without = controls.multiselect(
            say("buyer.leave_out"), order, "without", names.__getitem__, hint=say("buyer.leave_out_hint")
        )
        unsold = len(whole.without_price)
        priced = bool(unsold) and controls.toggle(
            say("buyer.priced", n=unsold), "priced", help=say("buyer.priced_help")
        )
    out = {*without, *(whole.without_price if priced else ())}
    try:
        found = portfolios(view, measured, without, priced, over if over and over not in out else None)
    except MissingData:
        return None
    segments = dict(zip(measured.models["label"], measured.models["segment"], strict=True))
    board = measured.boards[0]
    return Bought(
        found,
        names,
        segments,
        vendor_names(view),
        item_boards.source(view, measured.boards),
        f"{board.task}-{board.suite_version}",
    )
