"""Figures as SVG, written here: no browser, no random id, the same bytes every time. For print, PDF and Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

from harness.charts.chart import short
from harness.charts.heat_colours import ink, shade
from harness.charts.labels import MOST, letters, placed
from harness.charts.palette import GREY, Mark, segment, series
from harness.charts.scatter import log_steps
from harness.charts.text import minus, number
from harness.charts.vendor_colours import marks
from harness.reports.document import Figure, Point

WIDTH = 760.0
NARROW = 400.0
"""Pixels of a drawing for half a page's width: its letters are then as large on paper as those of a whole one."""
ROW = 22.0
INK, LINE = "#1B2430", "#D5DAE1"
SIZE = 11.0
LETTER = 0.56 * SIZE
"""Pixels of a Latin letter on average: Noto Sans' small letters and digits are 0.53 of their size wide; a little more leaves labels room."""
KEY_LETTERS = 40
"""Letters of a name in a drawing's key; a longer one loses its middle."""
LABELS = 0.48
"""Share of the width that row labels take at most: the marks keep a little more than half."""
BEFORE, BEYOND = 0.75, 1.35
"""The price axis begins at so much of the lowest price and ends at so much of the highest: an eighth of a decade on each
side keeps marks off the frame."""
WIDE_LETTER = 0.62 * SIZE
"""Pixels of a letter in a heat map's head, where no name may reach its neighbour: a tenth more than the average."""
SLANT = (40.0, 0.64, 0.77)
"""Degrees by which a heat map's column names are turned where they do not fit beside each other, the sine and the cosine."""
NAMED_NARROW = 10
"""Points of a narrow scatter that are named: the first, in order of importance (MOST in a wide one)."""
FONT = "Landscape Text, Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, PingFang SC, Segoe UI, Arial, sans-serif"


def width_of(figure: Figure) -> float:
    """Pixels that a figure's drawing is wide."""
    return NARROW if figure.narrow else WIDTH


def document(title: str, width: float, height: float, elements: Iterable[str]) -> str:
    """One SVG document of the elements, ``width`` by ``height`` pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'font-family="{FONT}" font-size="{SIZE:g}" fill="{INK}" role="img">'
        f"<title>{escape(title)}</title>{''.join(elements)}</svg>"
    )


def _n(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")


def _line(x1: float, y1: float, x2: float, y2: float, colour: str = LINE, width: float = 1, more: str = "") -> str:
    return f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" stroke="{colour}" stroke-width="{width:g}"{more}/>'


def _say(x: float, y: float, text: object, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}"{more}>{escape(str(text))}</text>'


def _clear(x: float, y: float, text: object, anchor: str, more: str) -> list[str]:
    """A text on a white edge of its own, so that lines under it do not cross its letters."""
    edge = ' stroke="#FFFFFF" stroke-width="2.6" stroke-linejoin="round" aria-hidden="true"'
    return [_say(x, y, text, anchor, more + edge), _say(x, y, text, anchor, more)]


def _mark(x: float, y: float, mark: Mark, *, hollow: bool = False, size: float = 4.5) -> str:
    paint = f'fill="{"#FFFFFF" if hollow else mark.colour}" stroke="{mark.colour}" stroke-width="1.6"'
    s = size
    corners: dict[str, Sequence[tuple[float, float]]] = {
        "diamond": ((0, -s * 1.3), (s * 1.3, 0), (0, s * 1.3), (-s * 1.3, 0)),
        "square": ((-s, -s), (s, -s), (s, s), (-s, s)),
        "triangle-up": ((0, -s * 1.25), (s * 1.2, s), (-s * 1.2, s)),
        "hexagon": tuple((s * 1.2 * math.cos(a), s * 1.2 * math.sin(a)) for a in (k * math.pi / 3 for k in range(6))),
        "star": tuple(
            (r * math.sin(k * math.pi / 5), -r * math.cos(k * math.pi / 5))
            for k, r in enumerate((s * 1.5, s * 0.65) * 5)
        ),
        "cross": ((-s, -1.2), (-1.2, -1.2), (-1.2, -s), (1.2, -s), (1.2, -1.2), (s, -1.2), (s, 1.2), (1.2, 1.2), (1.2, s), (-1.2, s), (-1.2, 1.2), (-s, 1.2)),
        "x": ((-s, -s + 2), (-s + 2, -s), (0, -2), (s - 2, -s), (s, -s + 2), (2, 0), (s, s - 2), (s - 2, s), (0, 2), (-s + 2, s), (-s, s - 2), (-2, 0)),
    }  # fmt: skip
    if mark.symbol not in corners:
        return f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(s)}" {paint}/>'
    points = " ".join(f"{_n(x + a)},{_n(y + b)}" for a, b in corners[mark.symbol])
    return f'<polygon points="{points}" {paint}/>'


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from at most ``low`` to at least ``high``."""
    if not high > low:
        low, high = low - 0.5, high + 0.5
    raw = (high - low) / most
    base = 10.0 ** math.floor(math.log10(raw))
    step = next(m * base for m in (1, 2, 2.5, 5, 10) if m * base >= raw * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(k * step, 10) for k in range(first, last + 1)]


def _finite(values: Iterable[float]) -> list[float]:
    return [v for v in values if math.isfinite(v)]


def _key(names: Sequence[tuple[str, Mark]], y: float, left: float = 8, *, hollow: bool = False) -> list[str]:
    out, x = [], left
    for name, mark in names:
        word = short(name, KEY_LETTERS)
        out += [_mark(x + 5, y - 4, mark, hollow=hollow), _say(x + 15, y, word)]
        x += 34 + _wide(word)
    return out


def _wide(text: str) -> float:
    """About how many pixels a text takes."""
    return letters(text) * LETTER


def _axis(
    steps: Sequence[float],
    at: Sequence[float],
    top: float,
    bottom: float,
    unit: str,
    *,
    sign: bool = False,
    width: float = WIDTH,
) -> list[str]:
    """Grid lines with their numbers, every other one where they would meet, and the unit below, in the middle or ended at the
    drawing's right edge."""
    out = []
    widest = max((_wide(_number(v, sign)) for v in steps), default=0.0)
    apart = min((b - a for a, b in zip(at, at[1:], strict=False)), default=width)
    every = 1 if widest + 6 <= apart else 2
    for index, (value, x) in enumerate(zip(steps, at, strict=True)):
        out.append(_line(x, top, x, bottom))
        if index % every == 0:
            out.append(_say(x, bottom + 15, _number(value, sign), "middle"))
    middle, half = (at[0] + at[-1]) / 2, _wide(unit) / 2
    out.append(_say(min(middle, width - 4 - half) if 2 * half < width else width / 2, bottom + 33, unit, "middle"))
    return out


def _number(value: float, sign: bool) -> str:
    return minus(f"{value:+,g}" if sign and value else f"{value:,.6g}")


def _span(points: Sequence[Point], *, zero: bool) -> list[float]:
    values = _finite(v for p in points for v in (p.value, p.low, p.high))
    return ticks(
        min([*values, *([0.0] if zero else [])], default=0), max([*values, *([0.0] if zero else [])], default=1)
    )


def rows(figure: Figure, legend: dict[str, str]) -> tuple[float, list[str]]:
    """One row a point, with its interval: leaderboards and differences around zero."""
    points, apart = figure.points, figure.kind == "differences"
    width = width_of(figure)
    names = [short(p.label, _letters(width * LABELS - 18, 56 if apart else 36)) for p in points]
    left = min(max([_wide(n) for n in names], default=40) + 18, width * LABELS)
    groups = _groups(figure, legend, apart)
    groups = groups if len(groups) > 1 else []
    top, steps = 26.0 if groups else 8.0, _span(points, zero=apart)
    bottom = top + ROW * max(len(points), 1)

    def x(value: float) -> float:
        return left + (width - left - 20) * (value - steps[0]) / (steps[-1] - steps[0])

    body = _axis(steps, [x(s) for s in steps], top, bottom, figure.unit, sign=apart, width=width)
    if apart:
        body.append(_line(x(0), top, x(0), bottom, GREY, 1.4))
    about = figure.about
    for index, (name, point) in enumerate(zip(names, points, strict=True)):
        y, mark = top + ROW * (index + 0.5), _mark_of(point, apart, faint=bool(about) and point.label not in about)
        hollow = not point.mark if apart else figure.origin != "measured"
        if math.isfinite(point.low) and math.isfinite(point.high):
            body.append(_line(x(point.low), y, x(point.high), y, mark.colour, 2, ' opacity="0.6"'))
        weight = ' font-weight="700"' if point.label in about else ""
        body += [_say(left - 10, y + 4, name, "end", weight), _mark(x(point.value), y, mark, hollow=hollow)]
    if apart:  # drawn as they stand in the chart: what cannot be told apart is hollow
        body += [
            *_key(groups[:1], 14),
            *_key(groups[1:], 14, 42 + _wide(short(groups[0][0], KEY_LETTERS)), hollow=True),
        ]
    else:
        body += _key(groups, 14, hollow=figure.origin != "measured")
    return bottom + 42, body


def _mark_of(point: Point, apart: bool, *, faint: bool) -> Mark:
    mark = series(0 if point.mark else 5) if apart else segment(point.group) if point.group else series(0)
    return Mark(GREY, mark.symbol) if faint else mark


def _letters(room: float, most: int) -> int:
    """How many letters of a label fit into so many pixels, at most ``most``."""
    return min(most, int(room / LETTER))


def _groups(figure: Figure, legend: dict[str, str], apart: bool) -> list[tuple[str, Mark]]:
    """What a drawing's key explains: each mark once, grey where it stands only behind those that the figure is about."""
    if apart:
        return [(legend["significant"], series(0)), (legend["not_significant"], series(5))]
    about = figure.about
    loud = dict.fromkeys(p.group for p in figure.points if not about or p.label in about)
    faint = dict.fromkeys(p.group for p in figure.points if p.group not in loud)
    own = [(legend.get(g, g), segment(g)) for g in loud]
    return own + [(legend.get(g, g), Mark(GREY, segment(g).symbol)) for g in faint]


def profile(figure: Figure, legend: dict[str, str]) -> tuple[float, list[str]]:
    """Several things on the same dimensions: a dot plot."""
    rows = list(dict.fromkeys(p.row for p in figure.points))
    whose = {p.label: p.group for p in figure.points}
    things, own = list(whose), marks(list(whose.values()))
    width = width_of(figure)
    left = max(_wide(r) for r in rows) + 20
    tall = (14.0 if figure.narrow else 6.0) + 8.5 * len(things)
    gap = (tall - 8.5 * len(things)) / 2
    steps = _span(figure.points, zero=True)
    lines = _wrapped(list(zip(things, own, strict=True)), width)
    top = 8.0 + 18.0 * len(lines)
    bottom = top + tall * len(rows)

    def x(value: float) -> float:
        return left + (width - left - 20) * (value - steps[0]) / (steps[-1] - steps[0])

    body = _axis(steps, [x(s) for s in steps], top, bottom, figure.unit, width=width)
    for index, row in enumerate(rows):
        body += [
            _say(left - 10, top + tall * (index + 0.5) + 4, row, "end"),
            _line(left, top + tall * index, width - 20, top + tall * index),
        ]
    for point in figure.points:
        place = things.index(point.label)
        y = top + tall * rows.index(point.row) + gap + 4.25 + 8.5 * place
        body.append(_mark(x(point.value), y, own[place]))
    for index, line in enumerate(lines):
        body += _key(line, 14 + 18 * index)
    return bottom + 42, body


def _wrapped(names: Sequence[tuple[str, Mark]], width: float) -> list[list[tuple[str, Mark]]]:
    lines: list[list[tuple[str, Mark]]] = [[]]
    room = width - 20
    for name, mark in names:
        wide = 34 + _wide(short(name, 30))
        if lines[-1] and wide > room:
            lines.append([])
            room = width - 20
        lines[-1].append((name, mark))
        room -= wide
    return lines


def scatter(figure: Figure, legend: dict[str, str]) -> tuple[float, list[str]]:
    """Capability against price, the price logarithmic; the first MOST are named, the frontier is joined."""
    points = [p for p in figure.points if p.value > 0]
    width, about = width_of(figure), figure.about
    left, top, height, right = 58.0, 26.0, 222.0 if figure.narrow else 380.0, width - 24
    bottom = top + height
    values = [p.value for p in points]
    lowest, highest = math.log10(min(values) * BEFORE), math.log10(max(values) * BEYOND)
    steps = ticks(
        min(_finite(v for p in points for v in (p.y, p.y_low))),
        max(_finite(v for p in points for v in (p.y, p.y_high))),
    )

    def x(value: float) -> float:
        return left + (right - left) * (math.log10(value) - lowest) / (highest - lowest)

    def y(value: float) -> float:
        return bottom - height * (value - steps[0]) / (steps[-1] - steps[0])

    marks = [t for t in log_steps(min(values), max(values)) if left <= x(t) <= right] or [min(values)]
    body = _axis(marks, [x(t) for t in marks], top, bottom, figure.unit, width=width)
    for step in steps:
        body += [_line(left, y(step), right, y(step)), _say(left - 8, y(step) + 4, minus(f"{step:,.6g}"), "end")]
    turned = f' transform="rotate(-90 14 {_n((top + bottom) / 2)})"'
    body.append(_say(14, (top + bottom) / 2, figure.unit_y, "middle", turned))
    edge = sorted((p for p in points if p.mark), key=lambda p: (p.value, p.y))
    for a, b in zip(edge, edge[1:], strict=False):
        dash = ' stroke-dasharray="3 3"'
        body += [
            _line(x(a.value), y(a.y), x(b.value), y(a.y), GREY, 1.2, dash),
            _line(x(b.value), y(a.y), x(b.value), y(b.y), GREY, 1.2, dash),
        ]
    named = NAMED_NARROW if figure.narrow else MOST
    names = [short(p.label, 26) if i < named else "" for i, p in enumerate(points)]
    share = [((x(p.value) - left) / (right - left), (y(p.y) - bottom) / -height) for p in points]
    spots = placed([a for a, _ in share], [b for _, b in share], names, width=right - left, height=height)
    for point, (name, side) in zip(points, spots, strict=True):
        mark, px, py = segment(point.group), x(point.value), y(point.y)
        loud = not about or point.label in about
        mark = mark if loud else Mark(GREY, mark.symbol)
        if loud and math.isfinite(point.y_low) and math.isfinite(point.y_high):
            body.append(_line(px, y(point.y_low), px, y(point.y_high), mark.colour, 1.2, ' opacity="0.5"'))
        body.append(_mark(px, py, mark, hollow=not about and figure.origin != "measured", size=4))
        if name:
            dx, dy, anchor = {"middle right": (8, 4, "start"), "middle left": (-8, 4, "end"), "top center": (0, -8, "middle"),
                              "bottom center": (0, 16, "middle"), "top right": (8, -8, "start"), "top left": (-8, -8, "end"),
                              "bottom right": (8, 16, "start"), "bottom left": (-8, 16, "end")}[side]  # fmt: skip
            weight = ' font-weight="700"' if point.label in about else ""
            body += _clear(px + dx, py + dy, name, anchor, f' font-size="9.5"{weight}')
    body += _key(_groups(figure, legend, False), 14, hollow=not about and figure.origin != "measured")
    return bottom + 42, body


def heat(figure: Figure, legend: dict[str, str]) -> tuple[float, list[str]]:
    """A table of colours with its values written in."""
    rows, columns = figure.grid
    width = width_of(figure)
    left = min(max(_wide(short(r, 34)) for r in rows) + 16, width * 0.35)
    wide = (width - left - 10) / max(len(columns), 1)
    turned = any(
        len(c) > 6 and letters(c) * WIDE_LETTER > wide for c in columns
    )  # a name cut short says nothing of a version
    head = [short(c, 26 if turned else 34) for c in columns]
    tall, top = 26.0, 28.0
    if turned:  # room above for the longest name, and to the right for the last one's end
        top = 18 + max(map(letters, head)) * 0.86 * LETTER * SLANT[1]
        wide -= max(0.0, letters(head[-1]) * 0.86 * LETTER * SLANT[2] - wide / 2) / len(columns)
    values = _finite(p.value for p in figure.points)
    low, high = min([*values, 0.0]), max(values, default=1.0)
    places = 0 if all(float(v).is_integer() for v in values) else 2
    body = []
    for i, name in enumerate(head):
        x, y = left + wide * (i + 0.5), top - 8
        slanted = f' transform="rotate(-{SLANT[0]:g} {_n(x)} {_n(y)})"' if turned else ""
        body.append(_say(x, y, name, "start" if turned else "middle", f' font-size="9.5"{slanted}'))
    for row in rows:
        body.append(_say(left - 8, top + tall * (rows.index(row) + 0.5) + 4, short(row, 34), "end"))
    for point in figure.points:
        share = (point.value - low) / (high - low) if high > low and math.isfinite(point.value) else 0.0
        px, py = left + wide * columns.index(point.label), top + tall * rows.index(point.row)
        text = number(point.value, places)
        body.append(
            f'<rect x="{_n(px)}" y="{_n(py)}" width="{_n(wide - 1)}" height="{_n(tall - 1)}" fill="{shade(share)}"/>'
        )
        body.append(_say(px + wide / 2, py + tall / 2 + 4, text, "middle", f' fill="{ink(shade(share))}"'))
    bottom = top + tall * len(rows)
    body.append(_say(left, bottom + 18, figure.unit))
    return bottom + 28, body
