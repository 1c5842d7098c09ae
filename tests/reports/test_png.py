"""Charts as pictures: what stands in the drawing stands in the picture, the same every time."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from harness.reports.document import Report
from harness.reports.formats.plotly_figures import legend
from harness.reports.formats.png import SCALE, png
from harness.reports.formats.svg import drawn
from harness.reports.messages import Words

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" width="{w}" height="{h}" font-size="11" fill="#1B2430">'


def picture(inside: str, wide: int = 100, tall: int = 60) -> Image.Image:
    return Image.open(io.BytesIO(png(f"{HEAD.format(w=wide, h=tall)}{inside}</svg>"))).convert("RGB")


def at(image: Image.Image, x: float, y: float) -> tuple[int, ...]:
    found = image.getpixel((round(x * SCALE), round(y * SCALE)))
    assert isinstance(found, tuple)
    return found


def inked(image: Image.Image, box: tuple[float, float, float, float]) -> int:
    part = image.crop(tuple(round(v * SCALE) for v in box)).convert("L")  # type: ignore[arg-type]
    return sum(part.histogram()[:160])


def test_shapes_stand_where_the_drawing_puts_them() -> None:
    image = picture('<rect x="10" y="10" width="20" height="10" fill="#FF0000"/><circle cx="60" cy="20" r="8" fill="#00FF00" '
                    'stroke="#0000FF" stroke-width="2"/><line x1="5" y1="50" x2="95" y2="50" stroke="#000000" stroke-width="2" opacity="0.5"/>'
                    '<polygon points="80,30 90,30 90,40 80,40" fill="#FFFFFF" stroke="#FF00FF" stroke-width="2"/>')  # fmt: skip
    assert image.size == (100 * SCALE, 60 * SCALE)
    assert at(image, 20, 15) == (255, 0, 0)
    assert at(image, 60, 20) == (0, 255, 0)
    assert at(image, 60, 28)[2] == 255  # the edge's middle
    assert at(image, 50, 50) == pytest.approx((127, 127, 127), abs=2)  # half through
    assert at(image, 85, 35) == (255, 255, 255)
    assert at(image, 85, 30) == (255, 0, 255)
    assert at(image, 45, 40) == (255, 255, 255)


def test_a_dashed_line_has_gaps() -> None:
    image = picture(
        '<line x1="0" y1="30" x2="100" y2="30" stroke="#000000" stroke-width="2" stroke-dasharray="10 10"/>'
    )
    assert [at(image, x, 30)[0] < 128 for x in (5, 15, 25, 35)] == [True, False, True, False]


def test_text_is_anchored_and_turned() -> None:
    start, end = (picture(f'<text x="50" y="30" text-anchor="{a}">Modell 模型</text>') for a in ("start", "end"))
    assert inked(start, (50, 15, 100, 35)) > 50 < inked(end, (0, 15, 50, 35))
    assert inked(start, (0, 0, 49, 60)) == 0 == inked(end, (51, 0, 100, 60))
    turned = picture('<text x="14" y="30" text-anchor="middle" transform="rotate(-90 14 30)">capability</text>')
    assert (
        inked(turned, (0, 0, 14, 30)) > 20 < inked(turned, (0, 30, 14, 60))
    )  # above and below its place, left of the line
    assert inked(turned, (19, 0, 100, 60)) == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_figure_of_a_report_becomes_the_same_picture_twice(report: Report, language: str) -> None:
    for figure in (f for s in report.sections for f in s.figures):
        svg = drawn(figure, legend(Words(language)))
        assert png(svg) == png(svg)
