"""Hover cards: what a mark says when it is pointed at. Its name first, then each value with interval and unit, then who and
when, and the chart's source at the foot; one form for every chart."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from harness.charts.chart import DASH, plain
from harness.charts.labels import letters
from harness.charts.text import SEAM, estimate, number

WIDEST = 46
"""Latin letters of a line: a card fits beside its mark on a telephone."""
_PIECE = re.compile(r"[\u2e80-\uffff][，。、；：！？）」》]*|[^\s\u2e80-\uffff]+|\s+")
"""What a line does not break: a Chinese sign with the punctuation behind it, a word of other writing."""


def cards(names: Iterable[object], lines: Iterable[Sequence[object]], *, source: str = "") -> dict[str, Any]:
    """Settings of a Plotly trace: one card a mark, ``lines`` below its name. What comes from data stays text."""
    foot = f"<br><i>{wrapped(source)}</i>".replace("%{", f"%{SEAM}{{") if source else ""
    return {
        "customdata": [[card(name, own)] for name, own in zip(names, lines, strict=True)],
        "hovertemplate": f"%{{customdata[0]}}{foot}<extra></extra>",
    }


def grid_cards(square: Any, unit: str, source: str, decimals: int = 2) -> dict[str, Any]:
    """Settings of a heat map: a card a cell, named by its row, then its column and value."""
    foot = cards([], [], source=source)["hovertemplate"]
    texts = [
        [card(row, [column, "" if v is None or v != v else said(unit, number(float(v), decimals))])
         for column, v in zip(square.columns, values, strict=True)]
        for row, values in zip(square.index, square.to_numpy(dtype=object), strict=True)
    ]  # fmt: skip
    return {"customdata": texts, "hovertemplate": foot.replace("customdata[0]", "customdata")}


def card_of_line(lines: Sequence[object], source: str) -> dict[str, Any]:
    """Settings of a Plotly trace that is one thing all along: its card, the first of ``lines`` its name."""
    one = cards(lines[:1], [lines[1:]], source=source)
    return {"meta": one["customdata"][0], "hovertemplate": one["hovertemplate"].replace("customdata", "meta")}


def card(name: object, lines: Sequence[object] = ()) -> str:
    """One card: the name strong, its lines below it without the empty ones."""
    told = [wrapped(text) for text in lines if str(text).strip() not in ("", DASH)]
    return "<br>".join([f"<b>{wrapped(name)}</b>", *told])


def valued(
    unit: str, value: float | None, low: float | None = None, high: float | None = None, *, percent: bool = False, signed: bool = False
) -> str:  # fmt: skip
    """A line: what is measured, its value and interval (``Points: 127 (119–135)``), rounded to the interval; empty without one."""
    text = estimate(value, low, high, percent=percent, signed=signed)
    return "" if text == DASH else said(unit, text)


def said(unit: str, text: object) -> str:
    """A line: what is stated, and the statement."""
    unit = " ".join(unit.replace("<br>", " ").split())
    if not unit:
        return str(text)
    return f"{unit}：{text}" if letters(unit) > len(unit) else f"{unit}: {text}"


def columns(frame: Any, *names: str) -> list[list[str]]:
    """Texts of a frame's columns, a list a row, as far as they are there: a chart's own lines of a card."""
    there = [frame[name] for name in names if name in frame]
    rows = list(zip(*there, strict=True)) if there else [()] * len(frame)
    return [["" if v is None or v != v else str(v) for v in row] for row in rows]


def wrapped(text: object) -> str:
    """Text in lines of at most ``WIDEST`` letters, harmless in a figure."""
    return _wrapped(str(text))


@lru_cache(maxsize=8192)
def _wrapped(text: str) -> str:
    lines = [""]
    for piece in _PIECE.findall(" ".join(text.split())):
        if lines[-1] and letters(lines[-1] + piece) > WIDEST:
            lines.append("")
        if lines[-1] or not piece.isspace():
            lines[-1] += piece
    return "<br>".join(plain(line.rstrip()) for line in lines)
