"""One model: how good, how dear, how old, how open, how sure; and behind that all that is known of it.

Navigation: models 2 info
"""

from __future__ import annotations

import streamlit as st

from harness.site.product import (
    chosen,
    compare_with,
    first_lines,
    product_likeness,
    product_line,
    product_prices,
    product_runs,
    published_scores,
    standing,
)
from harness.site.server import view
from harness.site.widgets import blocks, controls, pins

seen = view.current()
say = seen.say

if seen.frame("models").empty and seen.frame("runs").empty:
    blocks.heading(seen, "model")
    blocks.empty(seen, say("model.empty"), "harness db rebuild")
    st.stop()
product = chosen.chosen(seen)
if product is None:
    st.stop()

first_lines.show(seen, product)
pins.button(seen, product.id, "page")
PARTS = {
    "standing": standing.show,
    "scores": published_scores.show,
    "prices": product_prices.show,
    "line": product_line.show,
    "alike": product_likeness.show,
    "runs": product_runs.show,
}
part = controls.segmented(say("runs_and_samples.part"), list(PARTS), "about", lambda p: say(f"model.{p}"))
PARTS[part](seen, product)
compare_with.show(seen, product)
