"""Items by who of two solves them: the bars are shares, their numbers counts."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.charts.items.quarters import PARTS, quarters

LABELS = {"both": "Both", "only_a": "Only <A>", "only_b": "Only B", "neither": "Neither"}


def test_a_bar_is_whole_and_its_numbers_are_items() -> None:
    frame = pd.DataFrame(
        {"label": ["long", "short"], "both": [50, 1], "only_a": [30, 1], "only_b": [19, 0], "neither": [1, 2]}
    )
    figure = quarters(frame, LABELS, title="t", unit="u", note="n", source="s", name="x").figure
    assert [trace.name for trace in figure.data] == ["Both", "Only &lt;A&gt;", "Only B", "Neither"] and len(PARTS) == 4
    assert [sum(trace.x[i] for trace in figure.data) for i in (0, 1)] == pytest.approx([1, 1])
    assert list(figure.layout.yaxis.ticktext) == ["short", "long"]  # the first row stands on top
    assert [trace.text[1] for trace in figure.data] == ["50", "30", "19", ""]  # one item in a hundred has no room
