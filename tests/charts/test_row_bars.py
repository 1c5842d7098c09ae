"""Intervals in the rows of a table: the picture's numbers against the axis by hand."""

from __future__ import annotations

import re
from urllib.parse import unquote
from xml.etree import ElementTree

import pandas as pd
import pytest

from harness.charts import row_bars
from harness.charts.text import csv

ROWS = pd.DataFrame(
    {"score": [150.0, 120.0, 40.0], "low": [140.0, 120.0, 35.0], "high": [160.0, 120.0, 45.0],
     "segment": ["lab", "startup", None]}
)  # fmt: skip
HUNDREDS = row_bars.Axis(100.0, 200.0, 114)
"""A pixel a point, after the edge of seven."""


def drawn(address: str) -> str:
    head, _, picture = address.partition(",")
    assert head == "data:image/svg+xml"
    text = unquote(picture)
    ElementTree.fromstring(text)
    return text


def test_marks_and_bars_stand_at_their_values() -> None:
    first, second, below = map(drawn, row_bars.bars(ROWS, HUNDREDS))
    assert "M47.0 14.5H67.0" in first and re.search(r"M57\.0 14\.5m", first), "140 to 160 around 150, a square"
    assert "H" not in second and "M27.0 9.5l" in second, "no bar without an interval, a diamond at 120"
    assert "14.5H" not in below and "M2 14.5l6-4v8z" in below, "an arrow for what is below the axis"


def test_guides_are_drawn_within_the_axis_only() -> None:
    texts = [drawn(a) for a in row_bars.bars(ROWS, HUNDREDS, (130.0, 90.0))]
    assert all(text.count("stroke-dasharray") == 1 and "M37.0 0v" in text for text in texts)


def test_the_axis_holds_the_first_rows_in_full_tens() -> None:
    many = pd.DataFrame({"low": [101.0, *[150.0] * (row_bars.FOREMOST - 1), 3.0], "high": 188.0})
    assert row_bars.axis(many) == row_bars.Axis(100.0, 190.0)
    assert row_bars.axis(pd.DataFrame({"low": [150.0], "high": [150.0]})).high > 150.0


def test_a_sheet_has_the_numbers_and_no_pictures() -> None:
    frame = ROWS.assign(bars=row_bars.bars(ROWS, HUNDREDS))
    assert csv(frame).decode("utf-8-sig").splitlines()[0] == "score,low,high,segment"
    assert pytest.approx(1) == csv(frame).count(b"150.0")
