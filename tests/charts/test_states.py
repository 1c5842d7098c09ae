"""Tables of states: each cell has the colour, the text and the place of its state."""

from __future__ import annotations

import re

import pandas as pd

from harness.charts.companies import states
from harness.charts.heat_colours import STATES

CELLS = pd.DataFrame(
    [("A", "x", "good", "2/2"), ("A", "y", "none", "?"), ("<b>", "x", "bad", "1/2"), ("<b>", "y", "good", "3/3")],
    columns=["row", "column", "state", "text"],
).assign(hover="so")


def test_a_cell_has_its_states_colour_and_text() -> None:
    labels = {"good": "Good", "bad": "Bad", "none": "None"}
    chart = states.states(CELLS, labels, title="T", note="N", source="S", name="s", data=CELLS)
    heat, *legend = chart.figure.data
    assert heat.z.tolist() == [[0.0, 2.0], [1.0, 0.0]]
    assert [[re.sub("<[^>]*>", "", t) for t in row] for row in heat.text] == [["2/2", "?"], ["1/2", "3/3"]]
    assert list(heat.x) == ["x", "y"] and list(heat.y) == ["A", "&lt;b&gt;"]
    assert [(mark.name, mark.marker.color) for mark in legend] == list(zip(labels.values(), STATES[:3], strict=True))
    low, high = heat.zmin, heat.zmax
    for place, colour in enumerate(STATES[:3]):  # the scale has this colour where the state's number falls
        at = (place - low) / (high - low)
        left, right = max(s for s in heat.colorscale if s[0] <= at), min(s for s in heat.colorscale if s[0] >= at)
        assert left[1] == right[1] == colour
