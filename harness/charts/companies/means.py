"""Money of several companies on a logarithmic axis, with a band for what one thing costs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from harness.charts.chart import Chart, across, blank, plain, short
from harness.charts.dots import ROW
from harness.charts.hover import cards, said
from harness.charts.palette import GREY, segment

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from harness.i18n.translator import Translator

ROOM = 0.15
"""Powers of ten between the outermost amounts and the edges."""


def against_cost(
    frame: pd.DataFrame, say: Translator, *, cost: tuple[float, float, float], cost_name: str, title: str, unit: str, note: str,
    source: str, name: str, amount: Callable[[float], str],
) -> Chart:  # fmt: skip
    """One dot a company (``label, value`` in USD, ``told`` as text, ``segment, hover``, ``group``) below the name of its group, in
    the order of the rows; ``cost``: low, middle, high end in USD; ``amount`` writes a round number of USD at the axis. Amounts of two groups are of two kinds and are not ranked
    together."""
    import plotly.graph_objects as go

    labels: list[str] = []  # of the rows from the top: each group's name, then its companies
    places: list[int] = []
    for number, (group, label) in enumerate(zip(frame["group"], frame["label"], strict=True)):
        if not number or group != frame["group"].iloc[number - 1]:
            labels.append(f"<b>{plain(group)}</b>")
        places.append(len(labels))
        labels.append(plain(short(label)))
    rows = frame.assign(place=places)
    figure = blank(110 + ROW * max(len(labels), 3))
    figure.add_vrect(x0=cost[0], x1=cost[2], fillcolor=GREY, opacity=0.18, line_width=0)
    figure.add_vline(x=cost[1], line={"color": GREY, "width": 1.5, "dash": "dot"})
    for kind in dict.fromkeys(frame["segment"]):
        part, mark = rows[rows["segment"] == kind], segment(kind)
        figure.add_trace(
            go.Scatter(
                x=part["value"], y=part["place"], mode="markers", name=say.known("segment", kind),
                marker={"color": mark.colour, "symbol": mark.symbol, "size": 11},
                **cards(part["label"], [[said(unit, v), h] for v, h in zip(part["told"], part["hover"], strict=True)],
                        source=source),
            )
        )  # fmt: skip
    run = {"color": GREY, "width": 1.5, "dash": "dot"}  # a telephone has no room for the cost's name beside its line
    figure.add_trace(go.Scatter(x=[None], y=[None], mode="lines", name=plain(cost_name), line=run, hoverinfo="skip"))
    amounts = [*frame["value"], cost[0], cost[2]]
    low, high = math.log10(min(amounts)) - ROOM, math.log10(max(amounts)) + ROOM
    ticks = [10.0**power for power in range(math.ceil(low), math.floor(high) + 1)]
    figure.update_xaxes(
        type="log", title=across(unit), showgrid=True, tickvals=ticks, ticktext=[amount(t) for t in ticks], range=[low, high],
    )  # fmt: skip
    figure.update_yaxes(tickvals=list(range(len(labels))), ticktext=labels, range=[len(labels) - 0.2, -0.8])
    figure.update_layout(
        showlegend=True,
        legend={
            "orientation": "h",
            "y": 1 + 24 / figure.layout.height,
            "yanchor": "bottom",
            "x": 0,
            "title": {"text": ""},
        },
    )
    return Chart(figure, title, note, source, frame, name)
