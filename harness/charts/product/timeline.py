"""One maker's products over time: the chosen one strong, its line joined, the others faint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.chart import Chart, across, blank, plain, short
from harness.charts.hover import cards, said, valued
from harness.charts.labels import MOST, TELEPHONE, for_telephones, placed
from harness.charts.palette import BLUE, GREY, VERMILLION

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

KINDS = {
    "chosen": (VERMILLION, "diamond", 14, 1.0),
    "line": (BLUE, "circle", 10, 0.9),
    "other": (GREY, "circle", 7, 0.45),
}
"""Colour, symbol, size and opacity of the chosen product, of its line and of the others."""


def timeline(
    frame: pd.DataFrame, names: Mapping[str, str], *, x_unit: str, y_unit: str, title: str, note: str, source: str,
    name: str, labels: int = MOST, height: int = 440,
) -> Chart:  # fmt: skip
    """One mark per row (``label, x`` (day), ``y, low, high, kind``), ``kind`` one of KINDS, called as ``names`` say.

    Names are written at the chosen product and its line, the others' on hover; intervals are drawn for these alone.
    """
    import plotly.graph_objects as go

    order = {kind: place for place, kind in enumerate(KINDS)}
    rows = frame.dropna(subset=["x", "y"])
    rows = rows.sort_values(["kind", "x"], key=lambda c: c.map(order) if c.name == "kind" else -c.astype("int64"))
    figure = blank(height)
    line = rows[rows["kind"].ne("other")].sort_values("x")
    if len(line) > 1:
        figure.add_trace(
            go.Scatter(x=line["x"], y=line["y"], mode="lines", hoverinfo="skip", showlegend=False,
                       line={"color": BLUE, "width": 1.2, "dash": "dot"})
        )  # fmt: skip
    texts = _texts(rows, labels, height, 640)
    for kind, (colour, symbol, size, opacity) in reversed(KINDS.items()):
        part = rows["kind"].eq(kind).to_numpy()
        if not part.any():
            continue
        own = rows[part]
        written = [text for text, here in zip(texts, part, strict=True) if here]
        bars = {
            "error_y": {"type": "data", "symmetric": False, "thickness": 1.2, "width": 0, "color": colour,
                        "array": own["high"] - own["y"], "arrayminus": own["y"] - own["low"]}
        }  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=own["x"], y=own["y"], mode="markers+text", name=plain(names[kind]), opacity=opacity,
                text=[text for text, _ in written], textposition=[side for _, side in written], textfont={"size": 11},
                marker={"color": colour, "symbol": symbol, "size": size},
                **cards(own["label"], [[valued(y_unit, y, a, b), said(x_unit, f"{x:%Y-%m-%d}")] for x, y, a, b in
                        zip(own["x"], own["y"], own["low"], own["high"], strict=True)], source=source),
                **(bars if kind != "other" else {}),
            )
        )  # fmt: skip
    if len(rows):
        figure.add_trace(go.Scatter(**for_telephones(rows["x"], rows["y"], _texts(rows, labels, height, TELEPHONE))))
    figure.update_xaxes(title=across(x_unit), tickformat="%Y-%m")
    figure.update_yaxes(title=y_unit, showgrid=True)
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0})
    return Chart(figure, title, note, source, frame, name)


def _texts(rows: pd.DataFrame, most: int, height: int, width: float) -> list[tuple[str, str]]:
    """Name and side of each mark, none where it would lie on another."""
    if rows.empty:
        return []
    xs, ys = rows["x"].astype("int64").astype(float), rows["y"].astype(float)
    scaled = [
        [0.05 + 0.9 * (v - s.min()) / (s.max() - s.min()) if s.max() > s.min() else 0.5 for v in s] for s in (xs, ys)
    ]
    written = rows["kind"].ne("other").cumsum().where(rows["kind"].ne("other"), most + 1)
    names = [plain(short(v, 26)) if n <= most else "" for v, n in zip(rows["label"], written, strict=True)]
    return placed(scaled[0], scaled[1], names, width=width, height=height - 110)
