"""The XLSX form: a sheet a section, numbers as numbers, native charts, nothing that runs as a formula."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from harness.reports.cells import LARGE, Cell, defused, places
from harness.reports.document import Column, Figure, Report, Section, Table
from harness.reports.formats.html_body import embedded
from harness.reports.formats.svg import WIDTH
from harness.reports.messages import Words

LARGEST_CELL = 32_000  # a cell holds 32,767 characters
READ_ME = (34.0, 110.0)
"""Widths of the read-me sheet's columns, in characters."""
LINE = 110
"""Characters in a line of running text."""
BLUE, GREY = "#1F7FC0", "#8A8F98"


class Book:
    """A workbook being written: its formats, its sheets, and the data of its charts."""

    def __init__(self, words: Words) -> None:
        import xlsxwriter

        self.buffer = io.BytesIO()
        self.words = words
        options = {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self.book = xlsxwriter.Workbook(self.buffer, options)
        make = self.book.add_format
        self.title = make({"bold": True, "font_size": 15})
        self.strong = make({"bold": True, "font_size": 11})
        self.soft = make({"font_color": "#5A6572", "text_wrap": True, "valign": "top"})
        self.wrap = make({"text_wrap": True, "valign": "top"})
        self.head = make({"bold": True, "text_wrap": True, "valign": "bottom", "bottom": 2, "bg_color": "#EEF3F8"})
        self.head_left = make({"bold": True, "text_wrap": True, "valign": "top"})
        self.text = make({"valign": "top"})
        self._numbers: dict[str, Any] = {}
        self.data: Any = None
        self.data_row = 0

    def number(self, pattern: str) -> Any:
        """The format of a number pattern, made once."""
        if pattern not in self._numbers:
            self._numbers[pattern] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self._numbers[pattern]


def xlsx(report: Report, words: Words) -> bytes:
    """The workbook."""
    book = Book(words)
    made = dt.datetime.combine(report.day, dt.time())
    book.book.set_properties({"title": defused(report.title), "comments": report.subtitle, "created": made})
    names = _sheet_names(report, words)
    read_me = book.book.add_worksheet(words("file.read_me")[:31])
    sheets = {s.key: book.book.add_worksheet(names[s.key]) for s in report.sections}
    book.data = book.book.add_worksheet(words("file.chart_data")[:31])
    for sheet in (read_me, *sheets.values()):  # A4 across, one page wide, when printed
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
    _read_me(book, read_me, report, names)
    for section in report.sections:
        _section(book, sheets[section.key], section)
    hidden = book.book.add_worksheet("landscape-report")
    hidden.very_hidden()
    text = json.dumps(embedded(report, full=True), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
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
    lines += [("", ""), *((names[s.key], s.lead) for s in report.sections), ("", "")]
    lines += [(s.question, s.text) for s in report.sections[0].sentences]
    for row, (head, line) in enumerate(lines, 3):
        sheet.write_string(row, 0, defused(head), book.head_left)
        sheet.write_string(row, 1, defused(line), book.wrap)
        _tall(sheet, row, [(head, READ_ME[0]), (line, READ_ME[1])])
    sheet.freeze_panes(2, 0)


def _tall(sheet: Any, row: int, texts: Sequence[tuple[str, float]]) -> None:
    """A row high enough for its wrapped texts, each with its column's width: not every reader measures that itself."""
    lines = max(math.ceil(_columns(text) * 1.1 / width) for text, width in texts)
    if lines > 1:
        sheet.set_row(row, 15 * lines)


def _columns(text: str) -> int:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _section(book: Book, sheet: Any, section: Section) -> None:
    """Tables below each other, so that few rows are frozen; then sentences; charts to the right."""
    most = max((len(t.columns) for t in section.tables), default=1)
    widths = _widths(sheet, section, most)
    sheet.write_string(0, 0, section.title, book.title)
    sheet.write_string(1, 0, section.lead)
    row = 2
    sheet.freeze_panes(2, 0)
    for index, table in enumerate(section.tables):
        row = _table(book, sheet, table, row, widths, first=index == 0)
    for sentence in section.sentences:
        if sentence.question:
            sheet.write_string(row, 0, defused(sentence.question), book.strong)
            row += 1
        _paragraph(book, sheet, row, sentence.text, widths)
        row += 1
    top = 1
    for figure in section.figures:
        _chart(book, sheet, figure, top, most + 1)
        top += 26


def _widths(sheet: Any, section: Section, most: int) -> list[float]:
    widths = []
    for index in range(most):
        longest = 9
        for table in section.tables:
            if index < len(table.columns) and not table.columns[index].numeric:
                cells = [_columns(str(r[index])) for r in table.rows[:200] if r[index] is not None]
                longest = max([longest, *cells])
        widths.append(float(min(longest + 2, 44)))
        sheet.set_column(index, index, widths[-1])
    return widths


def _table(book: Book, sheet: Any, table: Table, row: int, widths: Sequence[float], *, first: bool) -> int:
    sheet.write_string(row, 0, defused(table.title), book.strong)
    row += 1
    for index, column in enumerate(table.columns):
        sheet.write_string(row, index, defused(label(column)), book.head)
    _tall(
        sheet, row, [(label(c), w * 0.8) for c, w in zip(table.columns, widths, strict=False)]
    )  # broken at words only
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


def label(column: Column) -> str:
    """A column's heading with its unit."""
    return f"{column.label} ({column.unit})" if column.unit else column.label


def pattern(value: float, kind: str) -> str:
    """Excel's pattern that shows the digits that pages print."""
    if abs(value) >= LARGE and kind in ("plain", "amount"):
        return "0.00E+00"
    count = places(value, kind)
    zeros = f".{'0' * count}" if count else ""
    if kind == "percent":
        return f"0{zeros}%"
    if kind == "signed":
        return f"+0{zeros};-0{zeros};0{zeros}"
    return f"#,##0{zeros}"


def write(book: Book, sheet: Any, row: int, column: int, value: Cell, kind: Column) -> None:
    """One cell: a number as a number, a date as a date, text as text; a missing one stays empty."""
    if value is None:
        return
    if isinstance(value, dt.date):
        sheet.write_datetime(row, column, dt.datetime.combine(value, dt.time()), book.number("yyyy-mm-dd"))
    elif isinstance(value, str):
        sheet.write_string(row, column, defused(value), book.text)
    else:
        sheet.write_number(row, column, value, book.number(pattern(float(value), kind.kind)))


def _chart(book: Book, sheet: Any, figure: Figure, row: int, column: int) -> None:
    if figure.kind == "heat":
        _heat(book, sheet, figure, row, column)
        return
    make: Callable[[Book, Figure], Any] = {"scatter": _scatter, "profile": _profile}.get(figure.kind, _bars)
    chart = make(book, figure)
    chart.set_title({"name": figure.title[:250], "name_font": {"size": 11}, "overlay": False})
    chart.set_size({"width": WIDTH, "height": 500})
    sheet.insert_chart(row, column, chart, {"description": figure.alt[:250]})


def _put(book: Book, figure: Figure, rows: list[list[Any]]) -> tuple[str, int]:
    """Write the chart's data; the sheet's quoted name and the first row."""
    name = book.words("file.chart_data")[:31]
    book.data.write_string(book.data_row, 0, defused(figure.title), book.strong)
    for line, cells in enumerate(rows, book.data_row + 1):
        for index, value in enumerate(cells):
            if isinstance(value, str):
                book.data.write_string(line, index, defused(value))
            elif isinstance(value, (int, float)) and math.isfinite(value):
                book.data.write_number(line, index, value)
    first = book.data_row + 1
    book.data_row = first + len(rows) + 1
    return name, first


def _ends(name: str, first: int, last: int, plus: int, minus: int) -> dict[str, Any]:
    sheet = f"'{name}'"
    return {
        "type": "custom",
        "plus_values": f"={sheet}!${_letter(plus)}${first + 1}:${_letter(plus)}${last + 1}",
        "minus_values": f"={sheet}!${_letter(minus)}${first + 1}:${_letter(minus)}${last + 1}",
        "line": {"color": "#1B2430"},
    }


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def _bars(book: Book, figure: Figure) -> Any:
    """Leaderboards and differences: bars with their intervals."""
    rows = [[p.label, p.value, *_sides(p.value, p.low, p.high)] for p in figure.points]
    name, first = _put(book, figure, rows)
    last = first + len(rows) - 1
    chart = book.book.add_chart({"type": "bar"})
    error = {} if all(math.isnan(p.low) for p in figure.points) else {"x_error_bars": _ends(name, first, last, 2, 3)}
    if error:
        error = {"y_error_bars": error["x_error_bars"]}
    chart.add_series({"name": figure.unit, "categories": [name, first, 0, last, 0], "values": [name, first, 1, last, 1],
                      "fill": {"color": BLUE}, "gap": 60, **error})  # fmt: skip
    chart.set_x_axis({"name": figure.unit, "major_gridlines": {"visible": True, "line": {"color": "#D5DAE1"}}})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 8}})
    chart.set_legend({"none": True})
    return chart


def _sides(value: float, low: float, high: float) -> list[float]:
    return [high - value, value - low] if math.isfinite(low) and math.isfinite(high) else [0.0, 0.0]


def _profile(book: Book, figure: Figure) -> Any:
    """Several things on the same dimensions: clustered bars."""
    rows = list(dict.fromkeys(p.row for p in figure.points))
    things = list(dict.fromkeys(p.label for p in figure.points))
    held = {(p.row, p.label): p.value for p in figure.points}
    grid: list[list[Any]] = [["", *things], *([r, *(held.get((r, t), math.nan) for t in things)] for r in rows)]
    name, first = _put(book, figure, grid)
    chart = book.book.add_chart({"type": "bar"})
    for index in range(1, len(things) + 1):
        chart.add_series({"name": [name, first, index], "categories": [name, first + 1, 0, first + len(rows), 0],
                          "values": [name, first + 1, index, first + len(rows), index]})  # fmt: skip
    chart.set_x_axis({"name": figure.unit, "min": 0, "max": 1})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    return chart


def _scatter(book: Book, figure: Figure) -> Any:
    """Capability against price, named points, a logarithmic price."""
    rows = [[p.label, p.value, p.y, *_sides(p.y, p.y_low, p.y_high)] for p in figure.points]
    name, first = _put(book, figure, rows)
    last = first + len(rows) - 1
    chart = book.book.add_chart({"type": "scatter"})
    labels = [{"value": defused(p.label)} if i < 15 else {"delete": True} for i, p in enumerate(figure.points)]
    chart.add_series({"name": figure.unit_y, "categories": [name, first, 1, last, 1], "values": [name, first, 2, last, 2],
                      "marker": {"type": "circle", "size": 6, "fill": {"color": BLUE}, "border": {"color": BLUE}},
                      "data_labels": {"custom": labels, "value": True, "position": "right", "font": {"size": 8}},
                      "y_error_bars": _ends(name, first, last, 3, 4)})  # fmt: skip
    chart.set_x_axis(
        {"name": figure.unit, "log_base": 10, "major_gridlines": {"visible": True, "line": {"color": "#D5DAE1"}}}
    )
    chart.set_y_axis({"name": figure.unit_y, "major_gridlines": {"visible": True, "line": {"color": "#D5DAE1"}}})
    chart.set_legend({"none": True})
    return chart


def _heat(book: Book, sheet: Any, figure: Figure, row: int, column: int) -> None:
    """A grid of cells under a colour scale."""
    rows, columns = figure.grid
    sheet.write_string(row, column, defused(figure.title), book.strong)
    for index, label in enumerate(columns, 1):
        sheet.write_string(row + 1, column + index, defused(label), book.head)
    for index, label in enumerate(rows):
        sheet.write_string(row + 2 + index, column, defused(label), book.text)
    whole = all(p.value.is_integer() for p in figure.points if math.isfinite(p.value))
    for p in figure.points:
        if math.isfinite(p.value):
            spot = (row + 2 + rows.index(p.row), column + 1 + columns.index(p.label))
            sheet.write_number(*spot, p.value, book.number("0" if whole else "0.00"))
    sheet.set_column(column, column, 24)
    sheet.conditional_format(row + 2, column + 1, row + 1 + len(rows), column + len(columns),
                             {"type": "2_color_scale", "min_color": "#F3F0E4", "max_color": "#3585BC"})  # fmt: skip
