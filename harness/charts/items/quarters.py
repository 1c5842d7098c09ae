"""Items by who of two solves them: one bar a benchmark, in four parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.chart import Chart, across, blank, plain, short
from harness.charts.heat_colours import PALE, ink
from harness.charts.hover import cards, said
from harness.charts.palette import GREEN
from harness.charts.vendor_colours import marks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

PARTS = ("both", "only_a", "only_b", "neither")
ROW = 44
"""Pixels a bar: its number stands inside."""
LEAST_WRITTEN = 0.045
"""Share of a bar from which its number fits inside."""


def quarters(
    frame: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    title: str,
    unit: str,
    note: str,
    source: str,
    name: str,
    vendors: tuple[str, str] = ("", ""),
) -> Chart:
    """One bar per row (``label`` and the numbers of items in PARTS), the first on top; ``labels`` name the parts,
    ``vendors`` are those of the two."""
    import plotly.graph_objects as go

    rows = frame.iloc[::-1]
    total = rows[list(PARTS)].sum(axis=1)
    own = marks(vendors)
    colours = {"both": GREEN, "only_a": own[0].colour, "only_b": own[1].colour, "neither": PALE}
    figure = blank(120 + ROW * max(len(rows), 2), barmode="stack")
    for part in PARTS:
        share = rows[part] / total
        figure.add_trace(
            go.Bar(
                x=share,
                y=list(range(len(rows))),
                orientation="h",
                name=plain(short(labels[part], 40)),
                marker={"color": colours[part]},
                text=[f"{int(n):,}" if s >= LEAST_WRITTEN else "" for n, s in zip(rows[part], share, strict=True)],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                insidetextfont={"color": ink(colours[part])},
                **cards(
                    rows["label"],
                    [
                        [said(labels[part], f"{int(n):,} ({s:.0%})"), unit]
                        for n, s in zip(rows[part], share, strict=True)
                    ],
                    source=source,
                ),
            )
        )
    figure.update_xaxes(title=across(unit), tickformat=".0%", range=[0, 1], showgrid=True)
    figure.update_yaxes(
        tickvals=list(range(len(rows))), ticktext=[plain(short(label, 36)) for label in rows["label"]], showgrid=False
    )
    figure.update_layout(
        uniformtext={"minsize": 10, "mode": "hide"},
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
    )
    return Chart(figure, title, note, source, frame, name)
