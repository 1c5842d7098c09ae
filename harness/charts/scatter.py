"""Scatter and line charts of two measures: capability and cost, size and score, a map of the market, a trend."""

from __future__ import annotations

import math
from collections.abc import Collection
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from harness.charts.chart import Chart, across, blank, plain, short
from harness.charts.hover import cards, columns, said, valued
from harness.charts.labels import LINE, MOST, TELEPHONE, for_telephones, placed
from harness.charts.palette import CROWD, CROWDED, FAINT, GREY, ORIGINS, faint, segment
from harness.charts.vendor_colours import marks

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

    from harness.i18n.translator import Translator


RING = 19
"""Pixels of the ring around a mark that a reader picked out."""


def points(
    frame: pd.DataFrame,
    say: Translator,
    *,
    x_unit: str,
    y_unit: str,
    title: str,
    note: str,
    source: str,
    name: str,
    log_x: bool = False,
    origin: str = "measured",
    frontier: bool = False,
    labels: int = MOST,
    middle: tuple[float, float] | None = None,
    height: int = 460,
    joined: str | None = None,
    width: float = 640,
    chosen: Collection[str] = (),
) -> Chart:
    """One mark per row (``label, x, y, segment``; ``y_low, y_high, x_low, x_high, on_frontier, note`` where known).

    Rows come in order of importance: the first get their names written, the others on hover.
    ``frontier`` joins the rows marked ``on_frontier``, ``joined`` those of one value in that column; ``middle`` draws a cross
    of two lines. ``width`` is that of the plot in pixels for which the names are placed. ``chosen`` are labels of rows that a
    reader picked out: named first, with a ring and strong error bars.
    """
    import plotly.graph_objects as go

    rows = frame[frame["x"].notna() & frame["y"].notna()]
    rows = rows[rows["x"] > 0] if log_x else rows
    rows = rows.assign(picked=rows["label"].isin(list(chosen))).sort_values(
        "picked", ascending=False, kind="stable", ignore_index=True
    )
    picked = rows.pop("picked")
    figure = blank(height)
    edge = rows[rows["on_frontier"]].sort_values("x") if frontier and "on_frontier" in rows else rows.head(0)
    names = _names(rows, edge, log_x, labels, height, width)
    if joined is not None:
        figure.add_trace(_joined(rows, joined))
    if len(edge):
        figure.add_trace(
            go.Scatter(x=edge["x"], y=edge["y"], mode="lines", line={"color": GREY, "width": 1.4, "dash": "dot", "shape": "hv"},
                       hoverinfo="skip", showlegend=False)
        )  # fmt: skip
    for group in dict.fromkeys(rows["segment"].fillna("unknown")):
        chosen = (rows["segment"].fillna("unknown") == group).to_numpy()
        part = rows[chosen]
        mark = segment(group)
        own = [n for n, c in zip(names, chosen, strict=True) if c]
        figure.add_trace(
            go.Scatter(
                x=part["x"],
                y=part["y"],
                mode="markers+text",
                text=[n for n, _ in own],
                textposition=[side for _, side in own],
                textfont={"size": 11},
                cliponaxis=False,
                name=plain(say.known("segment", group)),
                marker={"color": mark.colour, "symbol": mark.symbol + ORIGINS[origin], "size": 10, "opacity": 0.9},
                **cards(part["label"], _lines(part, x_unit, y_unit, say.known("segment", group)), source=source),
                **_errors(part, faint(mark.colour, CROWDED if len(rows) > CROWD else FAINT)),
            )
        )  # fmt: skip
    for group in dict.fromkeys(rows.loc[picked, "segment"].fillna("unknown")):
        part, mark = rows[picked & (rows["segment"].fillna("unknown") == group)], segment(group)
        ring = {"color": mark.colour, "symbol": f"{mark.symbol}-open", "size": RING, "line": {"width": 2}}
        figure.add_trace(
            go.Scatter(x=part["x"], y=part["y"], mode="markers", marker=ring, hoverinfo="skip", showlegend=False,
                       **_errors(part, mark.colour))
        )  # fmt: skip
    if len(rows) and labels:
        figure.add_trace(
            go.Scatter(**for_telephones(rows["x"], rows["y"], _names(rows, edge, log_x, labels, height, TELEPHONE)))
        )
    if middle is not None:
        figure.add_vline(x=middle[0], line_width=1, line_color=GREY, line_dash="dot")
        figure.add_hline(y=middle[1], line_width=1, line_color=GREY, line_dash="dot")
    figure.update_xaxes(title=across(x_unit), showgrid=True, **(log_ticks(rows["x"]) if log_x else {}))
    figure.update_yaxes(title=y_unit, showgrid=True)
    figure.update_layout(
        showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "title": {"text": ""}}
    )
    return Chart(figure, title, note, source, frame, name)


def _lines(part: pd.DataFrame, x_unit: str, y_unit: str, group: str) -> list[list[str]]:
    """Lines of the marks' hover cards: both measures with their intervals, the group, a note where there is one."""
    ends = {end: part[end] if end in part else part[end[0]] for end in ("y_low", "y_high", "x_low", "x_high")}
    rows = zip(part["x"], ends["x_low"], ends["x_high"], part["y"], ends["y_low"], ends["y_high"], strict=True)
    values = [(valued(y_unit, *y), valued(x_unit, *x)) for *x, a, b, c in rows for y in [(a, b, c)]]
    return [[*v, group, *more] for v, more in zip(values, columns(part, "note"), strict=True)]


def log_steps(low: float, high: float) -> list[float]:
    """Round numbers over the decades of ``low`` to ``high``: 1, 2, 5 in two decades, 1, 3 in four, else powers of ten."""
    first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
    steps = (1, 2, 5) if last - first <= 2 else (1, 3) if last - first <= 4 else (1,)
    return [m * 10.0**e for e in range(first, last + 1) for m in steps]


def log_ticks(values: pd.Series[float]) -> dict[str, Any]:
    """Plotly settings of a logarithmic axis whose ticks are ``log_steps``, written out."""
    if values.empty:
        return {"type": "log"}
    ticks = log_steps(values.min(), values.max())
    return {"type": "log", "tickvals": ticks, "ticktext": [f"{t:,.6g}" for t in ticks]}


def _joined(rows: pd.DataFrame, column: str) -> go.Scatter:
    """Thin lines through the rows of each value of the column, in order of x, as one trace."""
    import plotly.graph_objects as go

    xs: list[float | None] = []
    ys: list[float | None] = []
    for _, part in rows.sort_values("x").groupby(column, sort=False):
        if len(part) > 1:
            xs += [*part["x"], None]
            ys += [*part["y"], None]
    return go.Scatter(
        x=xs, y=ys, mode="lines", line={"color": faint(GREY), "width": 1.2}, hoverinfo="skip", showlegend=False
    )


def _names(
    rows: pd.DataFrame, edge: pd.DataFrame, log_x: bool, most: int, height: int, width: float
) -> list[tuple[str, str]]:
    """Names and sides of the marks, kept off the line through ``edge`` (rows by ``x``), level first, then upright."""
    if rows.empty:
        return []
    xs = [math.log10(v) for v in rows["x"]] if log_x else [float(v) for v in rows["x"]]
    ys = [float(v) for v in rows["y"]]
    names = [plain(short(v, 26)) if i < most else "" for i, v in enumerate(rows["label"])]
    across, up = _unit(xs, []), _unit(ys, _ends(rows))
    at = dict(zip(rows.index, zip(across, up, strict=True), strict=True))
    corners = [at[row] for row in edge.index]
    line = [corner for a, b in pairwise(corners) for corner in (a, (b[0], a[1]))] + corners[-1:]
    return placed(across, up, names, width=width, height=height - 130, line=line)


def _ends(rows: pd.DataFrame) -> list[float]:
    """The ends of the upright error bars, which the axis holds too."""
    return [float(v) for end in ("y_low", "y_high") if end in rows for v in rows[end].dropna()]


def _unit(values: list[float], more: list[float]) -> list[float]:
    """Values in 0–1 of an axis that holds ``more`` as well."""
    low, high = min([*values, *more]), max([*values, *more])
    # plotly pads the axis by about a twentieth on each side
    return [0.05 + 0.9 * (v - low) / (high - low) if high > low else 0.5 for v in values]


def _errors(part: pd.DataFrame, colour: str) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for axis in ("x", "y"):
        if f"{axis}_low" in part and part[f"{axis}_low"].notna().any():
            out[f"error_{axis}"] = {
                "type": "data", "symmetric": False, "thickness": 1.1, "width": 0, "color": colour,
                "array": (part[f"{axis}_high"] - part[axis]).clip(lower=0),
                "arrayminus": (part[axis] - part[f"{axis}_low"]).clip(lower=0),
            }  # fmt: skip
    return out


def _name_shifts(frame: pd.DataFrame, log: bool, plot: int) -> dict[Any, float]:
    """How far, in pixels upwards, each line's name stands from its end: a line of text from the next name, near its own end.

    The shifts are the least squares that keep the order and the distance (isotonic regression).
    """
    from scipy.optimize import isotonic_regression

    rows = frame.dropna(subset=["x", "y"]).reset_index(drop=True)
    if rows.empty:
        return {}
    heights = rows["y"].map(math.log10) if log else rows["y"]
    pixels = heights / ((heights.max() - heights.min()) or 1.0) * plot
    last = rows.groupby("series", sort=False)["x"].idxmax()
    ends = sorted((float(pixels[row]), str(thing)) for thing, row in last.items())
    wanted = [end - LINE * i for i, (end, _) in enumerate(ends)]
    placed = isotonic_regression(wanted).x
    return {thing: float(y) - w for (_, thing), y, w in zip(ends, placed, wanted, strict=True)}


def lines(
    frame: pd.DataFrame, *, x_unit: str, y_unit: str, title: str, note: str, source: str, name: str, log_y: bool = False,
    height: int = 400, steps: bool = False,
) -> Chart:  # fmt: skip
    """One line per ``series`` over ``x`` (``y``; ``low, high`` where known; ``segment`` or ``vendor_id`` gives its mark), named at
    its end.

    ``steps`` draws values that hold until the next one.
    """
    import plotly.graph_objects as go

    from harness.charts.palette import series as mark_of

    figure, shifts = blank(height), _name_shifts(frame, log_y, height - 110)
    own = marks(list(frame.drop_duplicates("series")["vendor_id"])) if "vendor_id" in frame else []
    for index, (thing, part) in enumerate(frame.groupby("series", sort=False)):
        mark = segment(part["segment"].iloc[0]) if "segment" in part else own[index] if own else mark_of(index)
        part = part.sort_values("x", kind="stable")
        if "low" in part and part["low"].notna().any():
            figure.add_trace(
                go.Scatter(
                    x=[*part["x"], *part["x"][::-1]], y=[*part["high"], *part["low"][::-1]], mode="lines", fill="toself",
                    opacity=0.16, fillcolor=mark.colour, line={"width": 0}, hoverinfo="skip", showlegend=False,
                )
            )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=part["x"], y=part["y"], mode="lines+markers", name=plain(thing), cliponaxis=False,
                line={"color": mark.colour, "width": 2, "shape": "hv" if steps else "linear"},
                marker={"symbol": mark.symbol, "size": 8, "color": mark.colour},
                **cards([thing] * len(part), _line_cards(part, x_unit, y_unit), source=source),
            )
        )  # fmt: skip
        end = part.dropna(subset=["x", "y"]).iloc[-1:]
        for x, y in zip(end["x"], end["y"], strict=True):
            figure.add_annotation(
                x=x, y=math.log10(y) if log_y else y, text=plain(short(thing, 24)), showarrow=False, xanchor="left", xshift=8,
                yshift=shifts[str(thing)], font={"size": 11, "color": mark.colour},
            )  # fmt: skip
    dates = len(frame) and str(frame["x"].dtype).startswith("datetime")
    figure.update_xaxes(title=across(x_unit), **({"tickformat": "%Y-%m"} if dates else {}))
    first, last = frame["x"].min(), frame["x"].max()
    if len(frame) and first < last:  # else the names at the ends would widen the axis
        pad = (last - first) * 0.04
        figure.update_xaxes(range=[first - pad, last + pad])
    figure.update_yaxes(title=y_unit, showgrid=True, **(log_ticks(frame["y"]) if log_y else {}))
    figure.update_layout(margin_r=130)
    return Chart(figure, title, note, source, frame, name)


def _line_cards(part: pd.DataFrame, x_unit: str, y_unit: str) -> list[list[str]]:
    """Lines of the hover cards on a line: its place, its value with the interval, and whose it is where that is known."""
    dates = str(part["x"].dtype).startswith("datetime")
    places = [said(x_unit, str(x)[:10] if dates else f"{x:,.6g}") for x in part["x"]]
    ends = [part[end] if end in part else part["y"] for end in ("low", "high")]
    values = [valued(y_unit, y, a, b) for y, a, b in zip(part["y"], *ends, strict=True)]
    more = columns(part, "product", "provider", "note")
    return [[value, *own, place] for value, own, place in zip(values, more, places, strict=True)]
