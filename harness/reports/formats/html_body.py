"""What HTML and PDF share: the layout of a report's tables, and the templates that write the page.

The templates escape everything. Where ``marked``, every number and sentence carries its key, so that ``verify``
finds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unicodedata import bidirectional

from markupsafe import Markup, escape

from harness.charts.labels import letters
from harness.reports.cells import Cell, printed, with_unit
from harness.reports.document import Column, Figure, Report, Section, Table
from harness.reports.formats.word_width import word_width
from harness.reports.messages import Words

if TYPE_CHECKING:
    import jinja2

TEMPLATES = Path(__file__).parents[1] / "templates"

PAIRS = {"low": ("high", "interval"), "rank_low": ("rank_high", "ranks")}
"""Columns that pages write as one: from and to."""

LINE, GAP = 150.0, 2.6
"""Characters: what 180 mm of an A4 page hold at 6.6 points; and what goes between two columns, 1.3 for the padding of
1.6 mm and as much again for letters wider than the average."""
ID_WIDTH, WORD_WIDTH, TEXT_WIDTH = 22, 24, 40
"""Characters that a column gets before others share what is left: for an id, broken anywhere, so that a run id takes two
or three lines; for a text's longest word, a longer one being broken; and those beyond which a text no longer asks."""
POINTS, SMALLEST = 6.6, 0.8
"""Size of a table's type on paper, and the share of it that is still read."""
IDS = ("run_id", "model_id", "source_id", "vendor_id", "offer_id", "revision", "where", "cheapest_provider")
"""Columns whose texts have no spaces to break a line at."""

_UNBROKEN = re.compile(r"[\u2e80-\uffef]{1,5}|[^\s\u2e80-\uffef]+")
"""Parts of a text that stay on one line: a word, or five Chinese characters of a heading."""

_UNIT = re.compile(r"(（[^（）]{1,6}）)$")
"""A unit in Chinese brackets at the end of a heading."""

Places = tuple[int, int | None]


def joined(columns: tuple[Column, ...]) -> list[Places]:
    """Positions of the columns that pages show: a pair of ends is one column, ids for machines are none."""
    keys = [c.key for c in columns]
    out: list[Places] = []
    skip = -1
    for i, key in enumerate(keys):
        if i == skip or not columns[i].paged:
            continue
        other = PAIRS.get(key)
        if other and i + 1 < len(keys) and keys[i + 1] == other[0] and columns[i].label == columns[i].label:
            out.append((i, i + 1))
            skip = i + 1
        else:
            out.append((i, None))
    return out


def heading(columns: tuple[Column, ...], place: Places, words: Words) -> str:
    """The heading of one shown column, its unit in brackets."""
    column = columns[place[0]]
    if place[1] is not None and column.label == words(f"col.{column.key}"):
        text = words(f"col.{PAIRS[column.key][1]}")
    elif place[1] is not None:
        text = f"{column.label} – {columns[place[1]].label}"
    else:
        text = column.label
    return with_unit(text, column.unit)


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell of a page's table: a class of the style sheet, and a text or printed numbers with their keys; ``before`` the only known
    end of an interval stands its sign."""

    style: str
    text: str
    numbers: tuple[tuple[str, str], ...] = ()
    before: str = ""


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table as pages show it: shares of the page's width, the size of type on paper (empty: as elsewhere), headings (with their
    class), the first rows, notes."""

    title: str
    shares: tuple[str, ...]
    size: str
    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[PageCell, ...], ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as SVG; where it has an interactive form, with that one's element id and height in pixels."""

    svg: Markup
    id: str = ""
    height: int = 0


def page_table(section: Section, table: Table, words: Words) -> PageTable:
    """The table's layout on a page."""
    places = joined(table.columns)
    notes = [table.note] if table.note else []
    if len(table.rows) > table.shown:
        notes.append(words("file.shown", n=table.shown, all=f"{len(table.rows):,}"))
    return PageTable(
        table.title,
        *_shares(table, places, words),
        tuple(("n" if table.columns[p[0]].numeric else "", heading(table.columns, p, words)) for p in places),
        tuple(_cells(section, table, row, places) for row in table.rows[: table.shown]),
        tuple(notes),
    )


def _shares(table: Table, places: list[Places], words: Words) -> tuple[tuple[str, ...], str]:
    """Each column's share of a page's width, from its texts, by which pages of fixed size lay tables out; and the size of type where
    the words of all columns fit a line in a smaller one alone."""
    need, want = [], []
    for place in places:
        column = table.columns[place[0]]
        texts = [_text(table, row, place) for row in table.rows[: table.shown]]
        unbroken = [heading(table.columns, place, words), *(texts if column.kind == "text" else [])]
        longest = max((letters(t) for t in texts), default=3)
        word = max(word_width(w) for t in unbroken for w in _UNBROKEN.findall(t) or [""])
        if column.key in IDS:
            need.append(min(word, ID_WIDTH))
        else:
            need.append(min(word, WORD_WIDTH) if column.kind == "text" else max(word, longest))
        want.append(max(min(longest, TEXT_WIDTH), need[-1]))
    spare, room = sum(want) - sum(need), LINE - sum(need) - GAP * len(places)
    part = max(0.0, min(1.0, room / spare)) if spare > 0 else 0.0
    widths = [n + (w - n) * part + GAP for n, w in zip(need, want, strict=True)]
    small = max(SMALLEST, min(1.0, LINE / sum(widths)))
    return tuple(f"{w / sum(widths):.2%}" for w in widths), f"{small * POINTS:.1f}pt" if small < 1 else ""


def _text(table: Table, row: tuple[Cell, ...], place: Places) -> str:
    return " – ".join(printed(row[i], table.columns[i].kind) for i in place if i is not None)


def _cells(section: Section, table: Table, row: tuple[Cell, ...], places: list[Places]) -> tuple[PageCell, ...]:
    name = f"{section.key} / {table.key} / {table.row_id(row)}"
    cells = []
    for place in places:
        column, value = table.columns[place[0]], row[place[0]]
        if not column.numeric:
            style = "d" if column.kind == "date" else "id" if column.key in IDS else ""
            cells.append(PageCell(style, printed(value, column.kind)))
            continue
        ends = [(table.columns[i], row[i]) for i in place if i is not None and row[i] is not None]
        numbers = tuple((f"{name} / {c.key}", printed(v, c.kind)) for c, v in ends)
        cells.append(PageCell("n", "–", numbers, open_end(row, place)))
    return tuple(cells)


def open_end(row: tuple[Cell, ...], place: Places) -> str:
    """The sign before an interval of which one end alone is known; empty for all else."""
    if place[1] is None or (row[place[0]] is None) == (row[place[1]] is None):
        return ""
    return "≥ " if row[place[1]] is None else "≤ "


def isolated(text: str) -> Markup:
    """Text escaped, and kept apart from its surroundings where it is written from right to left."""
    from_right = any(bidirectional(c) in ("R", "AL") for c in text)
    return Markup("<bdi>{}</bdi>").format(text) if from_right else escape(text)


def unit_unbroken(text: str) -> Markup:
    """A heading escaped, the brackets of its unit kept on one line."""
    return Markup(_UNIT.sub(r'<span class="u">\1</span>', str(escape(text))))  # nosec B704  # escaped before


@lru_cache(maxsize=1)
def _templates() -> jinja2.Environment:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    environment.filters["isolated"] = isolated
    environment.filters["unit_unbroken"] = unit_unbroken
    return environment


def page(
    template: str,
    report: Report,
    words: Words,
    draw: Callable[[Figure], Drawing],
    *,
    marked: bool,
    parts: Callable[[], Mapping[str, Any]] = dict,
) -> str:
    """The report in a template; ``parts`` are the template's own values, asked for once all figures are drawn."""
    sections = [
        {
            "section": s,
            "drawings": [draw(f) for f in s.figures],
            "tables": [page_table(s, t, words) for t in s.tables],
            "runs": words("file.runs_of", n=len(s.runs)) if s.runs else "",
        }
        for s in report.sections
    ]
    return _templates().get_template(template).render(
        report=report, sections=sections, contents=words("file.contents"), appendix=words("file.appendix"), marked=marked,
        language=words("language.tag"), **parts(),
    )  # fmt: skip
