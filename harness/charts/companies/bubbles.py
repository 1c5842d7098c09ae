"""Marks of different sizes in the cells of a grid, the largest named: a map of the market.

Heights are in pixels and fixed; columns share whatever width there is, so that the same figure reads on a telephone: two named
marks stand side by side in a wide column, six small ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.charts.chart import Chart, blank, brief, plain
from harness.charts.hover import cards
from harness.charts.palette import segment

if TYPE_CHECKING:
    import pandas as pd


LARGEST, LEAST, HOLLOW = 54.0, 6.0, 7.0
"""Diameters in pixels: of the largest mark (two fit a column of a telephone), of the smallest, of one without a size."""
NAMED = 36
"""Marks that carry their name, the largest: as many as leave every cell a few lines."""
_SIDE_BY_SIDE, _DOTS = 2, 6
_NAME, _HEAD, _GAP = 18.0, 32.0, 7.0
_TELEPHONE, _LETTER = 340.0, 5.0
"""Pixels of a telephone's chart across, and of a letter of a name."""
_AREA = {"square": math.sqrt(math.pi) / 2, "diamond": math.sqrt(math.pi / 2) / 1.3}
"""By how much plotly's squares and diamonds are drawn smaller, so that equal sizes have the area of the circle."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the grid: key in the frame, name, what stands below the name (lines)."""

    key: str
    name: str
    note: str


def cells(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    bands: Sequence[tuple[str, str]],
    *,
    title: str,
    note: str,
    source: str,
    name: str,
    data: pd.DataFrame,
) -> Chart:
    """One mark per row (``label, band, segment, size, hover``): ``bands`` below each other, a column for each segment.

    ``size`` is drawn as area; where it is missing the mark is small and hollow. ``hover`` is text, a line a part.
    """
    import plotly.graph_objects as go

    ranked = frame.sort_values("size", ascending=False, kind="stable", na_position="last").reset_index(drop=True)
    ranked = ranked.assign(diameter=_diameters(ranked["size"]), named=(ranked.index < NAMED) & ranked["size"].notna())
    edges = _edges(ranked, columns)
    placed, heads, total = _placed(ranked, columns, bands, edges)
    figure = blank(int(total) + 66)
    for group, part in placed.groupby("segment", sort=False):
        mark = segment(group)
        hollow = part["size"].isna()
        figure.add_trace(
            go.Scatter(
                x=part["x"], y=part["y"], mode="markers", cliponaxis=False,
                marker={
                    "size": part["diameter"] * _AREA.get(mark.symbol, 1.0), "sizemode": "diameter", "color": mark.colour,
                    "symbol": [mark.symbol + ("-open" if h else "") for h in hollow],
                    "opacity": [0.9 if h else 0.85 for h in hollow], "line": {"width": [1 if h else 0 for h in hollow]},
                },
                **cards(part["label"], part["hover"], source=source),
            )
        )  # fmt: skip
    named = placed[placed["named"]]
    figure.add_trace(
        go.Scatter(
            x=named["x"], y=named["y"] + named["diameter"] / 2 + _NAME / 2 + 1, mode="text", hoverinfo="skip", cliponaxis=False,
            text=[plain(brief(n, _letters(edges))) for n in named["label"]], textposition="middle center", textfont={"size": 10},
        )
    )  # fmt: skip
    _frame_of(figure, columns, edges, heads, total)
    return Chart(figure, title, note, source, data, name)


def _diameters(sizes: pd.Series[float]) -> list[float]:
    largest = sizes.max()
    return [HOLLOW if s != s else max(LEAST, LARGEST * math.sqrt(s / largest)) for s in sizes]


def _letters(edges: Sequence[float]) -> int:
    """Letters of a name that two marks side by side leave room for on a telephone."""
    widest = max(b - a for a, b in zip(edges, edges[1:], strict=False))
    return int(_TELEPHONE * 0.92 * widest / _SIDE_BY_SIDE / _LETTER)


def _edges(ranked: pd.DataFrame, columns: Sequence[Column]) -> list[float]:
    """Where the columns begin and end across, 0 to 1: one that has no named mark takes half the width of one that has."""
    named = set(ranked.loc[ranked["named"], "segment"])
    widths = [2.0 if c.key in named else 1.0 for c in columns]
    ends = [sum(widths[: i + 1]) / sum(widths) for i in range(len(widths))]
    return [0.0, *ends]


def _placed(
    ranked: pd.DataFrame, columns: Sequence[Column], bands: Sequence[tuple[str, str]], edges: Sequence[float]
) -> tuple[pd.DataFrame, list[tuple[str, float]], float]:
    """The marks with ``x`` (0 to 1) and ``y`` (pixels from the top), each band's heading with its ``y``, and the whole height."""
    spots: dict[int, tuple[float, float]] = {}
    heads: list[tuple[str, float]] = []
    top = 0.0
    for band, heading in bands:
        heads.append((heading, top))
        bottom = top + _HEAD
        for column, left, right in zip(columns, edges, edges[1:], strict=False):
            part = ranked[(ranked["band"] == band) & (ranked["segment"] == column.key)]
            narrow = right - left < max(b - a for a, b in zip(edges, edges[1:], strict=False)) - 1e-9
            bottom = max(bottom, _fill(spots, part, left, right, top + _HEAD, _DOTS // (2 if narrow else 1)))
        top = bottom + _GAP
    out = ranked.loc[list(spots)]
    return out.assign(x=[x for x, _ in spots.values()], y=[y for _, y in spots.values()]), heads, top


def _fill(
    spots: dict[int, tuple[float, float]], part: pd.DataFrame, left: float, right: float, top: float, dots: int
) -> float:
    """Put a cell's marks into ``spots``, line by line from ``top``, and return where they end."""
    named, rest = part[part["named"]], part[~part["named"]]
    for rows, side_by_side, below in ((named, _SIDE_BY_SIDE, _NAME), (rest, dots, 0.0)):
        for start in range(0, len(rows), side_by_side):
            line = rows.iloc[start : start + side_by_side]
            high = line["diameter"].max()
            for place, index in enumerate(line.index):
                x = left + (right - left) * (0.04 + 0.92 * (place + 0.5) / side_by_side)
                spots[index] = (x, top + high / 2)
            top += high + below + _GAP
    return top


def _frame_of(
    figure: Any, columns: Sequence[Column], edges: Sequence[float], heads: Sequence[tuple[str, float]], total: float
) -> None:
    """Axes without numbers, the columns' names on top, a line and a heading above each band."""
    middles = [(a + b) / 2 for a, b in zip(edges, edges[1:], strict=False)]
    figure.update_xaxes(
        range=[0, 1], side="top", showgrid=False, ticks="", fixedrange=True, tickvals=middles, tickangle=0,
        ticktext=[f"<b>{plain(c.name)}</b><br>{plain(c.note)}".replace("\n", "<br>") for c in columns],
    )  # fmt: skip
    figure.update_yaxes(range=[total, 0], visible=False, fixedrange=True)
    for edge in edges[1:-1]:
        figure.add_vline(x=edge, line_width=1, line_dash="dot", line_color="#8A8F98", opacity=0.5)
    for text, y in heads:
        figure.add_hline(y=y, line_width=1, line_color="#8A8F98", opacity=0.6)
        figure.add_annotation(
            x=0, y=y, xref="paper", text=text, showarrow=False, xanchor="left", yanchor="top", yshift=-4, font={"size": 12}
        )  # fmt: skip
    figure.update_layout(margin={"l": 4, "r": 4, "t": 58, "b": 8})
