"""The XLSX form: a sheet a section, numbers as numbers, native charts, nothing that runs as a formula."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import math
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from harness.charts.labels import letters
from harness.reports.document import Report, Section, Table
from harness.reports.formats.chart_kinds import kind_of
from harness.reports.formats.embedded_data import (
    Carried,
    as_json,
    check_size,
    embedded,
    sentence_problems,
    value_problems,
)
from harness.reports.formats.xlsx_book import Book, heading, write
from harness.reports.formats.xlsx_charts import ROWS
from harness.reports.messages import Words
from harness.spreadsheets import defused

LARGEST_CELL = 32_000  # a cell holds 32,767 characters
READ_ME = (34.0, 110.0)
"""Widths of the read-me sheet's columns, in characters."""
LINE = 110
"""Characters in a line of running text."""
WRAPPED, HEADED = 1.1, 0.8
"""A wrapped text takes a tenth more characters than it has, for the ends of lines that no word fits; a heading, bold and
broken at words only, finds room for four fifths of its column's characters."""
LEAST_WIDTH, MOST_WIDTH = 9, 44
"""Characters in a text column: a date fits the first; longer than the second, a table is wider than a screen."""


def xlsx(report: Report, words: Words) -> bytes:
    """The workbook."""
    book = Book(words)
    moment = dt.datetime.combine(report.day, dt.time())
    book.book.set_properties({"title": defused(report.title), "comments": report.subtitle, "created": moment})
    names = _sheet_names(report, words)
    sheets = {s.key: book.book.add_worksheet(names[s.key]) for s in report.sections}
    read_me = book.book.add_worksheet(words("file.read_me")[:31])
    book.data = book.book.add_worksheet(words("file.chart_data")[:31])
    for sheet in (read_me, *sheets.values()):  # A4 across, one page wide, when printed
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    _read_me(book, read_me, report, names)
    for section in report.sections:
        _section(book, sheets[section.key], section, report)
    hidden = book.book.add_worksheet("landscape-report")
    hidden.very_hidden()
    text = as_json(embedded(report, full=True))
    for row, start in enumerate(range(0, len(text), LARGEST_CELL)):
        hidden.write_string(row, 0, "|" + text[start : start + LARGEST_CELL])
    book.book.close()
    return book.buffer.getvalue()


def _sheet_names(report: Report, words: Words) -> dict[str, str]:
    """Sheet names: at most 31 characters, none that Excel forbids."""
    out = {}
    for section in report.sections:
        title = words("section.changes", since="…") if section.key == "changes" else section.title
        out[section.key] = "".join(c for c in title if c not in "[]:*?/\\'")[:31]
    return out


def _read_me(book: Book, sheet: Any, report: Report, names: dict[str, str]) -> None:
    for column, width in enumerate(READ_ME):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, defused(report.title), book.title)
    sheet.write_string(1, 0, report.subtitle)
    lines = [("", book.words(f"file.{k}")) for k in ("about", "about_sheets", "about_verify")]
    lines += [("", ""), *((names[s.key], s.lead) for s in report.sections)]
    for row, (head, line) in enumerate(lines, 3):
        sheet.write_string(row, 0, defused(head), book.head_left)
        sheet.write_string(row, 1, defused(line), book.wrap)
        _tall(sheet, row, [(head, READ_ME[0]), (line, READ_ME[1])])
    sheet.freeze_panes(2, 0)


def _tall(sheet: Any, row: int, texts: Sequence[tuple[str, float]]) -> None:
    """A row high enough for its wrapped texts, each with its column's width: not every reader measures that itself."""
    lines = max(math.ceil(letters(text) * WRAPPED / room) for text, room in texts)
    if lines > 1:
        sheet.set_row(row, 15 * lines)


def _section(book: Book, sheet: Any, section: Section, report: Report) -> None:
    """Tables below each other, so that few rows are frozen; then sentences; charts to the right."""
    most = max((len(t.columns) for t in section.tables), default=1)
    widths = _widths(sheet, section, most)
    first = section.kind == "summary"
    sheet.write_string(0, 0, defused(report.title) if first else section.title, book.title)
    sheet.write_string(1, 0, report.subtitle if first else section.lead)
    row = 2
    sheet.freeze_panes(2, 0)
    if first:  # the decision before the tables
        row = _sentences(book, sheet, section, row + 1, widths) + 1
    for index, table in enumerate(section.tables):
        row = _table(book, sheet, table, row, widths, first=index == 0 and not first)
    if not first:
        _sentences(book, sheet, section, row, widths)
    top = 1
    for figure in section.figures:
        kind_of(figure).xlsx(book, sheet, figure, top, most + 1)
        top += ROWS


def _sentences(book: Book, sheet: Any, section: Section, row: int, widths: Sequence[float]) -> int:
    """The sentences below each other, each question above its answers; the row after the last."""
    for sentence in section.sentences:
        if sentence.question:
            sheet.write_string(row, 0, defused(sentence.question), book.strong)
            row += 1
        _paragraph(book, sheet, row, sentence.text, widths)
        row += 1
    return row


def _widths(sheet: Any, section: Section, most: int) -> list[float]:
    widths = []
    for index in range(most):
        longest = LEAST_WIDTH
        for table in section.tables:
            if index < len(table.columns) and not table.columns[index].numeric:
                cells = [letters(str(r[index])) for r in table.rows[:200] if r[index] is not None]
                longest = max([longest, *cells])
        widths.append(float(min(longest + 2, MOST_WIDTH)))
        sheet.set_column(index, index, widths[-1])
    return widths


def _table(book: Book, sheet: Any, table: Table, row: int, widths: Sequence[float], *, first: bool) -> int:
    sheet.write_string(row, 0, defused(table.title), book.strong)
    row += 1
    for index, column in enumerate(table.columns):
        sheet.write_string(row, index, heading(column), book.head)
    _tall(sheet, row, [(heading(c), w * HEADED) for c, w in zip(table.columns, widths, strict=False)])
    if first:
        sheet.freeze_panes(row + 1, 1)
        if table.rows:
            sheet.autofilter(row, 0, row + len(table.rows), len(table.columns) - 1)
    for line, cells in enumerate(table.rows, row + 1):
        for index, (column, value) in enumerate(zip(table.columns, cells, strict=True)):
            write(book, sheet, line, index, value, column)
    row += len(table.rows) + 2
    if table.note:
        _paragraph(book, sheet, row, table.note, widths)
        row += 2
    return row


def _paragraph(book: Book, sheet: Any, row: int, text: str, widths: Sequence[float]) -> None:
    """Text across as many columns as make a readable line: a longer one would make the printed page as wide."""
    reach = list(itertools.accumulate(widths))
    last = next((i for i, wide in enumerate(reach) if wide >= LINE), len(reach) - 1)
    if last:
        sheet.merge_range(row, 0, row, last, "")
    sheet.write_string(row, 0, defused(text), book.wrap)
    _tall(sheet, row, [(text, reach[last])])


def read(content: bytes) -> str:
    """The JSON that a workbook carries in its hidden sheet."""
    sheet = _workbook(content)["landscape-report"]
    return "".join(str(row[0])[1:] for row in sheet.iter_rows(values_only=True) if row[0])


def problems(content: bytes, carried: Carried, report: Report) -> Iterator[str]:
    """Where the tables and sentences of a workbook are not what it carries."""
    book = _workbook(content)
    # Before the sheets of the read-me, of the charts' data and of the numbers; charts' grids stand right of tables.
    sheets = book.worksheets[: len(report.sections)]
    values = (v for s, sheet in zip(report.sections, sheets, strict=False) for v in _values(sheet, s))
    yield from value_problems(values, carried)
    texts = {str(row[0]) for s in sheets for row in s.iter_rows(max_col=1, values_only=True) if row and row[0]}
    yield from sentence_problems({k: defused(t) for k, t in carried.sentences.items()}, texts)


def _workbook(content: bytes) -> Any:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        check_size(sum(i.file_size for i in parts.infolist()))
    return load_workbook(io.BytesIO(content), read_only=True, data_only=True)


def _values(sheet: Any, section: Section) -> Iterator[float]:
    """Numbers in a section's tables, row by row; a table starts at its headings and ends at an empty row."""
    headings = [[heading(c) for c in t.columns] for t in section.tables]
    tables, inside = 0, False
    for row in sheet.iter_rows(values_only=True):
        cells = list(row)
        if tables < len(headings) and cells[: len(headings[tables])] == headings[tables]:
            tables, inside = tables + 1, True
        elif inside and all(v is None for v in cells[: len(headings[tables - 1])]):
            inside = False
        elif inside:
            columns = section.tables[tables - 1].columns
            yield from (
                float(v) for v, c in zip(cells, columns, strict=False) if c.numeric and isinstance(v, (int, float))
            )
