"""The parts of a report (sections, tables, figures, sentences), frozen: every format writes the same ones.

A section has sentences, tables and figures. Every number stands in a table or in a sentence, with a key; the keys
and values travel inside each file, so that ``verify`` can recompute them.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from harness.reports.cells import Cell, cleaned, printed

if TYPE_CHECKING:
    import pandas as pd

TOPICS = ("decision", "why", "sure", "unknown")
"""What a sentence of the first two pages says: the decision, what speaks for it, how sure it is, what is not known."""
KINDS = ("summary", "section", "appendix")
"""Parts of a report in their order: the two pages that are read, what they rest on, and what can be looked up."""
NUMERIC = (
    "score",
    "points",
    "level",
    "scale",
    "signed",
    "money",
    "amount",
    "integer",
    "percent",
    "share",
    "p",
    "plain",
    "figure",
)
"""Kinds of column that hold numbers; the others are ``text`` and ``date``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in bundles, its heading, how its cells are written, and their unit.

    A text that is not ``paged`` (an id for machines) stands in workbook and archives alone.
    """

    key: str
    label: str
    kind: str = "text"
    unit: str = ""
    paged: bool = True

    @property
    def numeric(self) -> bool:
        """Whether the cells are numbers."""
        return self.kind in NUMERIC


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. ``identity`` names the columns that tell rows apart; pages show the first ``shown`` rows."""

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    identity: tuple[str, ...]
    shown: int = 30
    note: str = ""

    def row_id(self, row: Sequence[Cell]) -> str:
        """A row's name: its identifying cells."""
        cells = {c.key: v for c, v in zip(self.columns, row, strict=True)}
        return " · ".join(printed(cells[k], "text") for k in self.identity)


@dataclass(frozen=True, slots=True)
class Point:
    """One mark of a figure. ``row`` is the other category of a profile or a heat map, ``mark`` puts it on the frontier or into the
    group that the kind of figure has, ``strong`` makes it one of those that the figure is about."""

    label: str
    value: float
    low: float = math.nan
    high: float = math.nan
    y: float = math.nan
    y_low: float = math.nan
    y_high: float = math.nan
    group: str = ""
    row: str = ""
    mark: bool = False
    note: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing as data: ``kind`` is one of ``formats.chart_kinds.KINDS``; the title says what the figure shows.

    A ``narrow`` one is drawn for half a page's width, beside another. ``marks``: of differences, what filled and hollow
    marks mean, where that is not the verdict of a test.
    """

    key: str
    kind: str
    title: str
    unit: str
    note: str
    source: str
    points: tuple[Point, ...]
    unit_y: str = ""
    origin: str = "measured"
    narrow: bool = False
    marks: tuple[str, str] | None = None

    def __post_init__(self) -> None:
        """Labels come from data: they are cleaned as cells are."""
        clean = (replace(p, label=cleaned(p.label), row=cleaned(p.row), note=cleaned(p.note)) for p in self.points)
        object.__setattr__(self, "points", tuple(clean))

    @property
    def about(self) -> frozenset[str]:
        """Labels of the points that the figure is about; none where it is about all of them."""
        strong = {p.label for p in self.points if p.strong}
        return frozenset(strong) if len(strong) < len({p.label for p in self.points}) else frozenset()

    @property
    def grid(self) -> tuple[list[str], list[str]]:
        """Rows and columns of a heat map, in order; a square of the same things has them in the same order."""
        rows = list(dict.fromkeys(p.row for p in self.points))
        columns = list(dict.fromkeys(p.label for p in self.points))
        return rows, rows if set(rows) == set(columns) else columns

    @property
    def alt(self) -> str:
        """What a screen reader says in place of the picture."""
        return f"{self.title} {self.note}".strip()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with the numbers in it; where it is the first that answers a question, with the question.

    ``topic`` says what it is to a director's two pages: one of TOPICS; empty elsewhere.
    """

    key: str
    text: str
    numbers: tuple[tuple[str, float], ...] = ()
    question: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One section, of one of KINDS. ``runs`` are the ids of the runs that its numbers come from; ``details`` are tables of
    it that stand in the appendix."""

    key: str
    title: str
    lead: str
    sentences: tuple[Sentence, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    runs: tuple[str, ...] = ()
    details: tuple[Table, ...] = ()
    kind: str = "section"

    @property
    def body(self) -> tuple[Sentence, ...]:
        """The sentences that stand in the text: all but those that are a figure's title."""
        return tuple(s for s in self.sentences if s.text not in {f.title for f in self.figures})

    def heading(self, figure: Figure) -> Sentence | None:
        """The sentence that is a figure's title, at the first figure that has it."""
        first = next(f for f in self.figures if f.title == figure.title)
        return next((s for s in self.sentences if s.text == figure.title and first is figure), None)


@dataclass(frozen=True, slots=True)
class Part:
    """Tables, figures and sentences of a section, each in the order shown, the ids of the runs behind them, and tables for the
    appendix."""

    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    sentences: tuple[Sentence, ...] = ()
    runs: tuple[str, ...] = ()
    details: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Number:
    """A number of a report: where it stands, its value and how it is printed there."""

    key: str
    value: float
    text: str


@dataclass(frozen=True)
class Report:
    """A whole report. ``day`` is the newest date in the data: dates come from the data, so that output is reproducible."""

    title: str
    subtitle: str
    language: str
    day: dt.date
    catalog: str
    choices: dict[str, Any]
    sections: tuple[Section, ...]

    def numbers(self, *, full: bool) -> Iterator[Number]:
        """Every number in tables: all rows, or those that pages show."""
        return (number for number, shown in self._numbers if full or shown)

    @cached_property
    def _numbers(self) -> tuple[tuple[Number, bool], ...]:
        """Every number, written once for all formats, and whether pages show it."""
        return tuple(
            (
                Number(f"{section.key} / {table.key} / {name} / {column.key}", float(cell), printed(cell, column.kind)),
                line < table.shown,
            )
            for section in self.sections
            for table in section.tables
            for line, row in enumerate(table.rows)
            for name in (table.row_id(row),)
            for column, cell in zip(table.columns, row, strict=True)
            if column.numeric and cell is not None and not isinstance(cell, (str, dt.date))
        )

    def sentences(self) -> Iterator[tuple[str, Sentence]]:
        """Every sentence with its key in the report."""
        for section in self.sections:
            for sentence in section.sentences:
                yield f"{section.key} / {sentence.key}", sentence


def table(
    frame: pd.DataFrame,
    key: str,
    title: str,
    columns: Sequence[Column],
    identity: Sequence[str],
    *,
    shown: int = 30,
    note: str = "",
) -> Table:
    """A table from a frame: its cells as plain values, text cleaned, what is missing as None."""
    rows = tuple(
        tuple(cell(value, column.kind) for value, column in zip(row, columns, strict=True))
        for row in frame[[c.key for c in columns]].itertuples(index=False, name=None)
    )
    return Table(key, title, tuple(columns), rows, tuple(identity), shown, note)


def each(frame: pd.DataFrame) -> Iterator[Any]:
    """The rows of a frame, with its columns as attributes."""
    return iter(frame.itertuples(index=False))


def cell(value: Any, kind: str) -> Cell:
    """One value of a frame as a cell."""
    if value is None or str(value) in ("NaT", "<NA>", "nan"):
        return None
    if kind == "date":
        return dt.date.fromisoformat(str(value)[:10])
    if kind == "text":
        return cleaned(value) or None
    number = float(value)
    if not math.isfinite(number):
        return None
    return int(number) if kind == "integer" else number
