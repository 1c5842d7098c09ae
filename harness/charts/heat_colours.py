"""Colours of heat maps and of pale areas: a value's colour, digits that can be read on it, and what they become in the dark."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from harness.charts.palette import DIVERGING, SEQUENTIAL

if TYPE_CHECKING:
    import plotly.graph_objects as go

Scale = Sequence[tuple[float, str]]

SEQUENTIAL_DARK: Scale = ((0.0, "#1B2430"), (0.25, "#1C3F5E"), (0.5, "#22659A"), (0.75, "#4F9BD0"), (1.0, "#B5DDF5"))
"""On near-black amounts grow from dark to light: nothing stays dark, much shines."""
DIVERGING_DARK: Scale = ((0.0, "#F5B55C"), (0.25, "#9C5F17"), (0.5, "#262C35"), (0.75, "#22659A"), (1.0, "#8CC6EC"))
_SCALES = ((SEQUENTIAL, SEQUENTIAL_DARK), (DIVERGING, DIVERGING_DARK))
STATES, STATES_DARK = ("#3585BC", "#A9CFE5", "#F1A340", "#8A8F98"), ("#4F9BD0", "#1C3F5E", "#9C5F17", "#4A515C")
"""Of up to four states, best first: two blues, the orange of what is in doubt, grey."""
PALE, PALE_DARK = "#C9CDD3", "#4A515C"
"""The part of a bar that says least."""
_PLAIN = {**dict(zip(STATES, STATES_DARK, strict=True)), PALE: PALE_DARK}
BLACK, WHITE = "#000000", "#FFFFFF"
"""Digits in a cell: of these two one has 4.5:1 on every colour."""


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def ink(colour: str) -> str:
    """Black or white, whichever has more contrast on the colour."""
    own = luminance(colour)
    return BLACK if (own + 0.05) / 0.05 >= 1.05 / (own + 0.05) else WHITE


def shade(share: float, scale: Scale = SEQUENTIAL) -> str:
    """The scale's colour at ``share`` (0–1)."""
    for (a, first), (b, second) in zip(scale, scale[1:], strict=False):
        if share <= b:
            t = (share - a) / (b - a) if b > a else 0.0
            ends = [[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in (first, second)]
            return "#" + "".join(f"{round(u + (v - u) * t):02X}" for u, v in zip(*ends, strict=True))
    return scale[-1][1]


def inked(
    texts: Any, values: Any, scale: Scale, low: float | None = None, high: float | None = None
) -> list[list[str]]:
    """Texts of a heat map's cells, each in the ink of its cell; ``low`` and ``high`` are the values at the scale's ends."""
    known = [float(v) for row in values for v in row if v == v]
    low = min(known, default=0.0) if low is None else low
    high = max(known, default=1.0) if high is None else high
    return [
        [_in_ink(str(text), float(value), scale, low, high) for text, value in zip(row, own, strict=True)]
        for row, own in zip(texts, values, strict=True)
    ]


def _in_ink(text: str, value: float, scale: Scale, low: float, high: float) -> str:
    if not text or not math.isfinite(value):
        return text
    share = min(1.0, max(0.0, (value - low) / (high - low))) if high > low else 0.5
    return f'<span style="color:{ink(shade(share, scale))}">{text}</span>'


def in_the_dark(figure: go.Figure) -> go.Figure:
    """The figure for a near-black page: heat maps and pale areas in colours of their own; others as they are."""
    import plotly.graph_objects as go

    if not any(t.type == "heatmap" or _pale(t) for t in figure.data):
        return figure
    out = go.Figure(figure)
    for trace in out.data:
        if trace.type == "heatmap":
            scale = _dark(tuple((float(at), str(colour)) for at, colour in trace.colorscale))
            texts = trace.text
            trace.colorscale = [list(stop) for stop in scale]
            if texts is not None:
                bare = [[re.sub(r"</?span[^>]*>", "", str(text)) for text in row] for row in texts]
                trace.text = inked(bare, trace.z, scale, trace.zmin, trace.zmax)
        elif _pale(trace):
            trace.marker.color = _PLAIN[trace.marker.color]
            if trace.type == "bar":
                trace.insidetextfont.color = ink(trace.marker.color)
    return out


def _pale(trace: Any) -> bool:
    return trace.type in ("bar", "scatter") and isinstance(trace.marker.color, str) and trace.marker.color in _PLAIN


def _dark(scale: Scale) -> Scale:
    for light, dark in _SCALES:
        if tuple(light) == tuple(scale):
            return dark
    return tuple((at, _PLAIN.get(colour, colour)) for at, colour in scale)
