"""What can be known of readability without a browser: contrast of the theme, quoting in the style, one flat list."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from harness.site.server import style

ROOT = Path(__file__).resolve().parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
Colour = tuple[float, float, float]


def colour(text: str) -> Colour:
    r, g, b = (int(text[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return r, g, b


def contrast(a: Colour, b: Colour) -> float:
    """WCAG 2's contrast of two colours."""

    def luminance(c: Colour) -> float:
        linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in c]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(a), luminance(b)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast(colour("#000000"), colour("#FFFFFF")) == pytest.approx(21)
    assert contrast(colour("#767676"), colour("#FFFFFF")) == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("ground", ["backgroundColor", "secondaryBackgroundColor", "sidebar"])
def test_captions_are_readable(mode: str, ground: str) -> None:
    theme = THEME[mode]
    back = colour(theme["sidebar"]["backgroundColor"] if ground == "sidebar" else theme[ground])
    r, g, b = (0.6 * t + 0.4 * u for t, u in zip(colour(theme["textColor"]), back, strict=True))
    assert contrast((r, g, b), back) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_white_is_readable_on_the_primary_colour(mode: str) -> None:
    assert contrast(colour("#FFFFFF"), colour(THEME[mode]["primaryColor"])) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_links_are_readable(mode: str) -> None:
    assert contrast(colour(THEME[mode]["linkColor"]), colour(THEME[mode]["backgroundColor"])) >= 4.5


def test_a_name_cannot_end_the_style() -> None:
    quoted = style._quoted("a'</style>中")
    assert not set(quoted) & set("'<>/") and quoted.endswith("中")
