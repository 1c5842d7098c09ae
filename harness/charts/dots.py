"""Values with intervals on one axis: leaderboards, differences, profiles."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from harness.charts.chart import DASH, Chart, across, blank, plain, short
from harness.charts.hover import cards, columns, valued
from harness.charts.palette import ORIGINS, Mark, segment, series
from harness.charts.text import minus
from harness.charts.vendor_colours import marks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from harness.i18n.translator import Translator

ROW = 26
"""Pixels a row: labels of two neighbours never touch at the site's font size."""
TICKS = 4
"""Steps at most on an axis of differences: names leave it little room on a telephone."""
MOST = 40
"""Rows of a leaderboard that are drawn; its table has all of them."""


def ranking(
    frame: pd.DataFrame,
    *,
    title: str,
    unit: str,
    note: str,
    source: str,
    name: str,
    origin: str = "measured",
    most: int = MOST,
    chosen: str | Collection[str] | None = None,
) -> Chart:
    """A leaderboard: one row per model (``model, score, low, high, segment, ranks``), best on top.

    With ``chosen``, one or several models' names, their rows are strong and the others are faint.
    """
    import plotly.graph_objects as go

    strong = {chosen} if isinstance(chosen, str) else set(chosen or ())

    top = frame.head(most).iloc[::-1]
    figure = blank(96 + ROW * max(len(top), 3))
    labels = [
        f"{rank}  {plain(short(m))}" if rank != DASH else plain(short(m))
        for rank, m in zip(top["ranks"], top["model"], strict=True)
    ]
    if strong:
        labels = [f"<b>{text}</b>" if m in strong else text for text, m in zip(labels, top["model"], strict=True)]
    marks = [segment(s) for s in top["segment"]]
    colours = [m.colour for m in marks]
    intervals = list(zip(top["low"], top["high"], range(len(top)), colours, strict=True))
    for colour in dict.fromkeys(colours):  # one trace a colour: a browser draws few long ones faster than many short
        ends: dict[str, list[float | None]] = {"x": [], "y": []}
        for low, high, position, own in intervals:
            if own == colour and low == low and high == high:
                ends["x"] += [low, high, None]
                ends["y"] += [position, position, None]
        if ends["x"]:
            figure.add_trace(
                go.Scatter(**ends, mode="lines", hoverinfo="skip", line={"color": colour, "width": 2}, opacity=0.55)
            )
    figure.add_trace(
        go.Scatter(
            x=top["score"],
            y=list(range(len(top))),
            mode="markers",
            marker={
                "color": colours,
                "symbol": [m.symbol + ORIGINS[origin] for m in marks],
                "size": [14 if m in strong else 10 for m in top["model"]],
                "opacity": [1.0 if not strong or m in strong else 0.6 for m in top["model"]],
            },
            **cards(
                top["model"],
                [
                    [valued(unit, score, low, high), *more]
                    for score, low, high, more in zip(
                        top["score"], top["low"], top["high"], columns(top, "vendor", "note"), strict=True
                    )
                ],
                source=source,
            ),
        )
    )
    figure.update_xaxes(title=across(unit), showgrid=True)
    figure.update_yaxes(
        tickvals=list(range(len(top))), ticktext=labels, range=[-0.7, max(len(top), 3) - 0.3], showgrid=False
    )
    return Chart(figure, title, note, source, frame, name)


def differences(
    frame: pd.DataFrame,
    say: Translator,
    *,
    title: str,
    unit: str,
    note: str,
    source: str,
    name: str,
    labels: tuple[str, str] | None = None,
) -> Chart:
    """Differences, one row each (``label, difference, low, high, significant``), around zero.

    ``labels`` are the legend's names for significant and other rows; by default those of adjusted paired comparisons.
    """
    import plotly.graph_objects as go

    rows = frame.iloc[::-1].reset_index(drop=True)
    figure = blank(110 + ROW * max(len(rows), 3))
    names = labels or (say("charts.significant"), say("charts.not_significant"))
    for significant, mark in ((True, series(0)), (False, series(5))):
        part = rows[rows["significant"] == significant]
        if part.empty:
            continue
        figure.add_trace(
            go.Scatter(
                x=part["difference"],
                y=part.index,
                mode="markers",
                marker={"color": mark.colour, "symbol": mark.symbol + ("" if significant else "-open"), "size": 10},
                error_x={
                    "type": "data", "symmetric": False, "thickness": 1.6, "width": 0, "color": mark.colour,
                    "array": part["high"] - part["difference"], "arrayminus": part["difference"] - part["low"],
                },
                name=names[0 if significant else 1],
                **cards(part["label"], _lines(part, unit, "difference", signed=True), source=source),
            )
        )  # fmt: skip
    beside_zero(figure, rows, unit)
    return Chart(figure, title, note, source, frame, name)


def beside_zero(figure: go.Figure, rows: pd.DataFrame, unit: str) -> None:
    """The axes of differences: a line at zero, signed numbers, and a label (``label``) at each row's place."""
    figure.add_vline(x=0, line_width=1.2, line_color="#8A8F98")
    low, high = min(rows["low"].min(), 0.0), max(rows["high"].max(), 0.0)
    figure.update_xaxes(title=across(unit), showgrid=True, **signed_ticks(low, high))
    figure.update_yaxes(
        tickvals=list(rows.index), ticktext=[plain(short(v, 40)) for v in rows["label"]],
        range=[-0.7, max(len(rows), 3) - 0.3], showgrid=False,
    )  # fmt: skip
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})


def signed_ticks(low: float, high: float) -> dict[str, Any]:
    """Plotly settings of an axis of differences from ``low`` to ``high``: round numbers with their sign, zero without one."""
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return {}
    power = 10.0 ** math.floor(math.log10(span / TICKS))
    step = next(m * power for m in (1, 2, 5, 10) if span / (m * power) <= TICKS)
    ticks = [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    return {"tickvals": ticks, "ticktext": [minus(f"{t:+,.{digits}f}") if t else "0" for t in ticks]}


def _lines(part: pd.DataFrame, unit: str, measure: str, *first: str, signed: bool = False) -> list[list[str]]:
    """Lines of the rows' hover cards: what stands in ``first``, the measure with its interval, and a note where there is one."""
    ends = [part[end] if end in part else part[measure] for end in ("low", "high")]
    values = [valued(unit, v, a, b, signed=signed) for v, a, b in zip(part[measure], *ends, strict=True)]
    before, after = columns(part, *first), columns(part, "note")
    return [[*a, value, *b] for a, value, b in zip(before, values, after, strict=True)]


def profile(
    frame: pd.DataFrame, *, title: str, unit: str, note: str, source: str, name: str, origin: str = "measured"
) -> Chart:
    """A dot plot of several vendors or models on a few shared scales (``thing, dimension, value, low, high``; ``vendor_id``: whose each
    thing is). Marks are hollow where ``origin`` is not ours."""
    import plotly.graph_objects as go

    dimensions = list(dict.fromkeys(frame["dimension"]))[::-1]
    things = list(dict.fromkeys(frame["thing"]))
    own = _marks_of(frame, things)
    row = max(44, 14 + 14 * len(things)) if len(things) > 1 else 28  # marks of one row stand apart
    figure = blank(110 + row * max(len(dimensions), 3))
    for index, thing in enumerate(things):
        part = frame[(frame["thing"] == thing) & frame["value"].notna()]
        mark = own[index]
        offset = (len(things) - 1) / 2 - index
        error = {}
        if "low" in part and part["low"].notna().any():
            error = {
                "error_x": {
                    "type": "data", "symmetric": False, "thickness": 1.4, "width": 0, "color": mark.colour,
                    "array": (part["high"] - part["value"]).clip(lower=0),
                    "arrayminus": (part["value"] - part["low"]).clip(lower=0),
                }
            }  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=part["value"],
                y=[dimensions.index(d) + offset * 0.16 for d in part["dimension"]],
                mode="markers",
                name=plain(short(thing, 34)),
                marker={"color": mark.colour, "symbol": mark.symbol + ORIGINS[origin], "size": 12},
                **cards([thing] * len(part), _lines(part, unit, "value", "dimension"), source=source),
                **error,
            )
        )
    figure.update_xaxes(title=across(unit), showgrid=True)
    figure.update_yaxes(
        tickvals=list(range(len(dimensions))), ticktext=[plain(d) for d in dimensions],
        range=[-0.6, len(dimensions) - 0.4], showgrid=True,
    )  # fmt: skip
    if len(things) > 1:
        figure.update_layout(
            showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": {"text": ""}}
        )
    return Chart(figure, title, note, source, frame, name)


def _marks_of(frame: pd.DataFrame, things: Sequence[str]) -> list[Mark]:
    """The things' marks: their vendors' where the frame has ``vendor_id``."""
    if "vendor_id" not in frame:
        return [series(index) for index in range(len(things))]
    return marks(list(frame.drop_duplicates("thing").set_index("thing")["vendor_id"][list(things)]))


def bars(frame: pd.DataFrame, *, title: str, unit: str, note: str, source: str, name: str, most: int = 20) -> Chart:
    """One bar per row (``label, value`` and, where they are known, ``low, high, colour``), longest on top."""
    import plotly.graph_objects as go

    top = frame.head(most).iloc[::-1]
    figure = blank(96 + ROW * max(len(top), 3))
    error = {}
    if "low" in top and top["low"].notna().any():
        error = {
            "error_x": {
                "type": "data", "symmetric": False, "thickness": 1.4, "width": 0,
                "array": (top["high"] - top["value"]).clip(lower=0), "arrayminus": (top["value"] - top["low"]).clip(lower=0),
            }
        }  # fmt: skip
    figure.add_trace(
        go.Bar(
            x=top["value"],
            y=list(range(len(top))),
            orientation="h",
            marker_color=list(top["colour"]) if "colour" in top else series(0).colour,
            **cards(top["label"], _lines(top, unit, "value"), source=source),
            **error,
        )
    )
    figure.update_xaxes(title=across(unit), showgrid=True, rangemode="tozero")
    figure.update_yaxes(
        tickvals=list(range(len(top))), ticktext=[plain(short(v)) for v in top["label"]], showgrid=False
    )
    return Chart(figure, title, note, source, frame, name)
