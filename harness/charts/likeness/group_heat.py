"""Heat map of pairs of models that stand in groups: rows and columns alike, each group framed and named below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from harness.charts.chart import Chart, blank, plain, short
from harness.charts.hover import grid_cards
from harness.charts.palette import DIVERGING, GREEN, SEQUENTIAL

if TYPE_CHECKING:
    import pandas as pd

TALLEST_ROW, LEAST_ROW, TALLEST = 22, 13, 1000
"""Pixels of a row, of one whose name can still be read, and of all rows where they can be so."""


def group_heat(
    square: pd.DataFrame,
    groups: Sequence[str],
    *,
    title: str,
    unit: str,
    note: str,
    source: str,
    name: str,
    bounds: tuple[float, float],
    diverging: bool,
    data: pd.DataFrame,
    diagonal: bool = False,
) -> Chart:
    """``square``: models × models, in the order of their ``groups``; the diagonal is left empty, but with ``diagonal``. A model's name stands without the
    owner before its slash, which the group says."""
    import plotly.graph_objects as go

    n = len(square)
    row = max(LEAST_ROW, min(TALLEST_ROW, TALLEST // max(n, 1)))
    figure = blank(190 + row * max(n, 4))
    values = square.to_numpy(dtype=float, copy=True)
    if not diagonal:
        np.fill_diagonal(values, np.nan)
    figure.add_trace(
        go.Heatmap(
            z=values,
            x=list(range(n)),
            y=list(range(n)),
            colorscale=[list(stop) for stop in (DIVERGING if diverging else SEQUENTIAL)],
            zmin=bounds[0],
            zmax=bounds[1],
            xgap=1 if n <= 50 else 0,
            ygap=1 if n <= 50 else 0,
            hoverongaps=False,
            **grid_cards(square, unit, source),
            colorbar={"title": {"text": f"{unit}<br> ", "side": "top"}, "orientation": "h", "thickness": 10, "tickangle": 0,
                      "nticks": 4, "len": 0.5, "yref": "container", "y": 1 - 8 / figure.layout.height, "yanchor": "top", "x": 0, "xanchor": "left"},
        )
    )  # fmt: skip
    starts = [i for i in range(n) if i == 0 or groups[i] != groups[i - 1]] + [n]
    corners: dict[str, list[float | None]] = {"x": [], "y": []}
    for first, end in zip(starts, starts[1:], strict=False):  # one trace: a shape each takes ten times as long
        low, high = first - 0.5, end - 0.5
        corners["x"] += [low, high, high, low, low, None]
        corners["y"] += [low, low, high, high, low, None]
    figure.add_trace(
        go.Scatter(**corners, mode="lines", line={"color": GREEN, "width": 2.5}, hoverinfo="skip", cliponaxis=False)
    )
    middles = [(a + b - 1) / 2 for a, b in zip(starts, starts[1:], strict=False)]
    figure.update_xaxes(
        tickvals=middles, ticktext=[plain(short(groups[a], 16)) for a in starts[:-1]], tickangle=-90, showgrid=False,
        tickfont={"size": 11},
        range=[-0.5, n - 0.5],
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(n)), ticktext=[plain(short(str(m).rpartition("/")[2], 24)) for m in square.index],
        tickfont={"size": min(12, row)},
        showgrid=False, range=[n - 0.5, -0.5], ticks="",
    )  # fmt: skip
    figure.update_layout(
        margin_t=66
    )  # the scale and, a line above it, its unit: Plotly sets it too near a scale placed from the top
    return Chart(figure, title, note, source, data, name)
