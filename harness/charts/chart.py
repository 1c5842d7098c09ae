"""A chart: a Plotly figure with its title, note, source and data; the house's margins and label widths."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.charts.labels import letters

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

DASH = "–"
"""Stands for a missing value."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure, the sentence it shows, how to read its error bars, its source, its data.

    The figure carries no colours of text or background: the site's theme or the report's document sets them.
    """

    figure: go.Figure
    title: str
    note: str
    source: str
    data: pd.DataFrame
    name: str

    @property
    def alt(self) -> str:
        """Text for screen readers in place of the picture."""
        return f"{self.title}. {self.note}".replace("..", ".")


def plain(text: object) -> str:
    """Text from data, harmless in a figure (plotly reads a little HTML there)."""
    return html.escape(str(text), quote=False)


def across(unit: str) -> str:
    """The title of an axis that runs across, in lines short enough for a telephone: broken at its bracket, then at
    a comma; without a bracket in the middle."""
    head, opened, inner = unit.partition("（" if "（" in unit else " (")
    if not opened and letters(unit) > 26 and " " in unit:
        gap = min((i for i, c in enumerate(unit) if c == " "), key=lambda i: abs(i - len(unit) / 2))
        return f"{unit[:gap]}<br>{unit[gap + 1 :]}"
    if letters(unit) <= 32 or not opened:
        return unit
    if letters(inner) > 30:
        inner = inner.replace(", ", ",<br>", 1).replace("，", "，<br>", 1)
    return f"{head}<br>{opened.strip()}{inner}"


def blank(height: int, **layout: Any) -> go.Figure:
    """An empty figure with the house's margins, thin grid and no legend."""
    import plotly.graph_objects as go

    # at once: every later update checks the whole figure again
    return go.Figure(
        layout={
            "height": height,
            "margin": {"l": 8, "r": 16, "t": 12, "b": 48},
            "showlegend": False,
            "hovermode": "closest",
            "dragmode": False,
            "separators": ". ",
            "bargap": 0.35,
            "xaxis": {
                "automargin": True,
                "zeroline": False,
                "ticks": "outside",
                "ticklen": 4,
                "title": {"standoff": 10},
            },
            "yaxis": {"automargin": True, "zeroline": False, "title": {"standoff": 8}},
            **layout,
        }
    )


def short(text: object, limit: int = 30) -> str:
    """A label cut in the middle, so that both the family and the size stay readable."""
    word = str(text)
    if len(word) <= limit:
        return word
    head = (limit - 1) * 2 // 3
    return f"{word[:head]}…{word[-(limit - 1 - head) :]}"


def brief(name: object, limit: int) -> str:
    """A company's name without what stands in brackets, and with an ellipsis after the last whole word within the limit (in
    Latin letters)."""
    word = re.sub(r"\s*[(（].*", "", str(name)) or str(name)
    if letters(word) <= limit:
        return word
    head = word
    while letters(head) > limit and " " in head:
        head = head.rpartition(" ")[0]
    while letters(head) > limit:
        head = head[:-1]
    return f"{head}…"
