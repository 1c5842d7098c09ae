"""Who leads, by how much, and whether the lead is real.

Navigation: models 1 leaderboard
"""

from __future__ import annotations

import streamlit as st

from harness.site.capability import (
    firmness,
    leaderboard,
    one_model,
    parts,
    published,
    ranking,
    suite_index,
    trend,
    unplaced,
)
from harness.site.server import view
from harness.site.widgets import blocks, contained

seen = view.current()
blocks.heading(seen, "capability")

origins = leaderboard.present_origins(seen)
if not origins:
    command = "harness run --suite calibration --model data/reference/<name>"
    blocks.empty(seen, seen.say("capability.empty"), command)
    st.stop()

SHOWN = {
    "ranking": ranking.show,
    "trends": trend.show,
    "models": one_model.show,
    "firm": firmness.show,
    "benchmark": published.show,
    "runs": suite_index.show,
    "unplaced": unplaced.show,
}
chosen = parts.chosen(seen, origins)
with contained.part(seen, chosen):
    SHOWN[chosen](seen)
