"""What capability costs: a task, a token, one's own machines; the frontier, who undercuts whom, and how prices fall.

Navigation: models 3 payments
"""

from __future__ import annotations

import streamlit as st

from harness.market.prices.list_prices import RATIO
from harness.market.prices.self_hosted import UTILISATION
from harness.site.cost import (
    dispersion,
    gpus,
    own_machine,
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

if seen.frame("list_prices", ratio=RATIO, cached=0.0).empty:
    blocks.empty(seen, say("cost.empty"), "harness catalog refresh")
else:
    tasks.show(seen)
    solved.show(seen)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        ratio = controls.slider(say("cost.ratio"), 0.0, 20.0, RATIO, 0.5, "ratio", help=say("cost.ratio_help"))
        cached = controls.slider(say("cost.cached"), 0.0, 1.0, 0.0, 0.1, "cached", help=say("cost.cached_help"))
    tradeoff.show(seen, ratio, cached)
    price_history.show(seen, ratio, cached)
    dispersion.show(seen, ratio)
    undercutting.show(seen, ratio)

own_machine.show(seen)
blocks.section(say("cost.self"), say("cost.self_lead"))
with st.container(horizontal=True, vertical_alignment="bottom"):
    use = controls.slider(
        say("cost.utilisation"), 0.05, 1.0, UTILISATION, 0.05, "use", help=say("cost.utilisation_help")
    )
    terms = controls.select(say("cost.terms"), gpus.terms(seen), "terms", lambda t: t or say("controls.all"))
self_hosted.show(seen, use, terms)
gpus.show(seen)
