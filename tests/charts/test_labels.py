"""Names beside points never meet each other, nor cover another point."""

from __future__ import annotations

from itertools import pairwise

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.charts import scatter
from harness.charts.labels import CHARACTER, LINE, MOST, UNSEEN, placed
from harness.i18n.translator import Translator

UNIT = st.floats(0, 1, allow_nan=False)


def _box(x: float, y: float, name: str, side: str, width: float, height: float) -> tuple[float, float, float, float]:
    wide, px, py = len(name) * CHARACTER, x * width, (1 - y) * height
    above, beside = side.split()
    left = {"right": px + 8, "left": px - 8 - wide, "center": px - wide / 2}[beside]
    top = {"top": py - 1.4 * LINE, "bottom": py + 0.3 * LINE, "middle": py - LINE / 2}[above]
    return left, top, left + wide, top + LINE


@settings(suppress_health_check=[HealthCheck.too_slow])  # a busy machine is no failure
@given(st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=25, unique=True))
def test_written_names_do_not_meet(points: list[tuple[float, float]]) -> None:
    xs, ys = zip(*points, strict=True)
    found = placed(xs, ys, ["a model 7B"] * len(points))
    boxes = [_box(x, y, n, side, 640, 400) for (n, side), x, y in zip(found, xs, ys, strict=True) if n]
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            assert not (a[0] < b[2] - 1e-9 and b[0] < a[2] - 1e-9 and a[1] < b[3] - 1e-9 and b[1] < a[3] - 1e-9)


def test_the_first_of_two_at_one_place_keeps_its_name() -> None:
    assert placed([0.5, 0.5], [0.5, 0.5], ["first", "second"])[0][0] in ("first", "")
    assert placed([0.2, 0.8], [0.5, 0.5], ["first", "second"]) == [
        ("first", "middle right"),
        ("second", "middle right"),
    ]


def test_at_most_fifteen_names_are_written_the_first_ones() -> None:
    xs = [0.1 + 0.2 * (i % 5) for i in range(30)]
    ys = [0.05 + 0.15 * (i // 5) for i in range(30)]
    written = [bool(name) for name, _ in placed(xs, ys, ["a"] * 30)]
    assert written == [True] * MOST + [False] * (30 - MOST)


def test_a_scatter_has_names_that_fit_a_telephone_and_shows_one_set_of_names() -> None:
    rows = pd.DataFrame({"label": [f"A model of some maker {i}" for i in range(20)], "x": [i % 7 for i in range(20)],
                         "y": [(i * 5) % 11 for i in range(20)], "segment": "lab"})  # fmt: skip
    figure = scatter.points(
        rows, Translator("en"), x_unit="x", y_unit="y", title="", note="", source="", name="n"
    ).figure
    wide, narrow = figure.data
    assert narrow.textfont.color == UNSEEN and wide.textfont.color is None
    few, many = (sum(map(bool, trace.text)) for trace in (narrow, wide))
    assert 0 < few < many <= MOST


def test_a_name_keeps_off_a_line_where_another_side_is_free() -> None:
    alone, beside = placed([0.4], [0.5], ["a model"]), placed([0.4], [0.5], ["a model"], line=[(0.4, 0.5), (0.9, 0.5)])
    assert (alone[0][1], beside[0]) == ("middle right", ("a model", "middle left"))


def test_a_name_that_no_side_keeps_off_the_line_is_not_written_unless_it_is_the_first() -> None:
    name = "a model whose name is long"
    fence = [
        (n / 50, y) for n in range(51) for y in ((0.0, 1.0) if n % 2 else (1.0, 0.0))
    ]  # an upright stroke every 13 pixels
    assert placed([0.4], [0.5], [name], line=fence)[0][0] == name
    assert [n for n, _ in placed([0.2, 0.4], [0.2, 0.5], ["first", name], line=fence)] == ["first", ""]


def test_a_name_without_room_moves_another_that_has_some_elsewhere() -> None:
    """A hook around the second mark leaves its name the left side alone, which the first mark's name took."""
    xs, ys, names = [0.3, 0.3 + 150 / 640], [0.5, 0.5], ["a" * 12, "b" * 14]
    near, right = xs[1] - 40 / 640, xs[1] + 9 / 640
    hook = [
        (right, 0.0),
        (right, 1.0),
        (near, 1.0),
        (near, 0.55),
        (right, 0.55),
        (right, 0.45),
        (near, 0.45),
        (near, 0.0),
    ]
    assert placed(xs[:1], ys[:1], names[:1], line=hook) == [(names[0], "middle right")]
    (first, side), second = placed(xs, ys, names, line=hook)
    assert second == (names[1], "middle left") and first == names[0] and side != "middle right"


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=12, unique=True),
    st.lists(st.tuples(UNIT, UNIT), min_size=2, max_size=5),
)
def test_no_name_but_the_first_crosses_the_line_or_another_mark(
    points: list[tuple[float, float]], stops: list[tuple[float, float]]
) -> None:
    xs, ys = zip(*points, strict=True)
    line = [stops[0]]
    for x, y in stops[1:]:
        line += [(x, line[-1][1]), (x, y)]
    found = placed(xs, ys, ["a model 7B"] * len(points), line=line)
    for i, ((name, side), x, y) in enumerate(zip(found, xs, ys, strict=True)):
        if not name:
            continue
        left, top, right, bottom = _box(x, y, name, side, 640, 400)
        for j, (px, py) in enumerate(points):
            assert i == j or not (left < px * 640 < right and top < (1 - py) * 400 < bottom)
        if i == 0:
            continue
        for (ax, ay), (bx, by) in pairwise(line):  # a level or upright stroke, so its ends bound it
            across = max(left, min(ax, bx) * 640) < min(right, max(ax, bx) * 640) - 1e-6 or (
                ax == bx and left + 1e-6 < ax * 640 < right - 1e-6)  # fmt: skip
            up = max(top, (1 - max(ay, by)) * 400) < min(bottom, (1 - min(ay, by)) * 400) - 1e-6 or (
                ay == by and top + 1e-6 < (1 - ay) * 400 < bottom - 1e-6)  # fmt: skip
            assert not (across and up)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(UNIT, UNIT), min_size=1, max_size=12, unique=True), st.tuples(UNIT, UNIT), st.tuples(UNIT, UNIT)
)
def test_a_line_moves_names_and_takes_none_away_from_the_first(
    points: list[tuple[float, float]], one: tuple[float, float], other: tuple[float, float]
) -> None:
    xs, ys = zip(*points, strict=True)
    corners = [one, (other[0], one[1]), other]
    free, held = (
        placed(xs, ys, ["a model 7B"] * len(points)),
        placed(xs, ys, ["a model 7B"] * len(points), line=corners),
    )
    assert bool(free[0][0]) == bool(held[0][0])


def test_a_name_keeps_clear_of_a_mark_beside_it_not_only_of_its_middle() -> None:
    """At 640 × 400 pixels the second mark's middle is 2 pixels above the box that the first name would take on its right."""
    beside = (0.5 + 30 / 640, 0.5 + (LINE / 2 + 2) / 400)
    (_, side), _ = placed([0.5, beside[0]], [0.5, beside[1]], ["abcdefgh", ""])
    assert side == "middle left"


def test_names_are_placed_on_the_axis_that_holds_the_error_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    heights: list[list[float]] = []

    def seen(xs: list[float], ys: list[float], names: list[str], **_: object) -> list[tuple[str, str]]:
        heights.append([*ys])
        return [("", "top center")] * len(names)

    monkeypatch.setattr(scatter, "placed", seen)
    rows = pd.DataFrame({"label": ["a", "b"], "x": [1.0, 2.0], "y": [10.0, 20.0], "segment": ["startup", "big_tech"],
                         "y_low": [0.0, 15.0], "y_high": [12.0, 40.0]})  # fmt: skip
    scatter.points(
        rows, Translator("en"), x_unit="x", y_unit="y", title="t", note="n", source="s", name="c", origin="reported"
    )
    assert sorted(heights[0]) == pytest.approx([0.05 + 0.9 * 10 / 40, 0.05 + 0.9 * 20 / 40])
