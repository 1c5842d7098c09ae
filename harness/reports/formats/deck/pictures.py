"""Charts as PNG pictures for slides: the SVG of the other formats, drawn with our own fonts, so that bytes repeat."""

from __future__ import annotations

import struct
from dataclasses import replace
from functools import cache
from pathlib import Path

from harness.reports.document import Figure
from harness.reports.formats.chart_kinds import svg_document
from harness.reports.messages import Words

FONTS = Path(__file__).parents[2] / "fonts"
FAMILY = "Noto Sans CJK SC"
"""The name that the fonts in FONTS bear."""
PIXELS = 2000
"""Width of a picture: sharp across a slide on a screen of 4K, and some hundred kilobytes."""


def png(figure: Figure, words: Words) -> bytes:
    """The figure across a page, on white."""
    import resvg_py

    svg = svg_document(replace(figure, narrow=False), words)
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
