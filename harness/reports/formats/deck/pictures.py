"""Charts as PNG pictures for slides: the SVG of the other formats, drawn with our own fonts, so that bytes repeat."""

from __future__ import annotations

import struct
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.charts.labels import letters
from harness.reports.document import Figure
from harness.reports.formats.chart_kinds import svg_document
from harness.reports.formats.word_width import PLAIN
from harness.reports.messages import Words

FONTS = Path(__file__).parents[2] / "fonts"
FAMILY = "Noto Sans CJK SC"
"""The name that the fonts in FONTS bear."""
PIXELS = 2000
"""Width of a picture: sharp across a slide on a screen of 4K, and some hundred kilobytes."""


LOW = 0.6
"""Share of a box's height below which a picture as wide as the box is drawn narrow instead, which makes its letters larger."""

COLUMNS, NAME = 5, 28
"""Columns of a heat map, and letters of a row's name, that have room in the narrow drawing."""


def filling(figure: Figure, words: Words, ratio: float) -> bytes:
    """The figure in the drawing that fills a box, ``ratio`` times as high as wide, better: across a page, or half of one."""
    whole = png(replace(figure, narrow=False), words)
    across, down = size(whole)
    if down / across >= LOW * ratio or not _fits_narrow(figure):
        return whole
    return png(replace(figure, narrow=True), words)


def _fits_narrow(figure: Figure) -> bool:
    """Whether the narrow drawing has room for all names."""
    if figure.kind == "heat":
        return len(figure.grid[1]) <= COLUMNS
    return max((letters(p.label) for p in figure.points), default=0) <= NAME


def png(figure: Figure, words: Words) -> bytes:
    """The figure on white, across a page or, where it is narrow, half of one."""
    import resvg_py

    svg = svg_document(figure, words)
    if words.language == "en":
        svg = svg.translate(PLAIN)
    # A sign that our fonts lack is drawn by the system's, which may differ from machine to machine; elsewhere they are not read.
    own = {ord(c) for c in svg} <= _signs()
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            width=PIXELS,
            background="#FFFFFF",
            skip_system_fonts=own,
            font_dirs=[str(FONTS)],
            font_family=FAMILY,
            sans_serif_family=FAMILY,
        )  # fmt: skip
    )


def size(picture: bytes) -> tuple[int, int]:
    """Width and height of a PNG, in pixels."""
    width, height = struct.unpack(">II", picture[16:24])
    return int(width), int(height)


@cache
def _signs() -> frozenset[int]:
    """Code points that our regular font has."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / "NotoSansSC-Regular-subset.otf", lazy=True) as font:
        return frozenset(font.getBestCmap()) | {ord("\n")}
