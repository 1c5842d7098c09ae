"""Ways on from the answer of Choose a model: questions people ask, and the chosen models on other pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.choice.choose import best_value
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

QUESTIONS: dict[str, dict[str, str]] = {
    "service": {"task": "chinese-customer-service", "budget": "0.5"},
    "code": {"task": "coding-agent", "terms": "open"},
    "documents": {"task": "long-documents", "budget": "2"},
    "chat": {"task": "chat", "terms": "permissive", "memory": "80", "bits": "8"},
}
"""Questions that many ask, each by the choices in the URL that ask it."""
SIDE_BY_SIDE = 3
"""Models that Head to head opens on: two and one beside them can be read at a glance."""


@contained.section
def questions(view: View) -> None:
    """Links that ask what many ask, each with one click."""
    with st.container(horizontal=True, gap="small"):
        for name, choices in QUESTIONS.items():
            blocks.page_link(view, "choose", view.say(f"choose.ask_{name}"), ":material/help:", **choices)


@contained.section
def onward(view: View, known: pd.DataFrame, most: int) -> None:
    """Links to the first model against the next ones, and to a report on the first ``most``."""
    say = view.say
    if known.empty:
        return
    compared = list(known["product_id"].head(SIDE_BY_SIDE))
    cheap = best_value(known)
    if cheap is not None and cheap["product_id"] not in compared:
        compared = [compared[0], cheap["product_id"], *compared[1 : SIDE_BY_SIDE - 1]]
    with st.container(horizontal=True, gap="small"):
        if len(compared) > 1:
            label = say("choose.to_head_to_head", n=len(compared))
            blocks.page_link(view, "head_to_head", label, ":material/compare_arrows:", models=compared)
        label = say("choose.to_report", n=min(most, len(known)))
        blocks.page_link(
            view, "reports", label, ":material/description:", r_models=list(known["product_id"].head(most))
        )
