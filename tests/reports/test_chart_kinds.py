"""Chart kinds: each is declared once with its three drawings; an unknown one is refused."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from harness.reports.document import Figure, Point
from harness.reports.formats.chart_kinds import KINDS, plotly_chart, svg_document
from harness.reports.messages import Words

SECTIONS = Path(__file__).resolve().parents[2] / "harness" / "reports" / "sections"


def used() -> set[str]:
    """The second argument of every figure that a section makes."""
    calls = (n for p in SECTIONS.glob("*.py") for n in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
             if isinstance(n, ast.Call) and ast.unparse(n.func) == "Figure")  # fmt: skip
    return {ast.literal_eval(call.args[1]) for call in calls}


def test_the_kinds_that_sections_use_are_those_declared() -> None:
    assert used() == set(KINDS)


def test_an_unknown_kind_is_refused() -> None:
    figure = Figure("f", "pie", "T", "u", "n", "s", (Point("a", 1.0),))
    for draw in (plotly_chart, svg_document):
        with pytest.raises(ValueError, match="no chart of the kind 'pie'; there are dots"):
            draw(figure, Words("en"))
