"""The figures of likeness: frames of groups, the line and its band, two intervals a row, counts against chance."""

from __future__ import annotations

import numpy as np
import pandas as pd

from harness.charts.chart import Chart
from harness.charts.likeness.counts import against_chance
from harness.charts.likeness.group_heat import group_heat
from harness.charts.likeness.pair_cloud import pair_cloud
from harness.charts.likeness.two_intervals import two_intervals

WORDS = {"title": "A leads", "note": "No error bars.", "source": "a test", "name": "test"}


def _heat(groups: list[str]) -> Chart:
    names = [f"owner/m<{i}>" for i in range(len(groups))]
    square = pd.DataFrame(np.arange(len(groups) ** 2, dtype=float).reshape(len(groups), -1), index=names, columns=names)
    return group_heat(square, groups, unit="κ", bounds=(0, 1), diverging=False, data=square, **WORDS)


def test_each_group_is_framed_and_named_once_and_a_model_with_itself_is_empty() -> None:
    figure = _heat(["A", "A", "B", "C", "C"]).figure
    frames = [x for x in figure.data[1].x if x is not None]
    assert frames[::5] == [-0.5, 1.5, 2.5] and frames[1::5] == [1.5, 2.5, 4.5]
    assert list(figure.layout.xaxis.tickvals) == [0.5, 2, 3.5] and list(figure.layout.xaxis.ticktext) == ["A", "B", "C"]
    z = np.array(figure.data[0].z, dtype=float)
    assert np.isnan(np.diag(z)).all() and z[0, 1] == 1 and z[1, 0] == 5
    assert figure.layout.yaxis.ticktext[0] == "m&lt;0&gt;"


def test_a_cloud_marks_pairs_of_one_group_and_bands_its_line() -> None:
    points = pd.DataFrame({"label": ["a + b", "a + c", "b + c"], "x": [0.1, 0.2, 0.3], "y": [1.0, 2.0, 3.0],
                           "same": [False, True, False]})  # fmt: skip
    line = pd.DataFrame({"x": [0.1, 0.3], "y": [1.0, 3.0], "low": [0.5, 2.5], "high": [1.5, 3.5]})
    drawn = pair_cloud(points, line, line_name="line", kinds=("other", "one"), x_unit="x", y_unit="y", **WORDS)
    by_name = {t.name: t for t in drawn.figure.data if t.name}
    assert (
        list(by_name["one"].x) == [0.2] and list(by_name["other"].y) == [1.0, 3.0] and list(by_name["line"].y) == [1, 3]
    )
    assert list(next(t for t in drawn.figure.data if t.fill).y) == [1.5, 3.5, 2.5, 0.5]


def test_a_row_has_both_intervals_where_they_are_known() -> None:
    frame = pd.DataFrame({"label": ["up", "down"], "kind": ["k", "k"], "value": [1.0, 2.0], "low": [0.5, 1.5],
                          "high": [1.5, 2.5], "wide_low": [0.0, np.nan], "wide_high": [2.0, np.nan]})  # fmt: skip
    figure = two_intervals(frame, lines=[("between", 0.7)], unit="κ", **WORDS).figure
    thick, thin, marks = figure.data
    assert [x for x in thick.x if x is not None] == [1.5, 2.5, 0.5, 1.5] and thick.line.width > thin.line.width
    assert [x for x in thin.x if x is not None] == [0.0, 2.0] and list(marks.y) == [0, 1]
    assert list(figure.layout.yaxis.ticktext) == ["down", "up"], "the first row is on top"
    assert figure.layout.shapes[0].x0 == 0.7 and figure.layout.annotations[0].text == "between"


def test_bars_stand_beside_what_chance_gives() -> None:
    frame = pd.DataFrame({"x": [0, 1], "value": [0.4, 0.6], "chance": [0.5, 0.5]})
    bars, line = against_chance(
        frame, names=("seen", "chance"), x_unit="x", y_unit="y", percent=True, **WORDS
    ).figure.data
    assert list(bars.y) == [0.4, 0.6] and list(line.y) == [0.5, 0.5] and (bars.name, line.name) == ("seen", "chance")
