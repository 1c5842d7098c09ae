"""The runs of one model, and the way to their scores and samples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.site.product import known
from harness.site.widgets import blocks, columns, contained

if TYPE_CHECKING:
    from harness.market.products.about import Product
    from harness.site.server.view import View


@contained.section
def show(view: View, product: Product) -> None:
    """Every run of the model, newest first, and links to the items of the newest."""
    say = view.say
    rows = known.runs(view, product)
    if rows.empty:
        st.info(blocks.literal(say("model.no_runs", model=product.name)), icon=":material/info:")
        return
    blocks.section(say("model.runs_title", n=len(rows)), say("runs_and_samples.runs_lead"))
    shown = rows.drop(columns=["model_id"])  # the model is the page's own
    blocks.table(view, shown, "model-runs", columns.runs(say), alt=say("model.runs_title", n=len(rows)), height=320)
    with st.container(horizontal=True):
        for name in list(dict.fromkeys(rows["model"]))[:4]:
            blocks.page_link(
                view,
                "runs_and_samples",
                say("model.samples", model=name),
                ":material/fact_check:",
                runs_model=str(name),
            )
