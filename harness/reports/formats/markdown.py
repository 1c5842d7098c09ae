"""The Markdown form: one text file, and its charts as SVG files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.charts.text import unlinked
from harness.reports.cells import Cell, printed
from harness.reports.document import Report, Table
from harness.reports.formats.chart_kinds import svg_document
from harness.reports.formats.embedded_data import Carried, as_inline_json, embedded, number_problems, sentence_problems
from harness.reports.formats.html_body import heading, joined, open_end
from harness.reports.messages import Words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$])")
_CARRIED = re.compile(r"<!-- landscape-report (.*?) -->", re.DOTALL)
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is, without a link."""
    return _LIST.sub(lambda m: f"{m[1]}\\{m[2]}", _SPECIAL.sub(r"\\\1", unlinked(text)))


def markdown(report: Report, words: Words, folder: str) -> tuple[str, dict[str, bytes]]:
    """The text, and its charts by file name; ``folder`` is where the charts will lie, relative to the text."""
    charts: dict[str, bytes] = {}
    lines = [f"# {escaped(report.title)}", "", escaped(report.subtitle), ""]
    for section in report.sections:
        lines += [f"## {escaped(section.title)}", "", f"*{escaped(section.lead)}*", ""]
        for sentence in section.body:
            lines += [f"**{escaped(sentence.question)}**", ""] if sentence.question else []
            lines += [escaped(sentence.text), ""]
        for figure in section.figures:
            name = f"{len(charts) + 1:02d}-{re.sub('[^a-z0-9]+', '-', f'{section.key}-{figure.kind}'.lower())}.svg"
            charts[name] = svg_document(figure, words).encode()
            note = " ".join(t for t in (figure.note, figure.source) if t)
            lines += [escaped(figure.title), "", f"![{escaped(figure.alt)}]({folder}/{name})", "", escaped(note), ""]
        for table in section.tables:
            lines += [*_table(table, words), ""]
        if section.runs:
            lines += [escaped(words("file.runs_of", n=len(section.runs))), ""]
    lines.append(f"<!-- landscape-report {_comment(report)} -->")
    return "\n".join(lines) + "\n", charts


def _comment(report: Report) -> str:
    """The carried JSON; two hyphens would end the comment."""
    return as_inline_json(embedded(report, full=False)).replace("--", "\\u002d-")


def _table(table: Table, words: Words) -> list[str]:
    places = joined(table.columns)
    head = " | ".join(escaped(heading(table.columns, p, words)) for p in places)
    rule = " | ".join("---:" if table.columns[p[0]].numeric else "---" for p in places)
    rows = [f"| {' | '.join(_cell(table, row, p) for p in places)} |" for row in table.rows[: table.shown]]
    notes = [escaped(table.note)] if table.note else []
    if len(table.rows) > table.shown:
        notes.append(escaped(words("file.shown", n=table.shown, all=f"{len(table.rows):,}")))
    return [
        f"### {escaped(table.title)}",
        "",
        f"| {head} |",
        f"| {rule} |",
        *rows,
        "",
        *(x for n in notes for x in (n, "")),
    ]


def _cell(table: Table, row: tuple[Cell, ...], place: tuple[int, int | None]) -> str:
    column = table.columns[place[0]]
    if not column.numeric:
        return escaped(printed(row[place[0]], column.kind))
    known = [escaped(printed(row[i], table.columns[i].kind)) for i in place if i is not None and row[i] is not None]
    return open_end(row, place) + " – ".join(known) if known else "–"


def read(content: bytes) -> str:
    """The JSON that a text carries; empty where there is none."""
    comment = _CARRIED.search(content.decode())
    return comment[1] if comment else ""


def problems(content: bytes, carried: Carried, report: Report) -> Iterator[str]:
    """Where the tables and lines of a text are not what it carries."""
    text = _CARRIED.sub("", content.decode())
    yield from number_problems(_numbers(text), [(k, t) for k, _, t in carried.numbers])
    yield from sentence_problems({k: escaped(t) for k, t in carried.sentences.items()}, set(text.splitlines()))


def _numbers(text: str) -> list[str]:
    """Printed numbers of the right-aligned columns of every table, in order."""
    numbers: list[str] = []
    right_aligned: list[bool] = []
    for line in text.splitlines():
        if not line.startswith("| "):
            right_aligned = []
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if all(re.fullmatch(r"-{3,}:?", c) for c in cells):
            right_aligned = [c.endswith(":") for c in cells]
        elif right_aligned:
            for cell, right in zip(cells, right_aligned, strict=False):
                if right and cell != "–":
                    numbers += re.sub(r"\\(.)", r"\1", cell).split(" – ")
    return numbers
