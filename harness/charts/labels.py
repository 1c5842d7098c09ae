"""Labels of a scatter's points: text and side of each, chosen so that no two labels overlap."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

CHARACTER, LINE = 6.6, 15.0
"""Pixels of one character and one line at the label's font size (11): 0.6 and 1.36 of it, a little more than most fonts
take, since a visitor's font is not known and two names must not meet."""

_SIDES = {
    "middle right": (0.0, -0.5),
    "middle left": (-1.0, -0.5),
    "top center": (-0.5, -1.4),
    "bottom center": (-0.5, 0.3),
    "top right": (0.0, -1.4),
    "top left": (-1.0, -1.4),
    "bottom right": (0.0, 0.3),
    "bottom left": (-1.0, 0.3),
}
_Box = tuple[float, float, float, float]
_Side = tuple[str, _Box]


def letters(text: str) -> int:
    """Width of a text in Latin letters: a Chinese sign is as wide as two."""
    return len(text) if text.isascii() else sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


MOST = 15
"""Names written beside marks: more are not read at a glance. The others are on the hover cards."""
UNSEEN = "rgba(0,0,0,0)"
"""Colour of the names for a telephone, by which the site's style finds them."""
TELEPHONE = 270.0
"""Pixels of a plot's width on a screen of 420."""


MARK = 6.0
"""Pixels from a mark's middle that a name keeps clear of: half of a mark, a diamond's corners included."""


def placed(
    xs: Sequence[float],
    ys: Sequence[float],
    names: Sequence[str],
    *,
    width: float = 640,
    height: float = 400,
    line: Sequence[tuple[float, float]] = (),
) -> list[tuple[str, str]]:
    """Label ("" where none fits, and from MOST on) and side of each point (``xs``, ``ys`` in 0–1, most important first).

    ``line`` are the corners of a drawn line of level and upright strokes, in 0–1: no name but the first crosses it. A name that
    finds no side may move one other to another side of its mark.
    """  # fmt: skip
    strokes = _strokes([(x * width, (1 - y) * height) for x, y in line])
    points = [(x * width, (1 - y) * height) for x, y in zip(xs, ys, strict=True)]
    free: list[list[_Side]] = []
    taken: dict[int, _Side] = {}
    for index, (name, (x, y)) in enumerate(zip(names, points, strict=True)):
        sides = [
            (side, box)
            for side, box in _boxes(name, x, y)
            if box[0] >= 0 and box[2] <= width and box[1] >= -LINE and box[3] <= height and not _covers(box, points, index)
        ]  # fmt: skip
        clear = [one for one in sides if not any(_meet(one[1], stroke) for stroke in strokes)]
        free.append(clear if clear or index else sides)
        if name and len(taken) < MOST:
            _settle(index, free, taken)
    return [(names[i], taken[i][0]) if i in taken else ("", "top center") for i in range(len(names))]


def _settle(index: int, free: Sequence[Sequence[_Side]], taken: dict[int, _Side]) -> None:
    """Give a name the first of its free sides that meets no other name; where each meets one, a side whose one name can move."""
    for one in free[index]:
        if not _others(one[1], taken):
            taken[index] = one
            return
    for one in free[index]:
        others = _others(one[1], taken)
        if len(others) > 1:
            continue
        rest = {i: side for i, side in taken.items() if i != others[0]} | {index: one}
        if (moved := next((side for side in free[others[0]] if not _others(side[1], rest)), None)) is not None:
            taken |= {index: one, others[0]: moved}
            return


def _others(box: _Box, taken: Mapping[int, _Side]) -> list[int]:
    """The names that a box meets."""
    return [i for i, (_, other) in taken.items() if _meet(box, other)]


def _boxes(name: str, x: float, y: float) -> Iterator[tuple[str, _Box]]:
    """The sides of a mark at (``x``, ``y``), in pixels, and the box that its name takes there."""
    wide = letters(name) * CHARACTER
    for side, (dx, dy) in _SIDES.items():
        left = x + dx * wide + (8 if dx == 0 else -8 if dx == -1 else 0)  # beside the mark, not on it
        yield side, (left, y + dy * LINE, left + wide, y + dy * LINE + LINE)


def _strokes(corners: Sequence[tuple[float, float]]) -> list[_Box]:
    """The strokes between neighbouring corners, as boxes."""
    return [(min(a, c), min(b, d), max(a, c), max(b, d)) for (a, b), (c, d) in pairwise(corners)]


def for_telephones(xs: Sequence[object], ys: Sequence[object], names: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Settings of a Plotly trace with the names as a telephone has room for them: not seen until the site's style shows them there
    and hides the others, so that pictures and reports keep one set."""
    return {
        "x": xs, "y": ys, "mode": "markers+text", "marker": {"size": 10, "opacity": 0},  # without, a name begins on its mark
        "text": [n for n, _ in names], "textposition": [side for _, side in names],
        "textfont": {"size": 10, "color": UNSEEN}, "hoverinfo": "skip", "showlegend": False, "cliponaxis": False,
    }  # fmt: skip


def _meet(a: _Box, b: _Box) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _covers(box: _Box, points: Sequence[tuple[float, float]], own: int) -> bool:
    left, top, right, bottom = box[0] - MARK, box[1] - MARK, box[2] + MARK, box[3] + MARK
    return any(left <= x <= right and top <= y <= bottom for i, (x, y) in enumerate(points) if i != own)
