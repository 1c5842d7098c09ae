"""Who stands at which stage: a line for each thing, a mark in each of its columns, joined from its first to its last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from harness.charts.chart import Chart, blank, brief, plain
from harness.charts.hover import cards
from harness.charts.palette import faint, segment

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator

ROW = 24


def stages(
    frame: pd.DataFrame,
    columns: Sequence[tuple[str, str]],
    say: Translator,
    *,
    title: str,
    note: str,
    source: str,
    name: str,
    data: pd.DataFrame,
) -> Chart:
    """One mark per row (``label, stage, segment, hover``), things in the given order; ``columns`` are stages and their headings."""
    import plotly.graph_objects as go

    things = list(dict.fromkeys(frame["label"]))
    line = {thing: place for place, thing in enumerate(things)}
    across = {stage: place for place, (stage, _) in enumerate(columns)}
    figure = blank(ROW * max(len(things), 3) + 110)
    for group, part in frame.groupby("segment", sort=False):
        mark = segment(group)
        xs: list[float | None] = []
        ys: list[float | None] = []
        for thing, own in part.groupby("label", sort=False):
            places = own["stage"].map(across)
            xs += [places.min(), places.max(), None]
            ys += [line[thing], line[thing], None]
        figure.add_trace(
            go.Scatter(x=xs, y=ys, mode="lines", line={"color": faint(mark.colour), "width": 3}, hoverinfo="skip", showlegend=False)
        )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=part["stage"].map(across), y=part["label"].map(line), mode="markers", name=plain(say.known("segment", group)),
                marker={"color": mark.colour, "symbol": mark.symbol, "size": 12},
                **cards(part["label"], part["hover"], source=source),
            )
        )  # fmt: skip
    figure.update_xaxes(
        side="top", tickvals=list(range(len(columns))), ticktext=[plain(h).replace("\n", "<br>") for _, h in columns],
        range=[-0.5, len(columns) - 0.5], ticks="", showgrid=True, fixedrange=True, tickfont={"size": 11},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(things))), ticktext=[plain(brief(t, 20)) for t in things],
        range=[len(things) - 0.4, -0.6], showgrid=True, fixedrange=True,
    )  # fmt: skip
    figure.update_layout(
        showlegend=True, margin={"t": 8, "b": 34},
        legend={"orientation": "h", "y": 0, "yanchor": "top", "x": 0, "title": {"text": ""}},
    )  # fmt: skip
    return Chart(figure, title, note, source, data, name)
