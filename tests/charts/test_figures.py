"""Figures show the rows that they are given, in the fixed marks, with intervals, and harmless text."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from harness.charts import dots, grid, palette, scatter
from harness.charts.chart import plain, short
from harness.charts.labels import UNSEEN
from harness.i18n.translator import Translator

SAY = Translator("en")
WORDS = {"title": "A leads", "note": "Bars are 95% intervals.", "source": "a test", "name": "test"}
RANKED = pd.DataFrame(
    {"model": ["a", "<b>b</b>", "c"], "score": [0.8, 0.6, 0.5], "low": [0.7, 0.5, None], "high": [0.9, 0.7, None],
     "segment": ["lab", "startup", "big-tech"], "ranks": ["1", "2–3", "2–3"]}
)  # fmt: skip


def test_a_ranking_puts_the_best_on_top_with_its_interval() -> None:
    drawn = dots.ranking(RANKED, unit="index", **WORDS)
    marks = drawn.figure.data[-1]
    assert list(marks.x) == [0.5, 0.6, 0.8] and list(marks.y) == [0, 1, 2]
    assert list(marks.marker.symbol) == ["circle", "diamond", "square"]
    bars = [(tuple(t.x), tuple(t.y)) for t in drawn.figure.data[:-1]]
    assert bars == [((0.5, 0.7, None), (1, 1, None)), ((0.7, 0.9, None), (2, 2, None))], "no bar without an interval"


def test_intervals_of_one_colour_are_one_line_with_gaps() -> None:
    same = RANKED.assign(segment="lab", low=[0.7, 0.5, 0.4], high=[0.9, 0.7, 0.6])
    drawn = dots.ranking(same, unit="index", **WORDS)
    intervals, marks = drawn.figure.data
    assert tuple(intervals.x) == (0.4, 0.6, None, 0.5, 0.7, None, 0.7, 0.9, None) and intervals.connectgaps is None
    assert intervals.line.color == marks.marker.color[0]
    assert list(marks.x) == [0.5, 0.6, 0.8]


def test_a_ranking_escapes_names() -> None:
    drawn = dots.ranking(RANKED, unit="index", **WORDS)
    assert "<b>" not in "".join(drawn.figure.layout.yaxis.ticktext)


def test_imported_and_reported_marks_are_hollow() -> None:
    for origin, end in (("imported", "-open"), ("reported", "-open-dot")):
        marks = dots.ranking(RANKED, unit="index", origin=origin, **WORDS).figure.data[-1]
        assert all(s.endswith(end) for s in marks.marker.symbol)


@pytest.mark.parametrize(
    ("low", "high", "at", "said"),
    [
        (-3.0, 12.0, [0, 5, 10], ["0", "+5", "+10"]),
        (-0.02, 0.013, [-0.02, -0.01, 0, 0.01], ["−0.02", "−0.01", "0", "+0.01"]),
        (-1_200.0, 300.0, [-1_000, -500, 0], ["−1,000", "−500", "0"]),
        (-0.4, 0.5, [0, 0.5], ["0", "+0.5"]),
    ],
)
def test_an_axis_of_differences_signs_all_but_zero(low: float, high: float, at: list[float], said: list[str]) -> None:
    axis = dots.signed_ticks(low, high)
    assert axis["tickvals"] == pytest.approx(at) and axis["ticktext"] == said


def test_an_axis_of_no_differences_is_left_to_the_chart() -> None:
    assert dots.signed_ticks(0.0, 0.0) == {} and dots.signed_ticks(0.0, float("nan")) == {}


def test_differences_stand_around_zero_and_say_which_count() -> None:
    rows = pd.DataFrame({"label": ["x", "y"], "difference": [0.2, -0.1], "low": [0.1, -0.3], "high": [0.3, 0.1],
                         "significant": [True, False]})  # fmt: skip
    drawn = dots.differences(rows, SAY, unit="points", **WORDS)
    told, untold = drawn.figure.data
    assert list(told.x) == [0.2] and list(untold.x) == [-0.1]
    assert list(told.error_x.array) == pytest.approx([0.1]) and list(told.error_x.arrayminus) == pytest.approx([0.1])
    assert untold.marker.symbol.endswith("-open")
    assert drawn.figure.layout.shapes[0].x0 == 0


def test_a_profile_leaves_missing_values_out() -> None:
    rows = pd.DataFrame({"thing": ["a", "a", "b"], "dimension": ["r", "s", "r"], "value": [0.1, None, 0.3],
                         "low": [0.0, None, 0.2], "high": [0.2, None, 0.4]})  # fmt: skip
    drawn = dots.profile(rows, unit="percentile", **WORDS)
    assert [list(t.x) for t in drawn.figure.data] == [[0.1], [0.3]]
    assert list(drawn.figure.layout.yaxis.ticktext) == ["s", "r"]


def test_bars_carry_intervals_where_they_are_known() -> None:
    rows = pd.DataFrame({"label": ["a", "b"], "value": [2.0, 1.0], "low": [1.0, 0.5], "high": [4.0, 2.0]})
    bar = dots.bars(rows, unit="count", **WORDS).figure.data[0]
    assert list(bar.x) == [1.0, 2.0]
    assert list(bar.error_x.array) == [1.0, 2.0] and list(bar.error_x.arrayminus) == [0.5, 1.0]


def _points() -> pd.DataFrame:
    return pd.DataFrame(
        {"label": ["cheap", "dear", "free"], "x": [0.1, 10.0, 0.0], "y": [0.5, 0.9, 0.4], "y_low": [0.4, 0.8, 0.3],
         "y_high": [0.6, 1.0, 0.5], "segment": ["lab", "lab", None], "on_frontier": [True, True, False]}
    )  # fmt: skip


def test_a_scatter_on_a_log_axis_drops_what_it_cannot_show_and_keeps_it_in_the_data() -> None:
    drawn = scatter.points(_points(), SAY, x_unit="$", y_unit="index", log_x=True, frontier=True, **WORDS)
    line, marks, _ = drawn.figure.data
    assert list(line.x) == [0.1, 10.0] and list(marks.x) == [0.1, 10.0]
    assert len(drawn.data) == 3
    assert list(marks.error_y.array) == pytest.approx([0.1, 0.1])
    assert drawn.figure.layout.xaxis.type == "log" and "10" in drawn.figure.layout.xaxis.ticktext


def test_a_scatter_draws_unknown_segments_and_a_cross() -> None:
    drawn = scatter.points(_points(), SAY, x_unit="x", y_unit="y", middle=(1.0, 0.5), **WORDS)
    assert {t.marker.color for t in drawn.figure.data if t.textfont.color != UNSEEN} == {palette.GREEN, palette.GREY}
    assert len(drawn.figure.layout.shapes) == 2
    assert scatter.points(_points().head(0), SAY, x_unit="x", y_unit="y", **WORDS).figure.data == ()


def test_lines_are_named_at_their_end_and_banded_by_their_interval() -> None:
    rows = pd.DataFrame({"series": ["a", "a"], "x": pd.to_datetime(["2025-01-01", "2026-01-01"]), "y": [1.0, 2.0],
                         "low": [0.5, 1.5], "high": [1.5, 2.5]})  # fmt: skip
    figure = scatter.lines(rows, x_unit="date", y_unit="y", **WORDS).figure
    band, line = figure.data
    assert list(band.y) == [1.5, 2.5, 1.5, 0.5] and line.line.shape == "linear"
    (name,) = figure.layout.annotations
    assert (name.text, name.x, name.y, name.yshift) == ("a", rows["x"].iloc[1], 2.0, 0.0)
    (_, steps) = scatter.lines(rows, x_unit="date", y_unit="y", steps=True, **WORDS).figure.data
    assert steps.line.shape == "hv"


def test_rows_of_one_thing_are_joined_in_order() -> None:
    rows = pd.DataFrame({"label": list("abc"), "x": [2.0, 1.0, 5.0], "y": [3.0, 4.0, 5.0], "thing": ["m", "m", "k"],
                         "segment": "startup"})  # fmt: skip
    line = scatter.points(rows, SAY, x_unit="x", y_unit="y", joined="thing", **WORDS).figure.data[0]
    assert list(line.x) == [1.0, 2.0, None] and list(line.y) == [4.0, 3.0, None]


def test_the_unit_of_a_heat_map_stands_within_its_margin_above_the_scale_of_colours() -> None:
    """Plotly writes the title of a scale of colours upon that scale where the chart is low."""
    square = pd.DataFrame({"A": [0.1, 0.2], "B": [0.3, 0.4]}, index=["one", "two"])
    figure = grid.heat(square, unit="share of items", **WORDS).figure
    (words,) = (note for note in figure.layout.annotations if note.text == "share of items")
    assert not figure.data[0].colorbar.title.text
    above_plot = words.yshift + 12  # its own line of letters
    assert (words.yref, words.y, words.yanchor) == ("paper", 1, "bottom") and above_plot < figure.layout.margin.t


def test_a_heat_map_leaves_missing_cells_empty() -> None:
    square = pd.DataFrame([[1.0, None], [0.5, 0.25]], index=["r1", "r2"], columns=["c1", "c2"])
    cells = grid.heat(square, unit="κ", **WORDS).figure.data[0]
    assert [[re.sub("<[^>]*>", "", t) for t in row] for row in cells.text] == [["1.00", ""], ["0.50", "0.25"]]
    wide = pd.DataFrame([[0.0] * 30] * 30)
    assert grid.heat(wide, unit="κ", **WORDS).figure.data[0].text is None, "too many cells to write in"


def test_alt_text_says_finding_and_note() -> None:
    assert dots.ranking(RANKED, unit="index", **WORDS).alt == "A leads. Bars are 95% intervals."


def test_text_is_cut_and_harmless() -> None:
    assert plain("<script>") == "&lt;script&gt;"
    assert short("short") == "short"
    cut = short("a-very-long-organisation/a-very-long-model-name-235B", 20)
    assert len(cut) == 20 and cut.endswith("235B") and "…" in cut


def test_what_a_reader_picked_has_a_ring_strong_bars_and_its_name_first() -> None:
    rows = pd.DataFrame({"label": [f"model {i}" for i in range(30)], "x": range(1, 31), "y": range(1, 31),
                         "y_low": range(30), "y_high": range(2, 32), "segment": "lab"})  # fmt: skip
    plain_figure = scatter.points(rows, SAY, x_unit="x", y_unit="y", labels=3, **WORDS).figure
    figure = scatter.points(rows, SAY, x_unit="x", y_unit="y", labels=3, chosen=["model 29", "absent"], **WORDS).figure
    rings = [trace for trace in figure.data if str(trace.marker.symbol).endswith("-open")]
    assert [list(ring.x) for ring in rings] == [[30]]
    assert list(rings[0].error_y.array) == [1] and rings[0].error_y.color == palette.segment("lab").colour
    assert "model 29" in figure.data[0].text and "model 29" not in plain_figure.data[0].text
    assert not [trace for trace in plain_figure.data if str(trace.marker.symbol).endswith("-open")]
