"""Pairs of models as a cloud of points with a line that they are held against: likeness over accuracy, over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.chart import Chart, across, blank, plain
from harness.charts.hover import cards, said, valued
from harness.charts.palette import GREY, VERMILLION, Mark

if TYPE_CHECKING:
    import pandas as pd

LINE = "#1F7FC0"
KINDS = {False: Mark(GREY, "circle"), True: Mark(VERMILLION, "diamond")}
"""Marks of pairs: of different groups, and of one."""


def pair_cloud(
    points: pd.DataFrame,
    line: pd.DataFrame,
    *,
    line_name: str,
    kinds: tuple[str, str],
    x_unit: str,
    y_unit: str,
    title: str,
    note: str,
    source: str,
    name: str,
    height: int = 440,
) -> Chart:
    """One point a pair (``label, x, y``, ``same``: of one group); ``line``: ``x, y`` and where known ``low, high``.

    ``kinds`` names pairs of different groups and pairs of one.
    """
    import plotly.graph_objects as go

    figure = blank(height)
    dates = str(points["x"].dtype).startswith("datetime")
    if "low" in line and len(line):
        figure.add_trace(
            go.Scatter(
                x=[*line["x"], *line["x"][::-1]], y=[*line["high"], *line["low"][::-1]], mode="lines", fill="toself",
                fillcolor="rgba(31,127,192,0.18)", line={"width": 0}, hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
    for same, mark in KINDS.items():
        part = points[points["same"] == same]
        if part.empty:
            continue
        figure.add_trace(
            go.Scatter(
                x=part["x"],
                y=part["y"],
                mode="markers",
                name=plain(kinds[same]),
                marker={
                    "color": mark.colour,
                    "symbol": mark.symbol,
                    "size": 9 if same else 6,
                    "opacity": 0.9 if same else 0.5,
                },
                **cards(
                    part["label"],
                    [
                        [valued(y_unit, y), said(x_unit, f"{x:%Y-%m-%d}") if dates else valued(x_unit, x, percent=True)]
                        for x, y in zip(part["x"], part["y"], strict=True)
                    ],
                    source=source,
                ),
            )
        )
    if len(line):
        figure.add_trace(
            go.Scatter(x=line["x"], y=line["y"], mode="lines", name=plain(line_name), hoverinfo="skip",
                       line={"color": LINE, "width": 2.5})
        )  # fmt: skip
    figure.update_xaxes(title=across(x_unit), showgrid=True, tickformat="%Y-%m" if dates else ".0%")
    figure.update_yaxes(title=y_unit, showgrid=True)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0,
                                                  "title": {"text": ""}})  # fmt: skip
    return Chart(figure, title, note, source, points, name)
