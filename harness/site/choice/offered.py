"""The answer of Choose a model: the few models that it offers, side by side, each with its reasons."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.choice.offers import offers
from harness.reports import choice_text
from harness.site.choice import next_steps, results
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.choice.wish import Wish
    from harness.site.server.view import View


@contained.section
def show(view: View, wish: Wish, rows: pd.DataFrame, proof: pd.DataFrame) -> None:
    """What to take, the offers, what the answer rests on, and the ways on."""
    say = view.say
    first = choice_text.reasons(say, wish, rows, proof)[0]
    known = rows[rows["standing"].eq("known")]
    with st.container(border=True, key="choice-answer"):
        st.markdown(f"## {blocks.literal(first)}")
        if len(known):
            _offers(view, known)
        st.caption(blocks.literal(choice_text.paragraph(say, choice_text.rests_on(say, wish, rows, proof))))
        next_steps.onward(view, known, results.REPORTED)


def _offers(view: View, known: pd.DataFrame) -> None:
    say = view.say
    weights = set(known.loc[known["open_weights"].eq(True), "product_id"])
    with st.grid(3, min_column_width=250):
        for reason, row in offers(known):
            with st.container(border=True, key=f"offer-{reason}-{row['product_id']}", height="stretch", gap="xsmall"):
                said = say(f"choose.offer_{reason}")
                if reason != "open" and row["product_id"] in weights and len(weights) < len(known):
                    said += f" · {say('choose.cond_open')}"
                st.caption(blocks.literal(said))
                blocks.page_link(view, "model", str(row["model"]), None, model=str(row["product_id"]))
                for sentence in choice_text.offer(say, row):
                    st.markdown(blocks.literal(sentence))
