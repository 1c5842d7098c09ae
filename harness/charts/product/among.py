"""One thing's values among those of its peers, row by row: its mark strong, theirs faint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.chart import Chart, across, blank, plain, short
from harness.charts.hover import cards, columns, valued
from harness.charts.palette import GREY, VERMILLION

if TYPE_CHECKING:
    import pandas as pd

ROW = 30
"""Pixels a row: two lines of text, so that a long name can break."""
PEER = 0.28
"""Opacity of a peer's mark: a hundred of them on one line still show where they crowd."""


def among(
    own: pd.DataFrame, peers: pd.DataFrame, *, thing: str, others: str, middle: str, title: str, unit: str, note: str,
    source: str, name: str,
) -> Chart:  # fmt: skip
    """One row a measure (``dimension, value, median, note``) in the frame's order; ``peers``: ``dimension, thing, value``.

    ``thing``, ``others`` and ``middle`` are the legend's names of the mark, of the peers and of their median.
    """
    import plotly.graph_objects as go

    rows = list(own["dimension"])[::-1]
    at = {dimension: place for place, dimension in enumerate(rows)}
    figure = blank(120 + ROW * max(len(rows), 3))
    around = peers[peers["dimension"].isin(at)]
    figure.add_trace(
        go.Scatter(
            x=around["value"], y=around["dimension"].map(at), mode="markers", name=plain(others),
            marker={"color": GREY, "size": 7, "opacity": PEER},
            **cards(around["thing"], [[d, valued(unit, v)] for d, v in zip(around["dimension"], around["value"], strict=True)],
                    source=source),
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=own["median"], y=own["dimension"].map(at), mode="markers", name=plain(middle), hoverinfo="skip",
            marker={"symbol": "line-ns", "size": 12, "line": {"width": 2, "color": GREY}},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=own["value"], y=own["dimension"].map(at), mode="markers", name=plain(short(thing, 34)),
            marker={"color": VERMILLION, "symbol": "diamond", "size": 12},
            **cards([thing] * len(own), [[d, valued(unit, v), valued(middle, m), *more] for d, v, m, more in
                    zip(own["dimension"], own["value"], own["median"], columns(own, "note"), strict=True)], source=source),
        )
    )  # fmt: skip
    figure.update_xaxes(title=across(unit), showgrid=True)
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[plain(short(d, 34)) for d in rows], range=[-0.6, len(rows) - 0.4],
        showgrid=True,
    )  # fmt: skip
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return Chart(figure, title, note, source, own, name)
