"""Heat maps: agreement of models, scores by task, cells of the market. A missing value is an empty cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.chart import Chart, blank, plain, short
from harness.charts.heat_colours import inked
from harness.charts.hover import grid_cards
from harness.charts.palette import DIVERGING, SEQUENTIAL
from harness.charts.text import number

if TYPE_CHECKING:
    import pandas as pd


def heat(
    square: pd.DataFrame,
    *,
    title: str,
    unit: str,
    note: str,
    source: str,
    name: str,
    decimals: int = 2,
    bounds: tuple[float, float] | None = None,
    diverging: bool = False,
    data: pd.DataFrame | None = None,
) -> Chart:
    """A heat map, rows by columns, with the values written in the cells where they fit."""
    import plotly.graph_objects as go

    written = square.shape[0] * square.shape[1] <= 260 and square.shape[1] <= 18
    row = (56 if len(square) < 8 else 28) if written else 24
    figure = blank(136 + row * max(len(square), 2))
    low, high = bounds if bounds else (None, None)
    values, scale = square.to_numpy(dtype=float, na_value=float("nan")), DIVERGING if diverging else SEQUENTIAL
    text = square.map(lambda v: "" if v != v or v is None else number(v, decimals)) if written else None
    figure.add_trace(
        go.Heatmap(
            z=values,
            x=[plain(short(c, 22)) for c in square.columns],
            y=[plain(short(r, 28)) for r in square.index],
            text=None if text is None else inked(text.to_numpy(), values, scale, low, high),
            texttemplate="%{text}" if written else None,
            textfont={"size": 11},
            colorscale=[list(stop) for stop in scale],
            zmin=low,
            zmax=high,
            xgap=1,
            ygap=1,
            hoverongaps=False,
            **grid_cards(square, unit, source, decimals),
            colorbar={"orientation": "h", "thickness": 10, "tickangle": 0, "nticks": 4, "len": 0.5, "ypad": 0, "xpad": 0,
                      "y": 1.0, "yanchor": "bottom", "x": 1, "xanchor": "right"},
        )
    )  # fmt: skip
    figure.update_xaxes(showgrid=False, autotickangles=[0, -40, -90], ticks="")
    figure.update_yaxes(showgrid=False, autorange="reversed", ticks="")
    figure.update_layout(margin_t=66)
    # no title of the scale: Plotly writes that upon the scale where the chart is low; from the right, for a telephone has room to the left
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": 1, "yref": "paper", "yanchor": "bottom", "yshift": 36}
    figure.add_annotation(text=plain(unit), showarrow=False, **place)
    out = square.reset_index() if data is None else data
    return Chart(figure, title, note, source, out, name)
