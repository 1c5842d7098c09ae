"""Heat maps: digits are read on every colour, light and dark; the dark ones are another figure's, which stays as it was."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from harness.charts import grid, palette
from harness.charts.companies import states
from harness.charts.heat_colours import (
    DIVERGING_DARK,
    PALE,
    PALE_DARK,
    SEQUENTIAL_DARK,
    STATES_DARK,
    Scale,
    in_the_dark,
    ink,
    shade,
)
from harness.charts.items import quarters
from tests.charts.test_palette import DARK, LIGHT, _contrast

TEXTS = {"title": "t", "note": "n", "source": "s", "name": "x"}
SQUARE = pd.DataFrame(np.arange(24.0).reshape(4, 6), index=list("abcd"), columns=list("uvwxyz"))


@pytest.mark.parametrize("scale", [palette.SEQUENTIAL, palette.DIVERGING, SEQUENTIAL_DARK, DIVERGING_DARK])
def test_digits_are_read_on_every_colour_of_a_scale(scale: Scale) -> None:
    for share in np.linspace(0, 1, 101):
        cell = shade(float(share), scale)
        assert _contrast(ink(cell), cell) >= 4.5, cell


def test_a_scale_passes_through_its_stops() -> None:
    assert [shade(at, palette.DIVERGING) for at, _ in palette.DIVERGING] == [c for _, c in palette.DIVERGING]
    assert shade(0.05) == "#EAECE5"  # a fifth of the way from #F3F0E4 to #C4DDEA


@pytest.mark.parametrize("diverging", [False, True])
def test_a_heat_map_in_the_dark_starts_near_its_background_with_digits_to_match(diverging: bool) -> None:
    light = grid.heat(SQUARE, unit="u", diverging=diverging, **TEXTS).figure
    before = light.to_json()
    cells = in_the_dark(light).data[0]
    quiet = cells.colorscale[2 if diverging else 0][1]
    assert _contrast(quiet, DARK) < 1.5 < _contrast(quiet, LIGHT), "what says least does not shine"
    assert light.to_json() == before
    for row, values in zip(cells.text, cells.z, strict=True):
        for text, value in zip(row, values, strict=True):
            colour, digits = re.fullmatch(r'<span style="color:(#\w{6})">(.*)</span>', text).groups()  # type: ignore[union-attr]
            own = shade(value / 23, [(at, c) for at, c in cells.colorscale])
            assert digits == f"{value:.2f}" and _contrast(colour, own) >= 4.5


def test_states_and_pale_parts_have_dark_colours_too() -> None:
    cells = pd.DataFrame(
        {"row": ["r", "r"], "column": ["a", "b"], "state": ["x", "y"], "text": ["1", "2"], "hover": ["h", "i"]}
    )
    table = in_the_dark(states.states(cells, {"x": "X", "y": "Y"}, data=cells, **TEXTS).figure)
    assert [t.marker.color for t in table.data[1:]] == list(STATES_DARK[:2])
    assert {c for _, c in table.data[0].colorscale} == set(STATES_DARK[:2])
    bar = pd.DataFrame({"label": ["b"], "both": [5], "only_a": [1], "only_b": [2], "neither": [4]})
    light = quarters.quarters(bar, dict.fromkeys(quarters.PARTS, "p"), unit="u", **TEXTS).figure
    assert light.data[3].marker.color == PALE and in_the_dark(light).data[3].marker.color == PALE_DARK
    assert all(
        _contrast(t.insidetextfont.color, t.marker.color) >= 4.5 for f in (light, in_the_dark(light)) for t in f.data
    )


def test_a_figure_without_heat_is_left_as_it_is() -> None:
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(x=[1], y=[1], marker={"color": palette.BLUE}))
    assert in_the_dark(figure) is figure
