"""A report's table as a slide shows it: as many of its first rows and columns as can be read from the back of a room."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from harness.charts.chart import DASH
from harness.reports.document import Section, Table
from harness.reports.formats.deck.slide_text import LETTER, POINT, height, letters
from harness.reports.formats.deck.slides import ACROSS, BOTTOM, INK, LEFT, LINE, TOP
from harness.reports.formats.html_body import PageCell, page_table
from harness.reports.formats.word_width import word_width
from harness.reports.messages import Words

SIZES = (13.0, 12.0, 11.0, 10.0)
"""Points of a table's text: the largest at which all columns stand, else the smallest."""
MOST_ROWS = 14
PADDING = 0.16
"""Inches between a column's text and the next's."""
MARGIN = 0.035
"""Inches above and below a row's text."""
LONGEST, ONE_LINE = 30, 22
"""Letters of the longest word that is not broken, and of a text that stays on one line."""
BOLD = 1.15
"""Width of a bold word in that of a plain one."""
HEAD = "EEF3F8"
"""Colour behind the headings."""


@dataclass(frozen=True, slots=True)
class SlideTable:
    """Headings, cells, widths and row heights (inches), text size (points), and how many rows and columns are left out."""

    headings: tuple[tuple[str, str], ...]
    rows: tuple[tuple[PageCell, ...], ...]
    widths: tuple[float, ...]
    heights: tuple[float, ...]
    size: float
    more_rows: int
    more_columns: int


def text_of(cell: PageCell) -> str:
    """A cell as it is shown."""
    return cell.before + " – ".join(text for _, text in cell.numbers) or cell.text


def slide_table(section: Section, table: Table, words: Words, *, room: float = BOTTOM - TOP) -> SlideTable:
    """The part of a table that fits a slide ``ACROSS`` wide and ``room`` high: columns from the left, without ids for
    machines and what is known of none of the rows."""
    page = page_table(section, table, words)
    rows = page.rows[:MOST_ROWS]
    usable = [i for i in range(len(page.headings)) if any(text_of(r[i]) != DASH and r[i].style != "id" for r in rows)]
    columns = {i: (page.headings[i][1], [text_of(row[i]) for row in rows]) for i in usable}
    for size in SIZES:
        kept = _kept(columns, size)
        if len(kept) == len(usable):
            break
    widths = _widths(columns, kept, size)
    heights = [_row_height([page.headings[i][1] for i in kept], widths, size)]
    for row in rows:
        tall = _row_height([text_of(row[i]) for i in kept], widths, size)
        if sum(heights) + tall > room:
            break
        heights.append(tall)
    shown = rows[: len(heights) - 1]
    return SlideTable(
        tuple(page.headings[i] for i in kept),
        tuple(tuple(row[i] for i in kept) for row in shown),
        widths,
        tuple(heights),
        size,
        len(table.rows) - len(shown),
        len(page.headings) - len(kept),
    )


def _inches(count: float, size: float) -> float:
    return count * LETTER * size * POINT + PADDING


def _least(heading: str, texts: list[str]) -> float:
    """Letters that a column needs: its longest word, or a text of some length on one line."""
    words = [*(word_width(w) * BOLD for w in heading.split()), *(word_width(w) for text in texts for w in text.split())]
    return max([4, min(max(words, default=0), LONGEST), *(min(letters(t), ONE_LINE) for t in texts)])


def _kept(columns: dict[int, tuple[str, list[str]]], size: float) -> list[int]:
    kept: list[int] = []
    used = 0.0
    for index, (heading, texts) in columns.items():
        wide = _inches(_least(heading, texts), size)
        if used + wide <= ACROSS:
            kept.append(index)
            used += wide
    return kept


def _widths(columns: dict[int, tuple[str, list[str]]], kept: list[int], size: float) -> tuple[float, ...]:
    """Each column's width: what it needs, and its part of what is left, up to its longest text on one line."""
    need = [_inches(_least(*columns[i]), size) for i in kept]
    want = [
        max(n, _inches(max(map(letters, [columns[i][0], *columns[i][1]])), size))
        for n, i in zip(need, kept, strict=True)
    ]
    spare = sum(want) - sum(need)
    part = min(1.0, (ACROSS - sum(need)) / spare) if spare > 0 else 0.0
    return tuple(n + (w - n) * part for n, w in zip(need, want, strict=True))


def _row_height(texts: list[str], widths: tuple[float, ...], size: float) -> float:
    return max(height(t, size, w - PADDING) for t, w in zip(texts, widths, strict=True)) + 2 * MARGIN


def add_table(slide: Any, shown: SlideTable, *, name: str, alt: str, language: str) -> None:
    """Put the table on the slide, as one that PowerPoint edits."""
    from pptx.util import Inches

    lines = (tuple(text for _, text in shown.headings), *(tuple(map(text_of, row)) for row in shown.rows))
    wide, high = sum(shown.widths), sum(shown.heights)
    frame = slide.shapes.add_table(len(lines), len(shown.widths), Inches(LEFT), Inches(TOP), Inches(wide), Inches(high))
    frame.name = name
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)
    grid = frame.table
    grid.horz_banding = False
    grid._tbl.tblPr.find("{*}tableStyleId").text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # no style, no grid
    for index, width in enumerate(shown.widths):
        grid.columns[index].width = Inches(width)
    for index, (texts, tall) in enumerate(zip(lines, shown.heights, strict=True)):
        grid.rows[index].height = Inches(math.floor(tall * 1000) / 1000)
        for column, text in enumerate(texts):
            right = shown.headings[column][0] == "n"
            _fill(grid.cell(index, column), text, shown.size, head=index == 0, right=right, language=language)


def _fill(cell: Any, text: str, size: float, *, head: bool, right: bool, language: str) -> None:
    from pptx.dml.color import RGBColor
    from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
    from pptx.oxml.ns import qn
    from pptx.util import Inches, Pt

    cell.margin_left, cell.margin_right = Inches(PADDING / 2), Inches(PADDING / 2)
    cell.margin_top = cell.margin_bottom = Inches(MARGIN)
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
    line = cell.text_frame.paragraphs[0]
    line.alignment = PP_ALIGN.RIGHT if right else PP_ALIGN.LEFT
    run = line.add_run()
    run.text = text
    run.font.size, run.font.bold = Pt(size), head
    run.font.color.rgb = RGBColor(*bytes.fromhex(INK))
    run._r.get_or_add_rPr().set("lang", language)
    properties = cell._tc.get_or_add_tcPr()
    rule = properties.makeelement(qn("a:lnB"), {"w": "12700" if head else "6350"})
    paint = rule.makeelement(qn("a:solidFill"), {})
    paint.append(paint.makeelement(qn("a:srgbClr"), {"val": INK if head else LINE}))
    rule.append(paint)
    properties.insert(0, rule)
    if head:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor(*bytes.fromhex(HEAD))
