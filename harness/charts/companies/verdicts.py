"""Claims put to the test: the difference of each with its interval, marked by the verdict."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.charts.chart import Chart, blank
from harness.charts.dots import ROW, beside_zero
from harness.charts.hover import cards, columns, valued
from harness.charts.palette import series

if TYPE_CHECKING:
    import pandas as pd

MARKS = {"borne out": (0, ""), "contradicted": (1, ""), "undecided": (5, "-open")}
"""Of each verdict the place of its mark in the palette, and the symbol's ending: hollow where nothing is decided."""


def verdicts(
    frame: pd.DataFrame, labels: Mapping[str, str], *, title: str, unit: str, note: str, source: str, name: str
) -> Chart:
    """Claims (``label, verdict, difference, low, high, note``), one row each in their order, around zero; ``labels`` are the
    legend's names of the verdicts. A mark says the verdict, which the interval alone need not decide."""
    import plotly.graph_objects as go

    rows = frame.iloc[::-1].reset_index(drop=True)
    figure = blank(110 + ROW * max(len(rows), 3))
    for verdict, (place, ending) in MARKS.items():
        part, mark = rows[rows["verdict"] == verdict], series(place)
        if part.empty:
            continue
        values = [
            valued(unit, v, a, b, signed=True)
            for v, a, b in zip(part["difference"], part["low"], part["high"], strict=True)
        ]
        figure.add_trace(
            go.Scatter(
                x=part["difference"], y=part.index, mode="markers", name=labels[verdict],
                marker={"color": mark.colour, "symbol": mark.symbol + ending, "size": 10},
                error_x={
                    "type": "data", "symmetric": False, "thickness": 1.6, "width": 0, "color": mark.colour,
                    "array": part["high"] - part["difference"], "arrayminus": part["difference"] - part["low"],
                },
                **cards(part["label"], [[labels[verdict], value, *more] for value, more in zip(values, columns(part, "note"), strict=True)],
                        source=source),
            )
        )  # fmt: skip
    beside_zero(figure, rows, unit)
    return Chart(figure, title, note, source, frame, name)
