"""What capability costs: the best value, a task, a token, how prices fall, who sells for less, one's own machines; one part at a time.

Navigation: models 3 payments
"""

from __future__ import annotations

import streamlit as st

from harness.market.prices.list_prices import RATIO
from harness.market.prices.self_hosted import UTILISATION
from harness.site.cost import (
    best_value,
    dispersion,
    gpus,
    own_machine,
    parts,
    price_history,
    self_hosted,
    solved,
    tasks,
    tradeoff,
    undercutting,
)
from harness.site.server import view
from harness.site.widgets import blocks, controls

seen = view.current()
say = seen.say
blocks.heading(seen, "cost")

part = parts.choose(seen)
if part != "own" and seen.frame("list_prices", ratio=RATIO, cached=0.0).empty:
    blocks.empty(seen, say("cost.empty"), "harness catalog refresh")
    st.stop()
if part in ("prices", "history", "providers"):
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ratio = controls.slider(say("cost.ratio"), 0.0, 20.0, RATIO, 0.5, "ratio", help=say("cost.ratio_help"))
        if part != "providers":
            cached = controls.slider(say("cost.cached"), 0.0, 1.0, 0.0, 0.1, "cached", help=say("cost.cached_help"))
if part == "value":
    best_value.show(seen)
elif part == "tasks":
    tasks.show(seen)
    solved.show(seen)
elif part == "prices":
    tradeoff.show(seen, ratio, cached)
elif part == "history":
    price_history.show(seen, ratio, cached)
elif part == "providers":
    dispersion.show(seen, ratio)
    undercutting.show(seen, ratio)
else:
    own_machine.show(seen)
    gpus.show(seen)
    blocks.section(say("cost.self"), say("cost.self_lead"))
    if not self_hosted.measured(seen):
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        use = controls.slider(
            say("cost.utilisation"), 0.05, 1.0, UTILISATION, 0.05, "use", help=say("cost.utilisation_help")
        )
        terms = controls.select(say("cost.terms"), gpus.terms(seen), "terms", lambda t: t or say("controls.all"))
    self_hosted.show(seen, use, terms)
