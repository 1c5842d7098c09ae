"""What the catalog does not know of a vendor: inputs of the five dimensions, and themes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import input_label
from harness.market.companies import vendor_themes
from harness.site.companies.standing import positions
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    from harness.site.server.view import View


@contained.section
def show(view: View, vendor: Mapping[Any, Any]) -> None:
    """What the catalog has nothing on: inputs of the five dimensions, and themes."""
    from harness.analysis.companies.positioning import missing_inputs

    say = view.say
    vendor_id = str(vendor["vendor_id"])
    rows = positions.inputs(view)
    own = rows[rows["vendor_id"] == vendor_id]
    lacking = missing_inputs(positions.normalised(view), vendor_id)
    old = set(own.loc[own["too_old"].eq(True), "input"])
    blocks.section(say("vendor.not_known"), say("vendor.not_known_lead"))
    lines = []
    for dimension, part in lacking.groupby("dimension", sort=False):
        named = [
            say("vendor.older", input=input_label(say, i)) if i in old else input_label(say, i) for i in part["input"]
        ]
        lines.append(_line(view, say.known("dimension", dimension), named))
    st.markdown(
        "\n".join([f"**{say('vendor.inputs_lacking')}**", "", *(lines or [f"- {say('vendor.nothing_lacks')}"])])
    )
    themes = vendor_themes.not_known(view.frame("facts", vendor_id=vendor_id), own)
    lines = []
    for row in themes.to_dict("records"):
        if row["facts"] and not row["lacks"]:
            continue
        named = [input_label(say, key) for key in row["lacks"]]
        head = say(f"theme.{row['theme']}")
        lines.append(_line(view, head if row["facts"] else say("vendor.nothing_on", theme=head), named))
    st.markdown(
        "\n".join([f"**{say('vendor.themes_lacking')}**", "", *(lines or [f"- {say('vendor.nothing_lacks')}"])])
    )


def _line(view: View, head: str, named: Sequence[str]) -> str:
    """One line of a list: what it is about, and what lacks."""
    return f"- {blocks.literal(head)}" + (f": {blocks.literal(view.say('file.join').join(named))}" if named else "")
