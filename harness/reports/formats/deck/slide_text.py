"""Text that fits its box on a slide: its size in points, and how high it becomes. PowerPoint shrinks nothing that nobody edits."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from harness.charts.labels import letters as latin_letters

LETTER = 0.54
"""Width of a Latin letter in sizes of the font, half a Chinese sign's and a little more: Arial's letters and digits are 0.50 wide
on average; the rest is for the ends of lines that no word fits."""
LINE = 1.2
"""Height of a line in sizes of the font."""
POINT = 1 / 72
"""Inches."""
MEETING = 0.6
"""Letters that go between Latin and Chinese: a quarter of a Chinese sign, and a little more."""
_MEETINGS = re.compile(r"(?<=[!-~])(?=[\u2e80-\uffef])|(?<=[\u2e80-\uffef])(?=[!-~])")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph: a heading (``strong``), something beside the point (``soft``), or running text."""

    text: str
    strong: bool = False
    soft: bool = False


def letters(text: str) -> float:
    """Width of a text in Latin letters, with the space that is set where Latin and Chinese meet."""
    return latin_letters(text) + MEETING * len(_MEETINGS.findall(text))


def height(text: str, size: float, width: float) -> float:
    """Inches that a text of ``size`` points takes in a box ``width`` inches wide."""
    lines = max(1, math.ceil(letters(text) * LETTER * size * POINT / width))
    return lines * LINE * size * POINT


def fitting_size(texts: Sequence[str], width: float, room: float, sizes: Sequence[float], gap: float = 0.0) -> float:
    """The largest of ``sizes`` (points, largest first) at which the texts, ``gap`` sizes apart, are at most ``room`` inches high;
    the smallest where none is."""
    for size in sizes:
        if sum(height(t, size, width) + gap * size * POINT for t in texts) <= room:
            return size
    return sizes[-1]


def pages(paragraphs: Sequence[Paragraph], width: float, room: float, size: float, gap: float) -> list[list[Paragraph]]:
    """The paragraphs in portions that fit ``room``; a heading is not left at the foot of one."""
    out: list[list[Paragraph]] = [[]]
    used = 0.0
    for paragraph in paragraphs:
        tall = height(paragraph.text, size, width) + gap * size * POINT
        if out[-1] and used + tall > room:
            carried = [out[-1].pop()] if out[-1][-1].strong and len(out[-1]) > 1 else []
            out.append(carried)
            used = sum(height(p.text, size, width) + gap * size * POINT for p in carried)
        out[-1].append(paragraph)
        used += tall
    return [page for page in out if page]
