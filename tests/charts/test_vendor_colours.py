"""A vendor's colour: fixed, seen on both backgrounds, told apart within its group by the colour-blind too."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from harness.charts import dots, palette, scatter, vendor_colours
from tests.charts.test_hover import PLANE, TEXTS
from tests.charts.test_palette import DARK, LIGHT, _contrast, _linear

LEAST = 14.0
"""Distance in CIELAB that the file promises between two colours of one group."""
# Machado, Oliveira, Fernandes (2009), severity 1: linear RGB as it is, and as two kinds of the colour-blind see it
SIGHT = {
    "typical": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip
TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
COLOURS = [(name, code) for part in vendor_colours.groups().values() for name, code in part.items()]


def _lab(colour: str, sight: str) -> np.ndarray:
    """CIELAB (D65) of a colour as it is seen."""
    seen = np.clip(SIGHT[sight] @ np.array(_linear(colour)), 0, 1)
    x, y, z = (np.cbrt(v) if v > 216 / 24389 else (24389 / 27 * v + 16) / 116
               for v in TO_XYZ @ seen / np.array([0.95047, 1.0, 1.08883]))  # fmt: skip
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_the_measure_agrees_with_published_values() -> None:
    assert _lab("#FF0000", "typical") == pytest.approx([53.24, 80.09, 67.20], abs=0.05)
    assert _lab("#777777", "deutan") == pytest.approx(_lab("#777777", "typical"), abs=0.1), "grey stays grey"


def test_thirty_vendors_of_the_catalog_have_a_colour_of_their_own() -> None:
    names = [name for name, _ in COLOURS] + list(vendor_colours.SAME)
    known = {line.split(",")[0] for line in Path("data/catalog/vendors.csv").read_text(encoding="utf-8").splitlines()}
    assert len(COLOURS) == len({code for _, code in COLOURS}) == 30
    assert len(names) == len(set(names)) and set(names) <= known


@pytest.mark.parametrize("background", [LIGHT, DARK])
def test_they_stand_out_on_both_backgrounds(background: str) -> None:
    assert min(_contrast(code, background) for _, code in COLOURS) >= 3.0


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize("group", vendor_colours.groups())
def test_a_group_is_told_apart(group: str, sight: str) -> None:
    seen = {name: _lab(code, sight) for name, code in vendor_colours.groups()[group].items()}
    apart = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a, b in itertools.combinations(seen, 2)}
    assert min(apart.values()) >= LEAST, min(apart, key=lambda pair: apart[pair])


def test_two_models_of_one_vendor_and_one_of_nobody_differ() -> None:
    marks = vendor_colours.marks(["openai", "openai", "no such vendor", "google-deepmind"])
    assert (marks[0].colour, marks[3].colour) == (vendor_colours.colour("openai"), vendor_colours.colour("google"))
    assert len({m.colour for m in marks}) == len({m.symbol for m in marks}) == 4
    assert vendor_colours.marks([]) == [] and len(vendor_colours.marks([""] * 9)) == 9


def test_charts_that_compare_vendors_draw_them_in_their_colours() -> None:
    vendors = ["deepseek", "anthropic"]
    rows = PLANE.assign(vendor_id=vendors, series=PLANE["label"])
    wanted = [vendor_colours.colour(v) for v in vendors]
    profile = dots.profile(rows, unit="u", **TEXTS).figure.data
    lines = scatter.lines(rows[["series", "vendor_id", "x", "y"]], x_unit="x", y_unit="y", **TEXTS).figure.data
    assert [t.marker.color for t in profile] == [t.line.color for t in lines] == wanted
    assert profile[0].marker.color != palette.series(0).colour
