"""Values with two intervals each: thick for the items, thin for the models; lines across that they are held against."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.charts.chart import Chart, across, blank, plain, short
from harness.charts.dots import ROW
from harness.charts.hover import cards, valued
from harness.charts.palette import GREY, faint, series

if TYPE_CHECKING:
    import pandas as pd


def two_intervals(
    frame: pd.DataFrame,
    *,
    lines: Sequence[tuple[str, float]],
    title: str,
    unit: str,
    note: str,
    source: str,
    name: str,
) -> Chart:
    """One row each (``label, kind, value, low, high, wide_low, wide_high``), the first on top; ``kind`` is named in the legend.

    ``lines``: name and place of each line across.
    """
    import plotly.graph_objects as go

    rows = frame.iloc[::-1].reset_index(drop=True)
    figure = blank(124 + ROW * max(len(rows), 3))
    for index, kind in enumerate(dict.fromkeys(frame["kind"])):
        part, mark = rows[rows["kind"] == kind], series(index)
        for low, high, width, colour in (
            ("low", "high", 6, faint(mark.colour)),
            ("wide_low", "wide_high", 1.6, mark.colour),
        ):
            known = part.dropna(subset=[low, high])
            ends: dict[str, list[float | None]] = {"x": [], "y": []}
            for a, b, place in zip(known[low], known[high], known.index, strict=True):
                ends["x"] += [a, b, None]
                ends["y"] += [place, place, None]
            if ends["x"]:
                figure.add_trace(
                    go.Scatter(**ends, mode="lines", hoverinfo="skip", showlegend=False,
                               line={"color": colour, "width": width})
                )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=part["value"], y=part.index, mode="markers", name=plain(kind),
                marker={"color": mark.colour, "symbol": mark.symbol, "size": 10},
                **cards(
                    part["label"],
                    [
                        [kind, valued(unit, v, a, b)]
                        for v, a, b in zip(part["value"], part["wide_low"], part["wide_high"], strict=True)
                    ],
                    source=source,
                ),
            )
        )  # fmt: skip
    for index, (words, place) in enumerate(lines):
        figure.add_vline(x=place, line={"color": GREY, "width": 1.4, "dash": ("dot", "dash", "dashdot")[index % 3]})
        figure.add_annotation(x=place, y=0, yref="paper", yanchor="bottom", xanchor="left", xshift=4, text=plain(words),
                              showarrow=False, font={"size": 11})  # fmt: skip
    figure.update_xaxes(title=across(unit), showgrid=True)
    figure.update_yaxes(
        tickvals=list(rows.index), ticktext=[plain(short(v, 34)) for v in rows["label"]],
        range=[-1.4, max(len(rows), 3) - 0.4], showgrid=False,
    )  # fmt: skip
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0,
                                                  "title": {"text": ""}})  # fmt: skip
    return Chart(figure, title, note, source, frame, name)
