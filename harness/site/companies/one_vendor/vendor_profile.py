"""A vendor's profile: first screen, last year, five dimensions with rank intervals, facts, relations, what is not known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import dots
from harness.site.companies.against import figure_text
from harness.site.companies.one_vendor import first_screen, last_year, vendor_facts, vendor_gaps, vendor_relations
from harness.site.companies.standing import input_table, positions, strengths
from harness.site.evidence.runs import present
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.site.server.view import View


@contained.section
def show(view: View, vendor: Mapping[Any, Any]) -> None:
    """One vendor: how it stands, what it did in the last year, and everything behind that with date and source."""
    vendor_id = str(vendor["vendor_id"])
    blocks.section(blocks.literal(vendor["vendor"]))
    group = figure_text.names(view).get(str(vendor["parent_id"]))
    where = [vendor["segment_name"], vendor["country_name"], vendor["city"], vendor["founded"],
             view.say("vendor.part_of", group=group) if group else None]  # fmt: skip
    st.caption(blocks.literal(" · ".join(str(w) for w in where if present(w) and w != "–")))
    first_screen.show(view, vendor)
    last_year.show(view, vendor)
    vendor_gaps.show(view, vendor)
    dimensions(view, vendor)
    strengths.of_vendor(view, vendor_id)
    blocks.section(view.say("positions.inputs"), view.say("positions.inputs_lead"))
    rows = positions.normalised(view)
    input_table.show(view, rows[rows["vendor_id"] == vendor_id], None, "vendor")
    vendor_relations.models(view, vendor_id)
    vendor_facts.show(view, vendor_id)
    vendor_relations.relations(view, vendor_id)


def dimensions(view: View, vendor: Mapping[Any, Any]) -> None:
    """Percentile of the vendor on each of the five dimensions as a dot plot, with how many inputs are known."""
    import pandas as pd

    from harness.analysis.companies.positioning import coverage
    from harness.analysis.companies.scores import DEFAULT
    from harness.catalog.schema import DIMENSIONS

    say = view.say
    blocks.section(say("companies.dimensions"), say("companies.dimensions_lead"))
    st.caption(say("vendor.standing_note"))
    places = positions.on_dimensions(view, DEFAULT)
    mine = places[places["vendor_id"] == vendor["vendor_id"]].set_index("dimension")["score"]
    scores = {d: float(mine[d]) for d in DIMENSIONS if d in mine and mine[d] == mine[d]}
    if not scores:
        st.caption(say("companies.no_dimensions"))
        return
    held = coverage(positions.normalised(view), str(vendor["vendor_id"])).set_index("dimension")
    shown = pd.DataFrame(
        [
            {"thing": vendor["vendor"], "value": scores.get(d, float("nan")), "held": int(held["held"].get(d, 0)),
             "all": int(held["all"].get(d, 0)),
             "dimension": say("companies.dimension_covered", dimension=say.known("dimension", d),
                              n=int(held["held"].get(d, 0)), all=int(held["all"].get(d, 0)))}
            for d in DIMENSIONS
        ]
    )  # fmt: skip
    best, worst = max(scores, key=scores.__getitem__), min(scores, key=scores.__getitem__)
    title = say("companies.dimensions_finding", vendor=vendor["vendor"], best=say.known("dimension", best),
                worst=say.known("dimension", worst))  # fmt: skip
    drawn = dots.profile(shown, title=title, unit=say("companies.dimensions_unit"), note=say("companies.dimensions_note"),
                         source=say("positions.source"), name="vendor-dimensions")  # fmt: skip
    drawn.figure.update_xaxes(range=[0, 1])
    blocks.chart(view, drawn)
