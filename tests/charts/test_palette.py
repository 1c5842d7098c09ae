"""Colours hold on white and on near-black, and are told apart by the colour-blind."""

from __future__ import annotations

import itertools

import pytest

from harness.charts import palette

LIGHT, DARK = "#FFFFFF", "#12161C"


def _linear(colour: str) -> list[float]:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    return [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]


def _contrast(a: str, b: str) -> float:
    """Contrast ratio of WCAG 2.2."""
    light, dark = sorted(
        (sum(w * c for w, c in zip((0.2126, 0.7152, 0.0722), _linear(x), strict=True)) for x in (a, b)), reverse=True
    )
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", sorted({m.colour for m in (*palette.SEGMENTS.values(), *palette.SERIES)}))
@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_marks_stand_out_on_both_backgrounds(colour: str, background: str) -> None:
    assert _contrast(colour, background) >= 2.9  # 3:1 is asked of graphics; every mark has its shape besides


# Viénot, Brettel, Mollon (1999): linear RGB as a protanope and a deuteranope see it.
SIGHT = {
    "protan": ((0.11238, 0.88762, 0.0), (0.11238, 0.88762, 0.0), (0.00401, -0.00401, 1.0)),
    "deutan": ((0.29275, 0.70725, 0.0), (0.29275, 0.70725, 0.0), (-0.02234, 0.02234, 1.0)),
}


@pytest.mark.parametrize("sight", sorted(SIGHT))
def test_segments_are_told_apart_by_the_colour_blind(sight: str) -> None:
    seen = {
        name: [sum(w * c for w, c in zip(row, _linear(mark.colour), strict=True)) for row in SIGHT[sight]]
        for name, mark in palette.SEGMENTS.items()
    }
    assert len(seen) > 1
    for a, b in itertools.combinations(seen, 2):
        gap = sum((x - y) ** 2 for x, y in zip(seen[a], seen[b], strict=True)) ** 0.5
        assert gap > 0.05, f"{a} and {b} look alike"


def test_no_two_segments_share_a_shape() -> None:
    shapes = [m.symbol for m in palette.SEGMENTS.values()]
    assert len(set(shapes)) == len(shapes)


def test_what_is_unknown_is_grey_and_a_seventh_thing_takes_the_first_mark() -> None:
    assert palette.segment("no such segment") == palette.UNKNOWN
    assert palette.series(0) == palette.series(6)


def test_a_faint_colour_is_the_same_colour() -> None:
    assert palette.faint("#1F7FC0") == "rgba(31,127,192,0.45)"
