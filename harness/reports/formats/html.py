"""The HTML form: one file that opens from disk, without network; interactive charts, still ones on paper."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from markupsafe import Markup

from harness.reports.document import Figure, Report
from harness.reports.formats.chart_kinds import plotly_chart, svg_document
from harness.reports.formats.embedded_data import Carried, as_inline_json, embedded
from harness.reports.formats.html_body import Drawing, page
from harness.reports.messages import Words

INK, LINE, PAPER = "#1B2430", "#D5DAE1", "#fff"
"""Colours of text, lines and background, as in the template's style sheet."""


def html(report: Report, words: Words) -> str:
    """The whole document."""
    charts: list[str] = []

    def draw(figure: Figure) -> Drawing:
        name = f"chart-{len(charts)}"
        chart = plotly_chart(figure, words).figure
        above = 36 if chart.layout.showlegend else 10
        chart.update_layout(
            template={"layout": {}}, font={"color": INK}, margin_t=above, paper_bgcolor=PAPER, plot_bgcolor=PAPER
        )
        for update in (chart.update_xaxes, chart.update_yaxes):
            update(gridcolor=LINE, linecolor=LINE)
        charts.append(f"[{json.dumps(name)},{_script(str(chart.to_json()))}]")
        return Drawing(Markup(svg_document(figure, words)), name, int(chart.layout.height))  # nosec B704  # escaped there

    return page("report.html.j2", report, words, draw, marked=True, parts=lambda: {
        "carried": Markup(as_inline_json(embedded(report, full=False))),  # nosec B704  # no sign in it ends a script
        "charts": Markup(",".join(charts)),  # nosec B704  # each passed through _script
        "plotly": Markup(_plotly()),  # nosec B704  # the library itself
    })  # fmt: skip


def _plotly() -> str:
    import plotly

    return (Path(plotly.__file__).parent / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def _script(text: str) -> str:
    """JSON that cannot end the script element around it."""
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def read(content: bytes) -> str:
    """The JSON that a document carries; empty where there is none."""
    script = re.search(
        r'<script type="application/json" id="landscape-report">(.*?)</script>', content.decode(), re.DOTALL
    )
    return script[1] if script else ""


def problems(content: bytes, carried: Carried, report: Report) -> Iterator[str]:
    """Where the marked numbers and sentences of a document are not the carried ones."""
    text = content.decode()
    marked = _Marked()
    marked.feed(text[: text.rfind('<script type="application/json"')])
    for key, _, printed in carried.numbers:
        if marked.numbers.get(key) != printed:
            yield f"{key}: the file shows {marked.numbers.get(key, 'nothing')}, its own numbers say {printed}."
    for key, sentence in carried.sentences.items():
        if marked.sentences.get(key) != sentence:
            yield f"{key}: the file says “{marked.sentences.get(key, '')}”, its own numbers say “{sentence}”."


class _Marked(HTMLParser):
    """The text of every element that carries a number's or a sentence's key."""

    def __init__(self) -> None:
        super().__init__()
        self.numbers: dict[str, str] = {}
        self.sentences: dict[str, str] = {}
        self._now: tuple[dict[str, str], str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        marks = dict(attrs)
        for name, texts in (("data-n", self.numbers), ("data-s", self.sentences)):
            if key := marks.get(name):
                texts[key] = ""
                self._now = (texts, key, tag)

    def handle_data(self, data: str) -> None:
        if self._now:
            self._now[0][self._now[1]] += data

    def handle_endtag(self, tag: str) -> None:
        if self._now and tag == self._now[2]:
            self._now = None
