"""A table of states: one coloured cell a row and column with a short text in it, and a legend of the states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.charts.chart import Chart, blank, plain, short
from harness.charts.heat_colours import STATES, inked
from harness.charts.hover import card, cards

if TYPE_CHECKING:
    import pandas as pd


def states(
    cells: pd.DataFrame, labels: Mapping[str, str], *, title: str, note: str, source: str, name: str, data: pd.DataFrame
) -> Chart:
    """Cells (``row, column, state, text, hover``) in the order of their rows and columns; ``labels`` are the names of the
    states, best first. The text repeats what the colour says."""
    import plotly.graph_objects as go

    rows, columns = list(dict.fromkeys(cells["row"])), list(dict.fromkeys(cells["column"]))
    place = {state: number for number, state in enumerate(labels)}
    square = cells.pivot(index="row", columns="column").reindex(rows)
    figure = blank(120 + 22 * max(len(rows), 2))
    steps = [(edge, STATES[i]) for i in range(len(labels)) for edge in (i / len(labels), (i + 1) / len(labels))]
    places = square["state"].map(lambda s: place.get(s, float("nan")))[columns].to_numpy(dtype=float)
    figure.add_trace(
        go.Heatmap(
            z=places,
            x=[plain(c) for c in columns],
            y=[plain(short(r, 24)) for r in rows],
            text=inked(square["text"][columns].to_numpy(), places, steps, -0.5, len(labels) - 0.5),
            texttemplate="%{text}",
            textfont={"size": 11},
            customdata=[[card(r, [c, square["hover"].loc[r, c]]) for c in columns] for r in rows],
            hovertemplate=cards([], [], source=source)["hovertemplate"].replace("customdata[0]", "customdata"),
            colorscale=[list(step) for step in steps],
            zmin=-0.5,
            zmax=len(labels) - 0.5,
            xgap=2,
            ygap=2,
            showscale=False,
            showlegend=False,
        )
    )
    for state, label in labels.items():
        mark = {"symbol": "square", "size": 11, "color": STATES[place[state]]}
        figure.add_trace(go.Scatter(x=[None], y=[None], mode="markers", marker=mark, name=label))
    figure.update_xaxes(showgrid=False, ticks="", side="top", tickangle=0)
    figure.update_yaxes(showgrid=False, autorange="reversed", ticks="")
    figure.update_layout(
        showlegend=True,
        legend={"orientation": "h", "y": -8 / figure.layout.height, "yanchor": "top", "x": 0, "xanchor": "left"},
        margin_b=64,
    )
    return Chart(figure, title, note, source, data, name)
