"""Lines: the names at their ends do not cover each other."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.charts import scatter


def _positions(ends: dict[str, float], **options: object) -> dict[str, str]:
    rows = [(name, x, y) for name, y in ends.items() for x, y in ((1, 0.1), (2, y))]
    frame = pd.DataFrame(rows, columns=["series", "x", "y"])
    drawn = scatter.lines(frame, x_unit="x", y_unit="y", title="", note="", source="", name="n", **options)  # type: ignore[arg-type]
    return {t.name: t.textposition for t in drawn.figure.data if t.mode == "lines+markers+text"}


def test_ends_far_apart_stand_level() -> None:
    assert set(_positions({"a": 1.0, "b": 2.0, "c": 3.0}).values()) == {"middle right"}


@pytest.mark.parametrize("log", [False, True])
def test_ends_at_one_height_give_way(log: bool) -> None:
    found = _positions({"a": 10.0, "b": 9.9, "c": 0.2}, log_y=log)
    assert found == {"a": "top right", "b": "bottom right", "c": "middle right"}


def test_three_ends_take_three_places() -> None:
    assert _positions({"a": 10.0, "b": 9.9, "c": 9.8}) == {"a": "top right", "b": "middle right", "c": "bottom right"}


def test_an_empty_chart_has_no_ends() -> None:
    assert _positions({}) == {}
