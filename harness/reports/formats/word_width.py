"""Width of a word in average Latin letters, for columns in which no word may break."""

from __future__ import annotations

import re

from harness.charts.labels import letters

BROAD = 0.4
"""Letters by which a capital, an m, a w or a per cent sign is wider than the average."""
_BROAD = re.compile(r"[A-Zmw%]")

PLAIN = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": "&quot;", "\u201d": "&quot;"})
"""Signs that our font draws as wide as a Chinese one, and what stands for them in an English document or drawing."""


def word_width(word: str) -> float:
    """Average letters that a word is wide, its broad ones counted as they are set."""
    return letters(word) + BROAD * len(_BROAD.findall(word))
