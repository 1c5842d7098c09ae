"""The first screen: who leads, at what cost, how sure, and how fresh all of it is.

Navigation: top 1 explore
"""

from __future__ import annotations

import streamlit as st

from harness.charts.text import count
from harness.market.prices.list_prices import RATIO
from harness.market.prices.price_changes import price_changes
from harness.site.cost import tradeoff
from harness.site.overview import findings
from harness.site.server import view
from harness.site.widgets import blocks, columns

seen = view.current()
say = seen.say
blocks.heading(seen, "overview")

held = seen.frame("counts").iloc[0]
if not held[["vendors", "models", "measured_runs", "imported_runs", "reference_runs", "reported_scores"]].any():
    blocks.empty(seen, say("overview.empty"), "harness db rebuild")
    st.stop()

with st.grid(6, min_column_width=140):
    for key in ("vendors", "models", "offers", "reported_scores", "imported_runs", "measured_runs"):
        note = say("overview.reference_note", n=int(held["reference_runs"])) if key == "measured_runs" else None
        blocks.tile(key, say(f"overview.{key}"), count(held[key]), note if held["reference_runs"] else None)

slot_findings, slot_landscape = st.container(), st.container()

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

blocks.section(say("overview.changes"), say("overview.changes_lead"))
changes = price_changes(seen).head(200)
if changes.empty:
    st.caption(say("overview.no_changes"))
else:
    changes = changes.assign(output_change=changes["output_change"].round(2))  # whole per cent
    blocks.table(seen, changes, "price-changes", columns.price_changes(say), alt=say("overview.changes"), height=250)

blocks.section(say("overview.freshness"), say("overview.freshness_lead"))
fresh = seen.frame("freshness")
fresh = fresh.assign(feeds_names=[", ".join(say.known("feeds", f) for f in str(v).split(", ")) for v in fresh["feeds"]])
blocks.table(seen, fresh, "sources", columns.freshness(say), alt=say("overview.freshness"), height=280)

# last, since the scale of reported scores takes seconds the first time after a publish
with slot_findings, st.skeleton(height=320):
    headlines = findings.headlines(seen)
    if headlines:
        blocks.section(say("overview.findings"), say("overview.findings_lead"))
        for number, finding in enumerate(headlines, 1):
            with st.container(border=True, key=f"finding-{number}"):
                text, link = st.columns([7, 1], vertical_alignment="center")
                text.markdown(f"{blocks.literal(finding.text)} :gray-badge[{say(f'origin.{finding.origin}')}]")
                with link:
                    blocks.page_link(
                        seen, finding.page, say("overview.evidence"), ":material/arrow_forward:", **finding.choices
                    )


with slot_landscape, st.skeleton(height=520):
    axes = tradeoff.axes(seen)
    shown = tradeoff.tradeoff(seen, axes[0], RATIO) if axes else None
    if shown is not None and len(shown) >= findings.LEAST_PRICED:
        blocks.section(say("overview.landscape"))
        blocks.chart(
            seen,
            tradeoff.figure(seen, shown, axes[0], name="landscape"),
        )
