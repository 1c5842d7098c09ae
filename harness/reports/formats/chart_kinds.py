"""Every kind of chart that a report can hold, and its three drawings: Plotly, SVG and Excel's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from harness.catalog.schema import SEGMENTS
from harness.reports.document import Figure
from harness.reports.formats import plotly_figures, svg, xlsx_charts
from harness.reports.formats.xlsx_book import Book
from harness.reports.messages import Words

if TYPE_CHECKING:
    from harness.charts.chart import Chart


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind's drawings: a Plotly chart; an SVG's height and elements; a workbook's chart at a row and column."""

    plotly: Callable[[Figure, Words], Chart]
    svg: Callable[[Figure, dict[str, str]], tuple[float, list[str]]]
    xlsx: Callable[[Book, Any, Figure, int, int], None]


KINDS: Mapping[str, Kind] = {
    "dots": Kind(plotly_figures.dots, svg.rows, xlsx_charts.bars),
    "differences": Kind(plotly_figures.differences, svg.rows, xlsx_charts.bars),
    "profile": Kind(plotly_figures.profile, svg.profile, xlsx_charts.profile),
    "scatter": Kind(plotly_figures.scatter, svg.scatter, xlsx_charts.scatter),
    "heat": Kind(plotly_figures.heat, svg.heat, xlsx_charts.heat),
}


def kind_of(figure: Figure) -> Kind:
    """The drawings of a figure's kind.

    Raises:
        ValueError: the kind is not declared.
    """
    if figure.kind not in KINDS:
        raise ValueError(f"There is no chart of the kind {figure.kind!r}; there are {', '.join(KINDS)}.")
    return KINDS[figure.kind]


def plotly_chart(figure: Figure, words: Words) -> Chart:
    """The figure as the site draws it."""
    return kind_of(figure).plotly(figure, words)


def svg_document(figure: Figure, words: Words) -> str:
    """The figure as one SVG document."""
    names = legend(words)
    if figure.marks is not None:
        names |= dict(zip(("significant", "not_significant"), figure.marks, strict=True))
    height, elements = kind_of(figure).svg(figure, names)
    return svg.document(figure.title, svg.width_of(figure), height, elements)


def legend(words: Words) -> dict[str, str]:
    """Names of the groups that a drawing's key shows."""
    groups = {s: words.known("segment", s) for s in (*SEGMENTS, "unknown")}
    return groups | {
        "significant": words("charts.significant"),
        "not_significant": words("charts.not_significant"),
    }
