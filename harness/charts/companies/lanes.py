"""Dots in time, a lane for each series: releases of several vendors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.charts.chart import Chart, blank, brief, plain, short
from harness.charts.hover import cards
from harness.charts.palette import GREY
from harness.charts.vendor_colours import marks

if TYPE_CHECKING:
    import pandas as pd

LEAST, LARGEST, HOLLOW = 7.0, 17.0, 6.0
"""Diameters in pixels: of the product with fewest and with most points, and of one without points."""
_STEP, _NAMES, _WIDTH = 9.0, 48.0, 560.0
"""Pixels between dots of one day; room for the names above and below a lane's dots; width that the dots are laid out for."""


def lanes(
    frame: pd.DataFrame, *, title: str, unit: str, note: str, source: str, name: str, data: pd.DataFrame
) -> Chart:
    """One dot per row (``series, vendor_id, label, x, score, newest, best, hover``), the series below each other in the given order.

    Dots of near days are set off up and down; ``score`` is the area, and where it is missing the dot is small and hollow.
    The series' best and newest are named, the best one above its lane, the newest below.
    """
    import plotly.graph_objects as go

    names = list(dict.fromkeys(frame["series"]))
    first, last = frame["x"].min(), frame["x"].max()
    days = max((last - first).days, 1)
    own = marks(list(frame.drop_duplicates("series")["vendor_id"]))
    sizes = _sizes(frame["score"])
    middles: list[float] = []
    top = 0.0
    traces: list[Any] = []
    labels: list[Any] = []
    for index, thing in enumerate(names):
        part = frame[frame["series"] == thing].assign(size=sizes).sort_values("x", kind="stable")
        shifts = _shifts([(d - first).days / days * _WIDTH for d in part["x"]], list(part["size"]))
        half = max(max(abs(s) for s in shifts) + LARGEST / 2, 12.0)
        middle = top + _NAMES / 2 + half
        mark = own[index]
        hollow = part["score"].isna()
        traces.append(
            go.Scatter(
                x=part["x"], y=[middle + s for s in shifts], mode="markers", cliponaxis=False, name=plain(thing),
                marker={
                    "size": part["size"], "color": mark.colour, "line": {"width": [1 if h else 0 for h in hollow]},
                    "symbol": ["circle-open" if h else "circle" for h in hollow],
                    "opacity": [0.7 if h else 0.8 for h in hollow],
                },
                **cards(part["label"], part["hover"], source=source),
            )
        )  # fmt: skip
        labels += _named(part.assign(y=[middle + s for s in shifts]), middle, half, mark.colour, first, days)
        middles.append(middle)
        top = middle + half + _NAMES / 2
    figure = blank(int(top) + 70)
    figure.add_traces(traces)
    figure.update_layout(annotations=labels, margin={"t": 8, "r": 14})
    for middle in middles:
        figure.add_hline(y=middle, line_width=1, line_color=GREY, opacity=0.35, layer="below")
    pad = (last - first) * 0.03
    figure.update_xaxes(title=unit, range=[first - pad, last + pad], tickformat="%Y-%m", showgrid=True, fixedrange=True)
    figure.update_yaxes(
        range=[top, 0], tickvals=middles, ticktext=[plain(brief(n, 14)) for n in names], showgrid=False, fixedrange=True
    )
    return Chart(figure, title, note, source, data, name)


def _sizes(scores: pd.Series[float]) -> pd.Series[float]:
    low, high = scores.min(), scores.max()
    grown = (scores - low) / (high - low) if high > low else scores * 0 + 1
    return (LEAST**2 + grown * (LARGEST**2 - LEAST**2)).pow(0.5).fillna(HOLLOW)


def _shifts(xs: list[float], sizes: list[float]) -> list[float]:
    """How far each dot stands from its lane's middle, in pixels: the least at which it covers none of those before it."""
    out: list[float] = []
    for place, (x, size) in enumerate(zip(xs, sizes, strict=True)):
        near = [(xs[i], out[i], sizes[i]) for i in range(place) if x - xs[i] < LARGEST]
        tries = [side * step * _STEP / 2 for step in range(4 * len(near) + 2) for side in ((1, -1) if step else (1,))]
        out.append(
            next(t for t in tries if all((x - a) ** 2 + (t - b) ** 2 >= ((size + s) / 2) ** 2 for a, b, s in near))
        )
    return out


def _named(part: pd.DataFrame, middle: float, half: float, colour: str, first: Any, days: int) -> list[dict[str, Any]]:
    """Annotations of a lane: its best product above, its newest below; a product that is both is named once, above."""
    out = []
    for column, side in (("best", -1), ("newest", 1)):
        rows = part[part[column]]
        if rows.empty or (column == "newest" and bool(rows.iloc[0]["best"])):
            continue
        row = rows.iloc[0]
        where = (row["x"] - first).days / days
        anchor = "left" if where < 0.25 else "right" if where > 0.6 else "center"
        edge = middle + side * (half + 2)
        out.append(
            {"x": row["x"], "y": row["y"], "ax": 0, "ay": edge - row["y"], "axref": "pixel", "ayref": "pixel",
             "text": plain(short(row["label"], 26)), "showarrow": True, "arrowhead": 0, "arrowwidth": 1, "arrowcolor": colour,
             "standoff": 3, "xanchor": anchor, "yanchor": "bottom" if side < 0 else "top", "font": {"size": 11}}
        )  # fmt: skip
    return out
