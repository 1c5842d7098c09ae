"""The design as it is written down is the one that the code has: colours, sizes, bounds."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from harness.charts import heat_colours, labels, palette, vendor_colours
from tests.charts.test_vendor_colours import LEAST

DOCUMENT = Path("docs/design.md").read_text(encoding="utf-8")
THEME = tomllib.loads(Path(".streamlit/config.toml").read_text(encoding="utf-8"))["theme"]


def _table(heading: str) -> list[list[str]]:
    """Cells of the table below a heading, without its head."""
    part = re.split(r"^## ", DOCUMENT, flags=re.M)
    text = next(p for p in part if p.startswith(heading))
    rows = [[c.strip() for c in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return rows[2:]


def test_page_colours_are_the_themes() -> None:
    rows = _table("Colours of the page")
    assert len(rows) == 6
    for _, key, light, dark in rows:
        assert (THEME["light"][key.strip("`")], THEME["dark"][key.strip("`")]) == (light, dark)


def test_headings_have_the_themes_sizes() -> None:
    stated = [(size, int(weight)) for _, size, weight in _table("Type")[:3]]
    assert stated == list(zip(THEME["headingFontSizes"], THEME["headingFontWeights"], strict=True))[:3]
    assert f"round by {THEME['baseRadius']}" in DOCUMENT


def test_segments_have_their_marks() -> None:
    wanted = {**palette.SEGMENTS, "unknown": palette.UNKNOWN}
    assert {name: palette.Mark(colour, shape) for name, colour, shape in _table("Colours of segments")} == wanted


def test_vendors_have_their_colours() -> None:
    stated = {
        group: dict(pair.split(" ") for pair in cells.split(", ")) for group, cells in _table("Colours of vendors")
    }
    assert stated == {name.replace("_", " "): dict(part) for name, part in vendor_colours.groups().items()}
    assert f"{LEAST:.0f} apart in CIELAB" in DOCUMENT


def test_scales_have_their_colours() -> None:
    scales = [
        [colour for _, colour in scale]
        for scale in (palette.SEQUENTIAL, heat_colours.SEQUENTIAL_DARK, palette.DIVERGING, heat_colours.DIVERGING_DARK)
    ]
    plain = [list(heat_colours.STATES), list(heat_colours.STATES_DARK), [heat_colours.PALE], [heat_colours.PALE_DARK]]
    assert [cell.split() for row in _table("Colours of amounts") for cell in row[1:]] == scales + plain


def test_bounds_of_charts_are_the_codes() -> None:
    assert f"at most {labels.MOST}, the most important" in DOCUMENT
    assert f"faint ({palette.FAINT:.0%} of the mark's colour), fainter ({palette.CROWDED:.0%})" in DOCUMENT
    assert f"more than {palette.CROWD} marks" in DOCUMENT
