"""The figures of the Companies page: sizes, places that do not touch, arrows as wide as their amounts."""

from __future__ import annotations

import math
from itertools import combinations

import pandas as pd
import pytest

from harness.charts import vendor_colours
from harness.charts.chart import Chart, brief
from harness.charts.companies import bubbles, flow_layout, flows, lanes, stages
from harness.charts.palette import SERIES
from harness.i18n.translator import Translator

SAY = Translator("en")


def _words(data: pd.DataFrame) -> dict[str, object]:
    return {"title": "A leads", "note": "No error bars.", "source": "a test", "name": "test", "data": data}


def _market() -> pd.DataFrame:
    sizes = [100.0, 25.0, 1e-9, *[None] * 9, 50.0]
    return pd.DataFrame(
        {"label": [f"vendor-of-{i}" for i in range(13)], "size": sizes, "band": ["US"] * 12 + ["CN"], "segment": "startup",
         "hover": [["a <b>line</b>"]] * 13}
    ).astype({"size": float})  # fmt: skip


def _cells(frame: pd.DataFrame) -> Chart:
    columns = [bubbles.Column("big-tech", "Big", "0"), bubbles.Column("startup", "Small", "13")]
    return bubbles.cells(frame, columns, [("US", "United States"), ("CN", "China")], **_words(frame))


def test_a_mark_has_the_area_of_its_size_and_without_one_is_hollow() -> None:
    marks, names = _cells(_market()).figure.data
    scale = math.sqrt(math.pi / 2) / 1.3  # plotly draws a diamond 1.3 times as wide as a circle of its size
    by_name = dict(
        zip([t.split("<b>")[1].split("</b>")[0] for (t,) in marks.customdata], marks.marker.size, strict=True)
    )
    assert by_name["vendor-of-0"] == pytest.approx(bubbles.LARGEST * scale)
    assert by_name["vendor-of-1"] == pytest.approx(by_name["vendor-of-0"] / 2) and by_name[
        "vendor-of-12"
    ] == pytest.approx(by_name["vendor-of-0"] / math.sqrt(2))
    assert by_name["vendor-of-2"] == pytest.approx(bubbles.LEAST * scale) and by_name["vendor-of-5"] == pytest.approx(
        bubbles.HOLLOW * scale
    )
    assert list(marks.marker.symbol).count("diamond-open") == 9
    assert set(names.text) == {f"vendor-of-{i}" for i in (0, 1, 2, 12)}, "no name without a size"
    assert "&lt;b&gt;line" in marks.customdata[0][0]


def test_no_two_marks_or_names_touch_in_a_column_of_a_telephone() -> None:
    frame = _market()
    figure = _cells(frame).figure
    marks, names = figure.data
    width = 340.0
    boxes = [(x * width, y, d / 2, d / 2) for x, y, d in zip(marks.x, marks.y, marks.marker.size, strict=True)]
    boxes += [(x * width, y, len(t) * 2.5, 6.0) for x, y, t in zip(names.x, names.y, names.text, strict=True)]
    for a, b in combinations(boxes, 2):
        assert abs(a[0] - b[0]) >= a[2] + b[2] - 1 or abs(a[1] - b[1]) >= a[3] + b[3] - 1
    assert max(marks.y) < figure.layout.yaxis.range[0] <= figure.layout.height


def test_a_lane_sets_dots_of_one_day_apart_and_names_the_best_and_the_newest() -> None:
    days = pd.to_datetime(["2025-01-01", "2026-01-01", "2026-01-01", "2026-01-01", "2026-06-01"])
    frame = pd.DataFrame(
        {"series": ["a", "a", "a", "a", "b"], "vendor_id": ["openai"] * 4 + ["google"], "label": ["old", "top", "x", "last", "only"], "x": days,
         "score": [100.0, 200.0, None, None, 150.0], "newest": [False, False, False, True, True],
         "best": [False, True, False, False, True], "hover": [[]] * 5}
    )  # fmt: skip
    figure = lanes.lanes(frame, unit="Released", **_words(frame)).figure
    first, second = figure.data
    spots = list(zip(first.x, first.y, first.marker.size, strict=True))
    for a, b in combinations(spots[1:], 2):
        assert abs(a[1] - b[1]) >= (a[2] + b[2]) / 2 - 0.01
    assert list(first.marker.size)[:2] == [lanes.LEAST, lanes.LARGEST] and second.marker.size[0] > lanes.LEAST
    assert list(first.marker.symbol) == ["circle", "circle", "circle-open", "circle-open"]
    assert (first.marker.color, second.marker.color) == (
        vendor_colours.colour("openai"),
        vendor_colours.colour("google"),
    )
    assert [a.text for a in figure.layout.annotations] == ["top", "last", "only"], "what is both is named once"


def _flows() -> pd.DataFrame:
    return pd.DataFrame(
        [("a", "x", "invested", 80.0, "$80"), ("b", "x", "invested", 20.0, "$20"), ("a", "y", "partnered", 40.0, "$40"),
         ("b", "y", "partnered", None, ""), ("p", "q", "acquired", None, "")],
        columns=["giver", "taker", "kind", "value", "label"],
    ).assign(hover=[["one", "<two>"]] * 5)  # fmt: skip


def test_an_arrow_is_as_wide_as_its_amount_and_dotted_without_one() -> None:
    marks = {kind: (kind, mark) for kind, mark in zip(("acquired", "invested", "partnered"), SERIES, strict=False)}
    frame = _flows()
    figure = flows.between(frame, marks, ("partnered",), **_words(frame)).figure
    lines = [t for t in figure.data if t.mode == "lines"][::-1]
    assert [t.line.width for t in lines] == [16.0, 4.0, 8.0, flows.THIN, flows.THIN]
    assert [t.line.dash for t in lines] == ["solid"] * 3 + ["dot"] * 2
    assert [t.meta for t in lines] == [("<b>one</b><br>&lt;two&gt;",)] * 5
    ends = {t.name: list(t.x) for t in figure.data if t.mode == "markers"}
    assert ends == {"acquired": [1], "invested": [1, 1], "partnered": [1, 1, 0, 0]}
    assert [a.text for a in figure.layout.annotations][:3] == ["$80", "$20", "$40"]


def test_every_arrow_has_room_for_itself_and_its_label() -> None:
    frame = _flows().assign(width=[16.0, 4.0, 8.0, 1.2, 1.2])
    placed = flow_layout.layout(frame)
    tops = [
        y - w / 2 - (flow_layout.TEXT if label else 0)
        for y, w, label in zip(placed.stops, frame["width"], frame["label"], strict=True)
    ]
    bottoms = [y + w / 2 for y, w in zip(placed.stops, frame["width"], strict=True)]
    for i, j in combinations(range(5), 2):
        assert bottoms[i] <= tops[j] or bottoms[j] <= tops[i]
    assert len(set(placed.starts)) == 5 and min(placed.starts) > 0 and max(placed.stops) < placed.height
    heights = sorted(y for (side, _), y in placed.names.items() if side == "taker")
    assert min(b - a for a, b in zip(heights, heights[1:], strict=False)) >= flow_layout.NAME
    assert placed.names["giver", "p"] > placed.names["giver", "b"], "a group of its own stands below"
    xs, ys = flow_layout.curve(0.0, 10.0)
    assert (xs[0], xs[-1], ys[0], ys[-1]) == (0.0, 1.0, 0.0, 10.0) and ys[-2] == 10.0


def test_order_that_avoids_a_crossing_is_chosen() -> None:
    frame = pd.DataFrame({"giver": ["a", "b", "c"], "taker": ["z", "y", "z"], "label": "", "width": 2.0})
    names = flow_layout.layout(frame).names
    givers = sorted(["a", "b", "c"], key=lambda n: names["giver", n])
    assert givers == ["a", "c", "b"] and names["taker", "z"] < names["taker", "y"]


def test_stages_are_joined_from_the_first_to_the_last() -> None:
    frame = pd.DataFrame({"label": ["a", "a", "b"], "stage": ["s1", "s3", "s2"], "segment": ["lab", "lab", "startup"],
                          "hover": [["h"]] * 3})  # fmt: skip
    figure = stages.stages(frame, [("s1", "One\n1"), ("s2", "Two\n1"), ("s3", "Three\n1")], SAY, **_words(frame)).figure
    joined, marks, _, other = figure.data
    assert list(joined.x) == [0, 2, None] and list(marks.x) == [0, 2] and list(other.x) == [1]
    assert list(marks.y) == [0, 0] and list(other.y) == [1]
    assert figure.layout.xaxis.ticktext[0] == "One<br>1"


def test_a_brief_name_has_no_bracket_and_whole_words() -> None:
    assert brief("Zhipu AI (Z.ai)", 11) == "Zhipu AI" and brief("Samsung Electronics", 13) == "Samsung…"
    assert brief("Unsplittable", 6) == "Unspli…" and brief("上海人工智能实验室", 9) == "上海人工…"
    assert brief("(only)", 10) == "(only)"


def test_amounts_of_two_kinds_stand_below_the_names_of_their_kinds() -> None:
    from harness.charts.companies import means

    rows = pd.DataFrame(
        {"label": ["A", "B", "C"], "group": ["Yearly", "Yearly", "Ever"], "value": [9e9, 1e8, 8e10], "told": "t", "hover": "h",
         "segment": ["lab", "startup", "lab"]}
    )  # fmt: skip
    drawn = means.against_cost(
        rows,
        Translator("en"),
        cost=(1e9, 2e9, 4e9),
        cost_name="one run",
        title="t",
        unit="US$",
        note="n",
        source="s",
        name="m",
        amount=lambda usd: f"{usd / 1e9:g} bn",
    ).figure
    amounts = dict(zip(drawn.layout.xaxis.ticktext, drawn.layout.xaxis.tickvals, strict=True))
    assert amounts == {"0.1 bn": 1e8, "1 bn": 1e9, "10 bn": 1e10, "100 bn": 1e11}
    ticks = dict(zip(drawn.layout.yaxis.ticktext, drawn.layout.yaxis.tickvals, strict=True))
    assert ticks == {"<b>Yearly</b>": 0, "A": 1, "B": 2, "<b>Ever</b>": 3, "C": 4}
    dots = {trace.name: list(zip(trace.x, trace.y, strict=True)) for trace in drawn.data if trace.mode == "markers"}
    assert dots == {"Lab": [(9e9, 1), (8e10, 4)], "Start-up": [(1e8, 2)]}
    assert drawn.layout.yaxis.range[0] > drawn.layout.yaxis.range[1]  # the first on top
    low, high = (10**end for end in drawn.layout.xaxis.range)
    assert 1e8 / 2 < low < 1e8 and 8e10 < high < 2 * 8e10  # no wider than what is drawn
    assert "one run" in {trace.name for trace in drawn.data}
