"""The cost of a day over tokens a day: own machines as steps with their interval, the API as a line, and where they cross."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from harness.charts.chart import Chart, across, blank, plain
from harness.charts.hover import cards, said
from harness.charts.palette import GREY
from harness.charts.palette import series as mark_of
from harness.charts.text import dollars


class Point(Protocol):
    """Cost of one day, USD: on machines at the middle, the fast and the slow end of their throughput, and at the API."""

    @property
    def tokens(self) -> float:
        """Tokens of the day."""

    @property
    def own(self) -> float:
        """On machines, middle."""

    @property
    def fast(self) -> float:
        """On machines, fast end."""

    @property
    def slow(self) -> float:
        """On machines, slow end."""

    @property
    def api(self) -> float | None:
        """At the API; None without a price."""


def chart(
    points: Sequence[Point], *, even: float, volume: float, texts: Mapping[str, str], title: str, note: str, source: str, name: str,
    height: int = 420,
) -> Chart:  # fmt: skip
    """``even``: tokens a day at which the lines cross, infinite where they do not; ``volume``: the reader's.

    ``texts``: names of the lines (``own``, ``api``), of the marks (``even``, ``volume``) and of the axes (``x_unit``, ``y_unit``).
    """
    import pandas as pd
    import plotly.graph_objects as go

    rows = pd.DataFrame(
        [(p.tokens / 1e6, p.own, p.fast, p.slow, p.api) for p in points],
        columns=["tokens", "own", "fast", "slow", "api"],
    )
    figure, own, api = blank(height), mark_of(0), mark_of(1)

    def told(thing: str, xs: Sequence[float], ys: Sequence[float]) -> dict[str, Any]:
        lines = [
            [said(texts["y_unit"], dollars(y)), said(texts["x_unit"], f"{x:,.4g}")] for x, y in zip(xs, ys, strict=True)
        ]
        return cards([thing] * len(lines), lines, source=source)

    figure.add_trace(
        go.Scatter(
            x=[*rows["tokens"], *rows["tokens"][::-1]], y=[*rows["slow"], *rows["fast"][::-1]], mode="lines", fill="toself",
            opacity=0.16, fillcolor=own.colour, line={"width": 0}, hoverinfo="skip", showlegend=False,
        )
    )  # fmt: skip
    for column, mark, dash in (("own", own, "solid"), ("api", api, "dash")):
        if rows[column].notna().any():
            figure.add_trace(
                go.Scatter(
                    x=rows["tokens"], y=rows[column], mode="lines", name=plain(texts[column]),
                    **told(texts[column], list(rows["tokens"]), list(rows[column])),
                    line={"color": mark.colour, "width": 2, "dash": dash},
                )
            )  # fmt: skip
    figure.add_vline(
        x=volume / 1e6, line_width=1, line_color=GREY, line_dash="dot", annotation_text=plain(texts["volume"]),
        annotation_position="top right",
    )  # fmt: skip
    if math.isfinite(even) and len(rows) and even / 1e6 <= rows["tokens"].max():
        cost = even / 1e6 * float(rows["api"].iloc[-1]) / float(rows["tokens"].iloc[-1])
        figure.add_trace(
            go.Scatter(
                x=[even / 1e6], y=[cost], mode="markers", name=plain(texts["even"]), **told(texts["even"], [even / 1e6], [cost]),
                marker={"symbol": "diamond", "size": 11, "color": api.colour},
            )
        )  # fmt: skip
    figure.update_xaxes(title=across(texts["x_unit"]), showgrid=True, rangemode="tozero")
    figure.update_yaxes(title=texts["y_unit"], showgrid=True, rangemode="tozero")
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": {"text": ""}}
    )
    return Chart(figure, title, note, source, rows, name)
