"""Arrows from a column of names on the left to one on the right: money between vendors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.charts.chart import Chart, blank, brief, plain
from harness.charts.companies.flow_layout import TEXT, curve, layout
from harness.charts.hover import card_of_line
from harness.charts.palette import Mark

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

WIDEST, LEAST, THIN = 16.0, 2.0, 1.2
"""Pixels of the arrow of the largest amount, of the smallest, and of one without an amount."""


def between(
    frame: pd.DataFrame,
    marks: Mapping[str, tuple[str, Mark]],
    undirected: Sequence[str],
    *,
    title: str,
    note: str,
    source: str,
    name: str,
    data: pd.DataFrame,
) -> Chart:
    """One arrow per row (``giver, taker, kind, value, label, hover``), the largest first; ``marks`` names each kind.

    An arrow is as wide as its ``value``; without one it is thin and dotted. Kinds in ``undirected`` have a mark at both ends.
    """
    largest = frame["value"].max()
    widths = (WIDEST * frame["value"] / largest).clip(lower=LEAST).fillna(THIN)
    frame = frame.assign(width=widths)
    placed = layout(frame)
    frame = frame.assign(start=placed.starts, stop=placed.stops)
    figure = blank(int(placed.height) + 84)
    figure.add_traces([_arrow(row, marks, source) for row in frame.iloc[::-1].to_dict("records")])  # the largest on top
    figure.add_traces([_ends(frame, kind, marks, kind in undirected) for kind in marks if kind in set(frame["kind"])])
    amounts = [
        {"x": 1, "y": stop - (width + TEXT) / 2, "text": plain(text), "xanchor": "right", "xshift": -8, "font": {"size": 10}}
        for text, stop, width in zip(frame["label"], frame["stop"], frame["width"], strict=True)
        if text
    ]  # fmt: skip
    names = [
        {"x": 0, "y": y, "text": plain(brief(thing, 15)), "xanchor": "right", "xshift": -9, "font": {"size": 11}}
        if side == "giver"
        else {"x": 1, "y": y, "text": plain(brief(thing, 15)), "xanchor": "left", "xshift": 9, "font": {"size": 11}}
        for (side, thing), y in placed.names.items()
    ]  # fmt: skip
    figure.update_xaxes(range=[0, 1], visible=False, fixedrange=True)
    figure.update_yaxes(range=[placed.height, 0], visible=False, fixedrange=True)
    figure.update_layout(
        # at once: every annotation that is added later checks all before it again
        annotations=[{"showarrow": False, **text} for text in amounts + names],
        showlegend=True, margin={"l": 100, "r": 100, "t": 8, "b": 60},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0.5, "xanchor": "center", "title": {"text": ""}},
    )  # fmt: skip
    return Chart(figure, title, note, source, data, name)


def _arrow(row: dict[str, Any], marks: Mapping[str, tuple[str, Mark]], source: str) -> go.Scatter:
    import plotly.graph_objects as go

    xs, ys = curve(row["start"], row["stop"])
    valued = row["value"] == row["value"]
    return go.Scatter(
        x=xs, y=ys, mode="lines", showlegend=False, opacity=0.55 if valued else 0.7,
        line={"color": marks[row["kind"]][1].colour, "width": row["width"], "dash": "solid" if valued else "dot"},
        **card_of_line(row["hover"], source),
    )  # fmt: skip


def _ends(frame: pd.DataFrame, kind: str, marks: Mapping[str, tuple[str, Mark]], both: bool) -> go.Scatter:
    """The marks at the ends of a kind's arrows, and its entry in the legend."""
    import plotly.graph_objects as go

    part = frame[frame["kind"] == kind]
    sizes = [9 if v == v else 6 for v in part["value"]]
    name, mark = marks[kind]
    return go.Scatter(
        x=[1] * len(part) + [0] * len(part) * both, y=[*part["stop"], *(part["start"] if both else [])], mode="markers",
        name=plain(name), hoverinfo="skip", cliponaxis=False,
        marker={"symbol": mark.symbol, "color": mark.colour, "size": sizes * (1 + both), "line": {"width": 0}},
    )  # fmt: skip
