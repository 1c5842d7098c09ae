"""Which model the URL asks for; where none or an unknown one, the way to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.products.about import Product, nearest, product
from harness.site.capability import scale
from harness.site.widgets import address, blocks, search_box

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

KEY = "model"
"""The model's id in the URL; other names of it work too."""
LISTED = 10
"""Models in each list of a page that no model was asked of: a screen of a telephone."""


def chosen(view: View) -> Product | None:
    """The product that the URL means, None where it names none; the way to others is then on the page."""
    address.keep(KEY)
    wanted = st.query_params.get(KEY, "").strip()
    if not wanted:
        blocks.heading(view, "model")
        _ways(view)
        return None
    entries = search_box.entries(view)
    found = product(view, entries, wanted)
    if found is None:
        blocks.heading(view, "model")
        say = view.say
        near = nearest(entries, wanted)
        st.info(blocks.literal(say("model.unknown_near" if near else "model.unknown", wanted=wanted[:80])),
                icon=":material/search_off:")  # fmt: skip
        for entry in near:
            blocks.page_link(view, "model", search_box.label(view, entry), search_box.ICONS["model"], model=entry.id)
        if not near:
            _ways(view)
    if found is not None:
        # a link from one model to another leaves the address of the first, which a reload would open again
        st.query_params[KEY] = found.id
        search_box.remember(found.id)
    return found


def _ways(view: View) -> None:
    """The highest ranked and the newest models, as links."""
    say = view.say
    st.markdown(say("model.how"))
    board, newest = scale.board(view), view.frame("releases")
    lists: list[tuple[str, pd.DataFrame, str]] = []
    if len(board):
        lists.append((say("model.highest"), board, "model"))
    if len(newest):
        lists.append((say("model.newest_title"), newest, "name"))
    with st.grid(2, min_column_width=300):
        for title, rows, name in lists:
            with st.container():
                st.header(title, anchor=False)
                for id, text in rows[["model_id", name]].head(LISTED).itertuples(index=False):
                    blocks.page_link(view, "model", str(text), search_box.ICONS["model"], model=str(id))
