"""The first screen: who leads, at what cost, how sure, and how fresh all of it is.

Navigation: top 1 explore
"""

from __future__ import annotations

import streamlit as st

from harness.market.prices.list_prices import RATIO
from harness.site.cost import tradeoff
from harness.site.overview import answers, changes, findings, foot, no_such_page
from harness.site.server import view
from harness.site.widgets import blocks, contained, pins

seen = view.current()
say = seen.say
st.title(say("overview.question"), anchor=False)
no_such_page.show(seen)

held = seen.frame("counts").iloc[0]
if not held[["vendors", "models", "measured_runs", "imported_runs", "reference_runs", "reported_scores"]].any():
    blocks.empty(seen, say("overview.empty"), "harness db rebuild")
    st.stop()

slot_answers, slot_landscape, slot_changes, slot_findings = (st.container() for _ in range(4))

blocks.section(say("overview.questions"))
with st.grid(3, min_column_width=280):
    for page, key, icon in (
        ("choose", "q_model", ":material/checklist:"),
        ("capability", "q_lead", ":material/leaderboard:"),
        ("head_to_head", "q_pair", ":material/compare_arrows:"),
        ("companies", "q_who", ":material/domain:"),
        ("homogeneity", "q_same", ":material/join_inner:"),
        ("opportunities", "q_room", ":material/grid_view:"),
    ):
        blocks.page_link(seen, page, say(f"overview.{key}"), icon)
foot.show(seen, held)

# these last, since the scale of reported scores takes seconds the first time after a publish
with slot_answers, st.skeleton(height=230):
    answers.show(seen, answers.answers(seen))

with slot_changes:
    changes.show(seen)

with slot_findings, contained.part(seen, "findings"):
    others = findings.headlines(seen)
    if others:
        blocks.section(say("overview.findings"))
        for number, finding in enumerate(others, 1):
            with st.container(border=True, key=f"finding-{number}"):
                text, link = st.columns([4, 1], vertical_alignment="center")
                text.markdown(f"{blocks.literal(finding.text)} :gray-badge[{say(f'origin.{finding.origin}')}]")
                with link:
                    label = say("overview.to_page", page=say(f"{finding.page}.title"))
                    blocks.page_link(seen, finding.page, label, ":material/arrow_forward:", **finding.choices)

with slot_landscape, st.skeleton(height=520), contained.part(seen, "landscape"):
    axes = tradeoff.axes(seen)
    shown = tradeoff.tradeoff(seen, axes[0], RATIO) if axes else None
    if shown is not None and len(shown) >= findings.LEAST_PRICED:
        drawn = seen.drawn("landscape", lambda: tradeoff.landscape(seen, shown, axes[0]), pinned=pins.pinned())
        blocks.chart(seen, drawn, lead=True)
