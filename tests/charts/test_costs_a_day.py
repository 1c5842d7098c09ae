"""The chart of a day's cost: the steps, the API's line, and the mark where they cross."""

from __future__ import annotations

import math
from typing import Any

import pytest

from harness.charts import costs_a_day
from harness.market.own_machines.quotes import Point

TEXTS = {key: key for key in ("own", "api", "even", "volume", "x_unit", "y_unit")}
POINTS = [Point(t * 1e6, 100.0 * n, 100.0, 100.0 * (n + 1), 4.0 * t) for t, n in ((10, 1), (30, 1), (31, 2), (60, 2))]


def traces(even: float, points: list[Point]) -> dict[str, Any]:
    chart = costs_a_day.chart(
        points, even=even, volume=5e6, texts=TEXTS, title="Title", note="Note", source="Source", name="day"
    )
    assert chart.alt == "Title. Note" and len(chart.data) == len(points)
    return {trace.name: trace for trace in chart.figure.data if trace.name}


def test_the_lines_and_where_they_cross() -> None:
    drawn = traces(25e6, POINTS)
    assert list(drawn["own"].x) == [10, 30, 31, 60] and list(drawn["own"].y) == [100, 100, 200, 200]
    assert list(drawn["api"].y) == [40, 120, 124, 240]
    assert (drawn["even"].x[0], drawn["even"].y[0]) == (25, pytest.approx(100))


def test_no_mark_where_they_do_not_cross_and_no_line_without_a_price() -> None:
    assert set(traces(math.inf, POINTS)) == {"own", "api"}
    assert set(traces(math.inf, [Point(p.tokens, p.own, p.fast, p.slow, None) for p in POINTS])) == {"own"}
