"""Intervals drawn in the rows of a table: one small picture a row, all on one axis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from harness.charts.palette import GREY, segment

if TYPE_CHECKING:
    import pandas as pd

WIDTH, HEIGHT = 200, 29
"""Pixels of one picture: of its width, and of the height that a row of 35 pixels gives it: nothing is scaled."""
_EDGE = 7
"""Pixels on either side, so that a mark at the end of the axis is whole."""
_STEP = 10.0
FOREMOST = 100
"""First rows that the axis holds: what is far below them stands as an arrow at its left end."""
_BEYOND = "<path d='M2 14.5l6-4v8z' fill='{colour}' fill-opacity='.6'/>"
SHAPES = {
    "circle": "<circle cx='{x}' cy='14.5' r='4' fill='{colour}'/>",
    "diamond": "<path d='M{x} 9.5l5 5-5 5-5-5z' fill='{colour}'/>",
    "square": "<path d='M{x} 14.5m-4-4h8v8h-8z' fill='{colour}'/>",
}
"""Marks of segments, as on charts; every other is a circle."""


@dataclass(frozen=True, slots=True)
class Axis:
    """The axis that all rows share: its ends in the unit of the values, and its width in pixels."""

    low: float
    high: float
    width: int = WIDTH

    def at(self, value: float) -> float:
        """Pixels from the left; a value beyond an end stands at the end."""
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return round(_EDGE + share * (self.width - 2 * _EDGE), 1)


def axis(frame: pd.DataFrame, width: int = WIDTH) -> Axis:
    """The axis that holds the intervals of the FOREMOST first rows of ``frame`` (``low, high``), from and to full tens."""
    low = math.floor(float(frame["low"].head(FOREMOST).min()) / _STEP) * _STEP
    high = math.ceil(float(frame["high"].max()) / _STEP) * _STEP
    return Axis(low, max(high, low + _STEP), width)


def bars(frame: pd.DataFrame, on: Axis, guides: Sequence[float] = ()) -> list[str]:
    """One picture a row (``score, low, high, segment``) as ``data:`` addresses: the mark of the segment on its interval.

    ``guides`` are values at which a thin line runs through all rows. Colours stand on white and on near-black.
    """
    lines = "".join(
        f"<path d='M{on.at(value)} 0v{HEIGHT}' stroke='{GREY}' stroke-opacity='.45' stroke-dasharray='2 3'/>"
        for value in guides
        if on.low <= value <= on.high
    )
    rows = zip(frame["score"], frame["low"], frame["high"], frame["segment"], strict=True)
    return [_picture(lines, on, *row) for row in rows]


def _picture(lines: str, on: Axis, score: float, low: float, high: float, group: object) -> str:
    mark = segment(group)
    drawn = _BEYOND.format(colour=mark.colour)
    if score >= on.low:
        drawn = SHAPES.get(mark.symbol, SHAPES["circle"]).format(x=on.at(score), colour=mark.colour)
    if low < high and high > on.low:
        span = f"M{on.at(low)} 14.5H{on.at(high)}"
        drawn = f"<path d='{span}' stroke='{mark.colour}' stroke-width='2.5' stroke-opacity='.6'/>{drawn}"
    size = f"width='{on.width}' height='{HEIGHT}' viewBox='0 0 {on.width} {HEIGHT}'"
    svg = f"<svg xmlns='http://www.w3.org/2000/svg' {size}>{lines}{drawn}</svg>"
    return "data:image/svg+xml," + quote(svg, safe=" ='/:,.-")
