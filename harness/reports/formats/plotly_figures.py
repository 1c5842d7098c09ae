"""Figures as Plotly charts, by the site's own chart functions: what the HTML form shows where scripts run."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from harness.charts.labels import MOST
from harness.charts.palette import ORIGINS, segment
from harness.reports.document import Figure
from harness.reports.messages import Words

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart


LEGEND = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0}
"""Above the marks, as the site's charts have theirs."""
AXIS = 44
"""Letters of a line of an axis' title that fit a telephone."""


def dots(figure: Figure, words: Words) -> Chart:
    """A leaderboard."""
    from harness.charts.dots import ranking

    rows = _frame(figure).rename(columns={"label": "model", "value": "score", "group": "segment"}).assign(ranks="")
    chart = ranking(rows, unit=figure.unit, origin=figure.origin, chosen=figure.about or None, **_texts(figure))
    _explained(chart, figure, words)
    return chart


def _explained(chart: Chart, figure: Figure, words: Words) -> None:
    """A legend of a leaderboard's marks, where it has several kinds of them."""
    groups = dict.fromkeys(p.group for p in figure.points if p.group)
    if len(groups) < 2:
        return
    chart.figure.update_traces(showlegend=False)
    for group in groups:
        mark = segment(group)
        sign = {"color": mark.colour, "symbol": mark.symbol + ORIGINS[figure.origin], "size": 10}
        chart.figure.add_scatter(x=[None], y=[None], mode="markers", marker=sign, name=words.known("segment", group))
    chart.figure.update_layout(showlegend=True, legend=LEGEND)


def differences(figure: Figure, words: Words) -> Chart:
    """Differences around zero; what is significant is filled."""
    from harness.charts.dots import differences as chart

    rows = _frame(figure).rename(columns={"value": "difference", "mark": "significant"})
    return chart(rows, words, unit=figure.unit, labels=figure.marks, **_texts(figure))


def profile(figure: Figure, words: Words) -> Chart:
    """Several things on the same dimensions."""
    from harness.charts.dots import profile as chart

    rows = _frame(figure).rename(columns={"label": "thing", "row": "dimension", "group": "vendor_id"})
    rows = rows[["thing", "dimension", "vendor_id", "value"]]
    return chart(rows, unit=figure.unit, **_texts(figure))


def scatter(figure: Figure, words: Words) -> Chart:
    """Capability against a logarithmic price, with the frontier."""
    from harness.charts.scatter import points

    names = {"value": "x", "group": "segment", "mark": "on_frontier"}
    rows = _frame(figure).rename(columns=names).drop(columns=["low", "high"])
    chart = points(rows, words, x_unit=figure.unit, y_unit=figure.unit_y, log_x=True, origin=figure.origin,
                  frontier=True, chosen=figure.about, labels=12 if figure.narrow else MOST, width=400 if figure.narrow else 640,
                  height=380 if figure.narrow else 460, **_texts(figure))  # fmt: skip
    title = str(chart.figure.layout.xaxis.title.text)
    lines = [part for line in title.split("<br>") for part in textwrap.wrap(line, AXIS)]
    chart.figure.update_xaxes(title_text="<br>".join(lines))
    return chart


def heat(figure: Figure, words: Words) -> Chart:
    """A table of colours."""
    from harness.charts import grid

    frame = _frame(figure)
    rows, columns = figure.grid
    square = frame.pivot_table(index="row", columns="label", values="value", sort=False)
    square = square.reindex(index=rows, columns=columns)
    whole = all(float(v).is_integer() for v in frame["value"].dropna())
    return grid.heat(square, unit=figure.unit, decimals=0 if whole else 2, **_texts(figure))


def _texts(figure: Figure) -> dict[str, Any]:
    return {"title": figure.title, "note": figure.note, "source": figure.source, "name": figure.key}


def _frame(figure: Figure) -> pd.DataFrame:
    import pandas as pd

    columns = ["label", "value", "low", "high", "y", "y_low", "y_high", "group", "row", "mark", "note"]
    return pd.DataFrame([[getattr(p, c) for c in columns] for p in figure.points], columns=columns)
