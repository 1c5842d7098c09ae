"""The answer of Homogeneity in one sentence and five numbers, each clause chosen by the figures and their intervals."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.likeness.release_trend import LEAST_MODELS
from harness.reports.likeness_text import group_row, plain, sentence, signed, trend_row, trend_verdict
from harness.site.likeness.shown import ends
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.market.alike.findings import Findings
    from harness.site.likeness.shown import Shown
    from harness.site.server.view import View


@contained.section
def answer(view: View, shown: Shown) -> None:
    """The sentence and its numbers."""
    found = shown.found
    st.markdown(f"## {blocks.literal(sentence(view.say, found))}")
    _numbers(view, found)


def _numbers(view: View, found: Findings) -> None:
    say = view.say
    cards = []
    for relation in ("between", "within"):
        row = group_row(found, "kappa_at_like_accuracy", relation)
        value = "–" if row is None else plain(row["mean"])
        note = say("likeness.no_pairs") if row is None else ends(view, row["low"], row["high"])
        cards.append((say(f"likeness.kappa_{relation}"), value, note, say("likeness.kappa_help")))
    row = group_row(found, "both_wrong", "between")
    value, note = ("–", say("likeness.no_pairs")) if row is None else (
        f"{plain(row['mean'], 1)}×", ends(view, row["low"], row["high"], 1))  # fmt: skip
    cards.append((say("likeness.both_wrong"), value, note, say("likeness.both_wrong_help")))
    share, (low, high) = found.share, found.first_share
    few = len(found.models) < LEAST_MODELS or share != share
    cards.append(
        (
            say("likeness.first_share"),
            "–" if few else f"{share:.0%}",
            say("likeness.too_few_models", least=LEAST_MODELS)
            if few
            else say("likeness.ends", low=f"{low:.0%}", high=f"{high:.0%}"),
            say("likeness.first_share_help"),
        )
    )
    row = trend_row(found, "residual")
    known = trend_verdict(row) != "unknown"
    cards.append(
        (
            say("likeness.trend"),
            signed(row["per_year"]) if known else "–",
            say("likeness.plus_minus", half=plain(row["half_width"]))
            if known
            else say("likeness.too_few_models", least=LEAST_MODELS),
            say("likeness.trend_help"),
        )
    )
    with st.grid(5, min_column_width=150):
        for label, value, note, help in cards:
            st.metric(label, value, note, delta_color="off", delta_arrow="off", border=True, help=help)
    st.caption(say("likeness.band_note", low=f"{found.band[0]:.0%}", high=f"{found.band[1]:.0%}"))
