"""The products that are compared: two, and up to four beside them; their ids stand in the URL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.alike import products as market
from harness.site.capability import scale
from harness.site.widgets import address, item_boards

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

KEY = "models"
MOST_BESIDE = 4
"""Products beside the first two: six marks are told apart on a chart."""


def products(view: View) -> pd.DataFrame:
    """``market.alike.products`` of the database."""
    out: pd.DataFrame = view.derived("comparable", lambda: market.products(view, scale.board(view)))
    return out


def makers(view: View) -> dict[str, str]:
    """The vendor of each product of the catalog."""
    models = view.frame("models")
    ids = models["product_id"].fillna(models["model_id"])
    return dict(zip(ids, models["vendor_id"], strict=True))


def product_ids(view: View) -> dict[str, str]:
    """The product of each model of the catalog."""
    out: dict[str, str] = view.derived("product_ids", lambda: market.product_ids(view))
    return out


def leaders(view: View) -> tuple[str, str] | None:
    """The products on which the page opens; None where there are not two."""

    def compute() -> tuple[str, str] | None:
        return market.leaders(products(view), item_boards.every(view), product_ids(view))

    out: tuple[str, str] | None = view.derived("scale_leaders_with_items", compute)
    return out


def choose(view: View) -> tuple[list[str], bool]:
    """Ids of the chosen products, the two that are compared first, and whether the page chose them.

    The URL is the one truth: a change writes it, and what stands in it is shown. Names and labels of old links are understood.
    """
    say, rows = view.say, products(view)
    first = leaders(view)
    assert first is not None  # the page asks only where there are two
    others: dict[str, str] = view.derived("other_names", lambda: market.other_names(view))
    address.keep(KEY)
    asked = market.meant(st.query_params.get_all(KEY), rows, others)
    shown = asked if len(asked) > 1 else [*asked, *(id for id in first if id not in asked)][:2]
    names, ids = dict(zip(rows["id"], rows["name"], strict=True)), list(rows["id"])
    one, two, beside = shown[0], shown[1], shown[2 : 2 + MOST_BESIDE]
    st.session_state.update({"head_a": one, "head_b": two, "head_more": beside})

    def changed() -> None:
        state = st.session_state
        pair = [state["head_a"], state["head_b"]]
        if pair[0] == pair[1]:  # the other box's product was chosen: the two change places
            pair = [two, one]
        st.query_params[KEY] = list(dict.fromkeys([*pair, *state["head_more"]]))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, label in (("head_a", say("head_to_head.product_a")), ("head_b", say("head_to_head.product_b"))):
            st.selectbox(label, ids, format_func=names.__getitem__, key=key, on_change=changed)
        st.multiselect(
            say("head_to_head.beside"), [id for id in ids if id not in (one, two)], format_func=names.__getitem__, key="head_more",
            max_selections=MOST_BESIDE, placeholder=say("head_to_head.beside_hint"), on_change=changed,
        )  # fmt: skip
    return [one, two, *beside], not asked
