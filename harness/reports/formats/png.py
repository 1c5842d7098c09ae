"""A chart's SVG as PNG, drawn by Pillow with the report's own font: no browser, and the same bytes every time.

Knows the elements and attributes that ``svg`` writes, and no others.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

    from PIL import ImageDraw, ImageFont

FONT = Path(__file__).parents[1] / "fonts" / "NotoSansSC-Regular-subset.otf"
SCALE = 2
"""Pixels of the picture for one of the drawing's: sharp on dense screens and on paper."""
FINE = 2
"""The picture is drawn so many times larger and then made smaller, which smooths its edges."""
GRAIN = SCALE * FINE


def png(svg: str) -> bytes:
    """The drawing as a PNG file on white."""
    from PIL import Image, ImageDraw

    root = ElementTree.fromstring(svg)
    wide, tall = (math.ceil(float(root.attrib[k])) for k in ("width", "height"))
    image = Image.new("RGB", (wide * GRAIN, tall * GRAIN), "#FFFFFF")
    canvas = ImageDraw.Draw(image, "RGBA")
    for element in root:
        name = element.tag.rsplit("}", 1)[-1]
        if name == "text":
            _text(image, canvas, element, root)
        elif name != "title":
            {"line": _line, "circle": _circle, "polygon": _polygon, "rect": _rect}[name](canvas, element)
    out = io.BytesIO()
    image.resize((wide * SCALE, tall * SCALE), Image.Resampling.BOX).save(out, "PNG", dpi=(96 * SCALE, 96 * SCALE))
    return out.getvalue()


def _at(element: Element, *names: str) -> list[float]:
    return [float(element.attrib[n]) * GRAIN for n in names]


def _ink(element: Element, name: str) -> tuple[int, int, int, int] | None:
    """A colour with the element's opacity; None where it has none."""
    colour = element.get(name)
    if colour is None:
        return None
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return red, green, blue, round(255 * float(element.get("opacity", 1)))


def _thick(element: Element) -> int:
    return max(1, round(float(element.get("stroke-width", 0)) * GRAIN))


def _line(canvas: ImageDraw.ImageDraw, element: Element) -> None:
    x1, y1, x2, y2 = _at(element, "x1", "y1", "x2", "y2")
    on, off = (float(v) * GRAIN for v in element.get("stroke-dasharray", "0 0").split())
    long, step = math.hypot(x2 - x1, y2 - y1), on + off
    starts = [i * step for i in range(math.ceil(long / step))] if step else [0.0]
    for start in starts:
        a, b = (min(1.0, at / long) if long else 0.0 for at in (start, start + on if step else long))
        ends = [(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t) for t in (a, b)]
        canvas.line(ends, fill=_ink(element, "stroke"), width=_thick(element))


def _circle(canvas: ImageDraw.ImageDraw, element: Element) -> None:
    x, y, r = _at(element, "cx", "cy", "r")
    r += _thick(element) / 2  # a stroke lies half outside; Pillow draws an outline inside
    canvas.ellipse((x - r, y - r, x + r, y + r), _ink(element, "fill"), _ink(element, "stroke"), _thick(element))


def _polygon(canvas: ImageDraw.ImageDraw, element: Element) -> None:
    corners = [tuple(float(v) * GRAIN for v in pair.split(",")) for pair in element.attrib["points"].split()]
    canvas.polygon(corners, fill=_ink(element, "fill"))
    canvas.line([*corners, corners[0], corners[1]], _ink(element, "stroke"), _thick(element), joint="curve")


def _rect(canvas: ImageDraw.ImageDraw, element: Element) -> None:
    x, y, wide, tall = _at(element, "x", "y", "width", "height")
    canvas.rectangle((x, y, x + wide, y + tall), fill=_ink(element, "fill"))


@lru_cache(maxsize=8)
def _font(size: float) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), size * GRAIN, layout_engine=ImageFont.Layout.BASIC)  # alike on every machine


def _text(image: Any, canvas: ImageDraw.ImageDraw, element: Element, root: Element) -> None:
    from PIL import Image, ImageDraw

    font = _font(float(element.get("font-size", root.attrib["font-size"])))
    ink = _ink(element, "fill") or _ink(root, "fill")
    anchor = {"start": "ls", "middle": "ms", "end": "rs"}[element.attrib["text-anchor"]]
    x, y = _at(element, "x", "y")
    said = element.text or ""
    if "transform" not in element.attrib:
        canvas.text((x, y), said, ink, font, anchor)
        return
    # The one turn that charts make: a quarter to the left around the text's own place.
    side = math.ceil(font.getlength(said)) + 2 * GRAIN
    room = math.ceil(font.size)
    strip = Image.new("L", (side, 2 * room), 0)
    ImageDraw.Draw(strip).text((side / 2, room), said, 255, font, "ms")
    turned = strip.transpose(Image.Transpose.ROTATE_90)
    image.paste(Image.new("RGB", turned.size, ink), (round(x) - room, round(y) - side // 2), turned)
