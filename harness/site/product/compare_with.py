"""Whom to compare a model with: links to Head to head with the nearest in rank and the best at its price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.prices.list_prices import list_prices
from harness.market.products.rivals import rivals
from harness.site.capability import scale
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.market.products.about import Product
    from harness.site.server.view import View

ICONS = {"rank": ":material/compare_arrows:", "price": ":material/payments:"}


@contained.section
def show(view: View, product: Product) -> None:
    """One link a rival."""
    say = view.say
    board = scale.board(view)
    if board.empty:
        return
    rows = rivals(board, list_prices(view), product.id)
    if rows.empty:
        return
    blocks.section(say("model.compare"), say("model.compare_lead"))
    with st.grid(3, min_column_width=240):
        for why, id, name in rows[["why", "model_id", "model"]].itertuples(index=False):
            blocks.page_link(view, "head_to_head", say(f"model.rival_{why}", model=name), ICONS[str(why)],
                             models=[product.id, str(id)])  # fmt: skip
