"""A workbook being written: its formats, its cells, and the sheet that holds its charts' data."""

from __future__ import annotations

import datetime as dt
import io
import math
from collections.abc import Sequence
from typing import Any

from harness.reports.cells import LARGE, POWERS, Cell, decimals, with_unit
from harness.reports.document import Column, Figure
from harness.reports.messages import Words
from harness.spreadsheets import defused


class Book:
    """An open workbook with its formats; ``data`` is the sheet of the charts' data, filled down to ``data_row``."""

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
        """The format of a number pattern."""
        if pattern not in self._numbers:
            self._numbers[pattern] = self.book.add_format({"num_format": pattern, "valign": "top"})
        return self._numbers[pattern]

    def chart_data(self, figure: Figure, rows: list[list[Any]], heads: Sequence[str] = ()) -> tuple[str, int]:
        """Write a chart's data below the last one's, under ``heads`` where it has any; the sheet's name and the first row of data."""
        name = self.words("file.chart_data")[:31]
        self.data.write_string(self.data_row, 0, defused(figure.title), self.strong)
        for index, head in enumerate(heads):
            self.data.write_string(self.data_row + 1, index, defused(head), self.head)
        first = self.data_row + 1 + bool(heads)
        for line, cells in enumerate(rows, first):
            for index, value in enumerate(cells):
                if isinstance(value, str):
                    self.data.write_string(line, index, defused(value))
                elif isinstance(value, (int, float)) and math.isfinite(value):
                    self.data.write_number(line, index, value, self.number(pattern(float(value), "plain")))
        self.data_row = first + len(rows) + 1
        return name, first


def heading(column: Column) -> str:
    """A column's heading with its unit, as it stands in its cell."""
    return defused(with_unit(column.label, column.unit))


def pattern(value: float, kind: str) -> str:
    """Excel's pattern that shows the digits that pages print."""
    if abs(value) >= LARGE and kind in POWERS:
        return "0.00E+00"
    count = decimals(value, kind)
    zeros = f".{'0' * count}" if count else ""
    if kind in ("percent", "share"):
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
