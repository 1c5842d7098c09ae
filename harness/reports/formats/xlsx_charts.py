"""Figures as a workbook's own charts: each is put at a row and column of a sheet, its data on the chart-data sheet."""

from __future__ import annotations

import math
from typing import Any

from harness.reports.document import Figure
from harness.reports.formats.svg import WIDTH
from harness.reports.formats.xlsx_book import Book
from harness.spreadsheets import defused

BLUE = "#1F7FC0"
HEIGHT, ROWS = 500, 26
"""Pixels that a chart is high, and the rows of 20 pixels that it covers, with one between it and the next."""
AXIS = {"major_gridlines": {"visible": True, "line": {"color": "#D5DAE1"}}, "num_format": "General"}
"""Settings of an axis of numbers: a thin grid, and ticks as they are, not as the first cell is written."""
NAMED = 15
"""Points with their name beside them: Excel does not keep names apart, and more would cover each other."""


def _ends(name: str, first: int, last: int, plus: int, minus: int) -> dict[str, Any]:
    sheet = f"'{name}'"
    return {
        "type": "custom",
        "plus_values": f"={sheet}!${_letter(plus)}${first + 1}:${_letter(plus)}${last + 1}",
        "minus_values": f"={sheet}!${_letter(minus)}${first + 1}:${_letter(minus)}${last + 1}",
        "line": {"color": "#1B2430"},
    }


def _insert(sheet: Any, chart: Any, figure: Figure, row: int, column: int) -> None:
    chart.set_title({"name": figure.title[:250], "name_font": {"size": 11}, "overlay": False})
    chart.set_size({"width": WIDTH, "height": HEIGHT})
    sheet.insert_chart(row, column, chart, {"description": figure.alt[:250]})


def _letter(column: int) -> str:
    return chr(ord("A") + column)


def bars(book: Book, sheet: Any, figure: Figure, row: int, column: int) -> None:
    """Leaderboards and differences: bars with their intervals."""
    rows = [[p.label, p.value, *_sides(p.value, p.low, p.high)] for p in figure.points]
    name, first = book.chart_data(figure, rows, ["", figure.unit, *_ends_named(book)])
    last = first + len(rows) - 1
    chart = book.book.add_chart({"type": "bar"})
    # Excel calls them y bars also where a bar chart draws them across.
    error = {} if all(math.isnan(p.low) for p in figure.points) else {"y_error_bars": _ends(name, first, last, 2, 3)}
    chart.add_series({"name": figure.unit, "categories": [name, first, 0, last, 0], "values": [name, first, 1, last, 1],
                      "fill": {"color": BLUE}, "gap": 60, **error})  # fmt: skip
    chart.set_x_axis({"name": figure.unit, **AXIS})
    chart.set_y_axis({"reverse": True, "label_position": "low", "num_font": {"size": 8}})
    chart.set_legend({"none": True})
    _insert(sheet, chart, figure, row, column)


def _ends_named(book: Book) -> tuple[str, str]:
    return book.words("file.error_up"), book.words("file.error_down")


def _sides(value: float, low: float, high: float) -> list[float]:
    """The lengths of an error bar, up and down; none where an end is missing."""
    return [high - value, value - low] if math.isfinite(low) and math.isfinite(high) else [0.0, 0.0]


def profile(book: Book, sheet: Any, figure: Figure, row: int, column: int) -> None:
    """Several things on the same dimensions: clustered bars."""
    rows = list(dict.fromkeys(p.row for p in figure.points))
    things = list(dict.fromkeys(p.label for p in figure.points))
    values = {(p.row, p.label): p.value for p in figure.points}
    grid: list[list[Any]] = [["", *things], *([r, *(values.get((r, t), math.nan) for t in things)] for r in rows)]
    name, first = book.chart_data(figure, grid)
    chart = book.book.add_chart({"type": "bar"})
    for index in range(1, len(things) + 1):
        chart.add_series({"name": [name, first, index], "categories": [name, first + 1, 0, first + len(rows), 0],
                          "values": [name, first + 1, index, first + len(rows), index]})  # fmt: skip
    chart.set_x_axis({"name": figure.unit, "min": 0, "max": 1, "num_format": "General"})
    chart.set_y_axis({"reverse": True})
    chart.set_legend({"position": "bottom"})
    _insert(sheet, chart, figure, row, column)


def scatter(book: Book, sheet: Any, figure: Figure, row: int, column: int) -> None:
    """Capability against price, named points, a logarithmic price."""
    rows = [[p.label, p.value, p.y, *_sides(p.y, p.y_low, p.y_high)] for p in figure.points]
    name, first = book.chart_data(figure, rows, ["", figure.unit, figure.unit_y, *_ends_named(book)])
    last = first + len(rows) - 1
    chart = book.book.add_chart({"type": "scatter"})
    labels = [{"value": defused(p.label)} if i < NAMED else {"delete": True} for i, p in enumerate(figure.points)]
    chart.add_series({"name": figure.unit_y, "categories": [name, first, 1, last, 1], "values": [name, first, 2, last, 2],
                      "marker": {"type": "circle", "size": 6, "fill": {"color": BLUE}, "border": {"color": BLUE}},
                      "data_labels": {"custom": labels, "value": True, "position": "right", "font": {"size": 8}},
                      "y_error_bars": _ends(name, first, last, 3, 4)})  # fmt: skip
    chart.set_x_axis({"name": figure.unit, "log_base": 10, **AXIS})
    chart.set_y_axis({"name": figure.unit_y, **AXIS})
    chart.set_legend({"none": True})
    _insert(sheet, chart, figure, row, column)


def heat(book: Book, sheet: Any, figure: Figure, row: int, column: int) -> None:
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
