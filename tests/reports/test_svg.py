"""Figures drawn here: well-formed, to scale, without chance."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from harness.reports.document import Figure, Point, Report
from harness.reports.formats.chart_kinds import svg_document
from harness.reports.formats.svg import shade, ticks
from harness.reports.messages import Words

SVG = "{http://www.w3.org/2000/svg}"


def test_ticks_are_round_and_cover_the_values() -> None:
    assert ticks(0, 1) == [0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(-0.13, 0.42)[0] <= -0.13
    assert ticks(3, 3)[0] < 3 < ticks(3, 3)[-1]
    steps = ticks(17, 94)
    assert {round(b - a, 9) for a, b in zip(steps, steps[1:], strict=False)} == {20}


def test_marks_stand_where_their_values_are() -> None:
    points = tuple(Point(n, v, v - 0.1, v + 0.1, group="lab") for n, v in (("a", 0.2), ("b", 0.4), ("c", 0.8)))
    figure = Figure("f", "dots", "T", "u", "n", "s", points)
    root = ElementTree.fromstring(svg_document(figure, Words("en")))
    xs = [float(re.split("[ ,]", p.attrib["points"])[0]) for p in root.iter(f"{SVG}polygon")]
    assert (xs[2] - xs[1]) / (xs[1] - xs[0]) == pytest.approx(2, rel=0.02)


def test_the_frontier_joins_only_its_own_points() -> None:
    points = tuple(Point(n, x, y=y, y_low=y - 0.1, y_high=y + 0.1, group="startup", mark=m)
                   for n, x, y, m in (("a", 0.1, 1.0, True), ("b", 1.0, 2.0, True), ("c", 2.0, 1.5, False)))  # fmt: skip
    root = ElementTree.fromstring(
        svg_document(Figure("f", "scatter", "T", "u", "n", "s", points, unit_y="y"), Words("en"))
    )
    assert len([e for e in root.iter(f"{SVG}line") if "stroke-dasharray" in e.attrib]) == 2


def test_every_figure_of_a_report_is_well_formed_and_says_its_finding(report: Report) -> None:
    figures = [f for s in report.sections for f in s.figures]
    assert {f.kind for f in figures} == {"dots", "differences", "profile", "scatter", "heat"}
    for figure in figures:
        text = svg_document(figure, Words("en"))
        root = ElementTree.fromstring(text)
        assert root.findtext(f"{SVG}title") == figure.title
        assert "nan" not in text.lower().replace("landscape", "")
        assert text == svg_document(figure, Words("en"))


def test_shades_run_from_the_first_colour_to_the_last() -> None:
    assert shade(0) == "#F3F0E4"
    assert shade(1) == "#124E84"
    assert shade(0.5) == "#7FB6D9"
