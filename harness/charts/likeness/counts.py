"""Bars over whole numbers with the line that chance would give: items by how many models solve them, eigenvalues by rank."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.charts.chart import Chart, across, blank, plain
from harness.charts.hover import cards, said, valued
from harness.charts.palette import VERMILLION, series

if TYPE_CHECKING:
    import pandas as pd

FEW = 16
"""Bars of which each has its number below."""


def against_chance(
    frame: pd.DataFrame,
    *,
    names: tuple[str, str],
    x_unit: str,
    y_unit: str,
    title: str,
    note: str,
    source: str,
    name: str,
    percent: bool = False,
    height: int = 380,
) -> Chart:
    """One bar a row (``x, value``) and a line through ``chance``; ``names``: of the bars and of the line."""
    import plotly.graph_objects as go

    figure = blank(height, bargap=0.2)

    def told(column: str) -> list[list[str]]:
        return [
            [said(x_unit, x), valued(y_unit, y, percent=percent)]
            for x, y in zip(frame["x"], frame[column], strict=True)
        ]

    def named(thing: str, column: str) -> dict[str, Any]:
        return cards([thing] * len(frame), told(column), source=source)

    figure.add_trace(
        go.Bar(x=frame["x"], y=frame["value"], name=plain(names[0]), marker_color=series(0).colour,
               **named(names[0], "value"))
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(x=frame["x"], y=frame["chance"], name=plain(names[1]), mode="lines+markers",
                   line={"color": VERMILLION, "width": 2}, marker={"size": 5, "symbol": "diamond"},
                   **named(names[1], "chance"))
    )  # fmt: skip
    figure.update_xaxes(title=across(x_unit), showgrid=False, **({"dtick": 1} if len(frame) <= FEW else {}))
    figure.update_yaxes(title=y_unit, showgrid=True, rangemode="tozero", **({"tickformat": ".0%"} if percent else {}))
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0,
                                                  "title": {"text": ""}})  # fmt: skip
    return Chart(figure, title, note, source, frame, name)
