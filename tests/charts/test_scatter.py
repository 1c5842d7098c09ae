"""Lines: the names at their ends do not cover each other."""

from __future__ import annotations

import math
from itertools import pairwise

import pandas as pd
import pytest

from harness.charts import scatter
from harness.charts.labels import LINE

HEIGHT = 400
PLOT = HEIGHT - 110


def _places(ends: dict[str, float], *, log_y: bool = False) -> dict[str, float]:
    """Height in pixels at which each line's name is written."""
    rows = [(name, x, y) for name, y in ends.items() for x, y in ((1, 0.1), (2, y))]
    frame = pd.DataFrame(rows, columns=["series", "x", "y"])
    drawn = scatter.lines(
        frame, x_unit="x", y_unit="y", title="", note="", source="", name="n", height=HEIGHT, log_y=log_y
    )
    heights = frame["y"].map(math.log10) if log_y else frame["y"]
    pixel = PLOT / (heights.max() - heights.min())
    return {note.text: note.y * pixel + note.yshift for note in drawn.figure.layout.annotations}


def test_names_far_apart_stand_at_their_ends() -> None:
    ends = {"a": 1.0, "b": 2.0, "c": 3.0}
    assert _places(ends) == pytest.approx({name: y * PLOT / 2.9 for name, y in ends.items()})


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("ends", [{"a": 10.0, "b": 9.9, "c": 0.2}, {"a": 9.0, "b": 9.1, "c": 9.2, "d": 9.25}])
def test_names_at_one_height_stand_a_line_apart_in_order(ends: dict[str, float], log: bool) -> None:
    places = _places(ends, log_y=log)
    ordered = [places[name] for name in sorted(ends, key=ends.__getitem__)]
    assert all(high - low >= LINE - 1e-6 for low, high in pairwise(ordered))


def test_two_names_give_way_by_the_same_amount() -> None:
    places = _places({"a": 10.0, "b": 10.0 - 1e-9})
    assert places["a"] + places["b"] == pytest.approx(2 * 10 * PLOT / 9.9)


def test_an_empty_chart_has_no_names() -> None:
    frame = pd.DataFrame({"series": [], "x": [], "y": []})
    drawn = scatter.lines(frame, x_unit="x", y_unit="y", title="", note="", source="", name="n")
    assert not drawn.figure.layout.annotations
