"""Charts of one model: its row, mark and name stand out, and every mark stands where its value is."""

from __future__ import annotations

import pandas as pd
import pytest

from harness.charts import dots
from harness.charts.product import among, timeline

TEXTS = {"title": "t", "note": "n", "source": "s", "name": "x"}


def test_own_marks_and_peers_stand_in_the_row_of_their_measure() -> None:
    own = pd.DataFrame(
        {"dimension": ["Maths", "Code"], "value": [0.7, 0.2], "median": [0.5, 0.6], "note": ["1 of 9", "8 of 9"]}
    )
    peers = pd.DataFrame(
        {"dimension": ["Code", "Maths", "Chess"], "thing": ["A <b>", "B", "C"], "value": [0.9, 0.1, 0.4]}
    )
    figure = among.among(own, peers, thing="Mine", others="others", middle="median", unit="share", **TEXTS).figure
    rows = {text: at for at, text in zip(figure.layout.yaxis.tickvals, figure.layout.yaxis.ticktext, strict=True)}
    assert rows["Maths"] > rows["Code"], "the first measure is on top"
    around, middle, mine = figure.data
    assert list(zip(around.x, around.y, strict=True)) == [(0.9, rows["Code"]), (0.1, rows["Maths"])], "no row, no mark"
    assert list(zip(middle.x, middle.y, strict=True)) == [(0.5, rows["Maths"]), (0.6, rows["Code"])]
    assert list(zip(mine.x, mine.y, strict=True)) == [(0.7, rows["Maths"]), (0.2, rows["Code"])]
    assert around.marker.opacity < 0.5 and around.customdata[0][0].startswith("<b>A &lt;b&gt;</b><br>Code")


def test_a_timeline_names_the_chosen_and_its_line_alone() -> None:
    frame = pd.DataFrame(
        {
            "label": ["One", "Two", "Aside", "Three"], "x": pd.to_datetime(["2025-01-01", "2025-06-01", "2025-07-01", "2026-01-01"]),
            "y": [100.0, 120.0, 90.0, 140.0], "low": [98.0, 117.0, 85.0, 139.0], "high": [102.0, 123.0, 95.0, 141.0],
            "kind": ["line", "chosen", "other", "line"],
        }
    )  # fmt: skip
    names = {"chosen": "Two", "line": "same line", "other": "others"}
    figure = timeline.timeline(frame, names, x_unit="day", y_unit="points", **TEXTS).figure
    join, *marks = figure.data
    assert list(join.y) == [100.0, 120.0, 140.0], "the line is joined by day, past others"
    by = {trace.name: trace for trace in marks}
    assert set(by["same line"].text) == {"One", "Three"} and list(by["Two"].text) == ["Two"]
    assert list(by["others"].text) == [""] and by["others"].error_y.array is None
    assert list(by["Two"].error_y.array) == [3.0] and list(by["Two"].error_y.arrayminus) == [3.0]


@pytest.mark.parametrize("chosen", ["B", None])
def test_the_chosen_row_of_a_ranking_is_strong(chosen: str | None) -> None:
    frame = pd.DataFrame({"model": ["A", "B"], "score": [2.0, 1.0], "low": [1.5, 0.5], "high": [2.5, 1.5], "segment": "lab",
                          "ranks": ["1", "2"]})  # fmt: skip
    figure = dots.ranking(frame, unit="u", chosen=chosen, **TEXTS).figure
    labels, marks = list(figure.layout.yaxis.ticktext), figure.data[-1].marker
    if chosen is None:
        assert labels == ["2  B", "1  A"] and set(marks.opacity) == {1.0} and len(set(marks.size)) == 1
    else:
        assert (
            labels == ["<b>2  B</b>", "1  A"] and marks.opacity[0] > marks.opacity[1] and marks.size[0] > marks.size[1]
        )
