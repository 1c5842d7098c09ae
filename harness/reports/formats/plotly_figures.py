"""Figures as Plotly charts, by the site's own chart functions: what the HTML form shows where scripts run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from harness.reports.document import Figure
from harness.reports.messages import Words

if TYPE_CHECKING:
    from harness.charts.chart import Chart


def chart(figure: Figure, words: Words) -> Chart:
    """The figure as the site would draw it."""
    import pandas as pd

    from harness.charts import dots, grid, scatter

    points = figure.points
    said: dict[str, Any] = {"title": figure.title, "note": figure.note, "source": figure.source, "name": figure.key}
    frame = pd.DataFrame([(p.label, p.value, p.low, p.high, p.y, p.y_low, p.y_high, p.group, p.row, p.mark, p.note) for p in points],
                         columns=["label", "value", "low", "high", "y", "y_low", "y_high", "group", "row", "mark", "note"])  # fmt: skip
    if figure.kind == "dots":
        rows = frame.rename(columns={"label": "model", "value": "score", "group": "segment"}).assign(ranks="")
        return dots.ranking(rows, unit=figure.unit, origin=figure.origin, **said)
    if figure.kind == "differences":
        rows = frame.rename(columns={"value": "difference", "mark": "significant"})
        return dots.differences(rows, words, unit=figure.unit, **said)
    if figure.kind == "profile":
        rows = frame.rename(columns={"label": "thing", "row": "dimension"})[["thing", "dimension", "value"]]
        return dots.profile(rows, unit=figure.unit, **said)
    if figure.kind == "scatter":
        rows = frame.rename(columns={"value": "x", "group": "segment", "mark": "on_frontier"}).drop(
            columns=["low", "high"]
        )
        return scatter.points(rows, words, x_unit=figure.unit, y_unit=figure.unit_y, log_x=True, origin=figure.origin,
                              frontier=True, labels=20, **said)  # fmt: skip
    square = frame.pivot_table(index="row", columns="label", values="value", sort=False)
    rows_shown, columns_shown = figure.grid
    square = square.reindex(index=rows_shown, columns=columns_shown)
    whole = all(float(v).is_integer() for v in frame["value"].dropna())
    return grid.heat(square, unit=figure.unit, places=0 if whole else 2, **said)


def legend(words: Words) -> dict[str, str]:
    """Names of the groups that a drawing's key shows."""
    groups = {s: words.known("segment", s) for s in ("big-tech", "startup", "lab", "reference", "unknown")}
    return groups | {
        "significant": words("charts.significant"),
        "not_significant": words("charts.not_significant"),
    }
