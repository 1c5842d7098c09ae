"""The Markdown form: one text file, and its charts as PNG files beside it."""

from __future__ import annotations

import re

from harness.reports.cells import Cell, printed
from harness.reports.document import Report, Table
from harness.reports.formats.html_body import as_json, embedded, heading, joined
from harness.reports.formats.plotly_figures import legend
from harness.reports.formats.png import png
from harness.reports.formats.svg import drawn
from harness.reports.messages import Words

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!$])")
_LIST = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)")


def escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return _LIST.sub(lambda m: f"{m[1]}\\{m[2]}", _SPECIAL.sub(r"\\\1", text)).replace("://", ":\\//")


def markdown(report: Report, words: Words, folder: str) -> tuple[str, dict[str, bytes]]:
    """The text, and its charts by file name; ``folder`` is where the charts will lie, relative to the text."""
    charts: dict[str, bytes] = {}
    lines = [f"# {escaped(report.title)}", "", escaped(report.subtitle), ""]
    for section in report.sections:
        lines += [f"## {escaped(section.title)}", "", f"*{escaped(section.lead)}*", ""]
        for sentence in section.told:
            lines += [f"**{escaped(sentence.question)}**", ""] if sentence.question else []
            lines += [escaped(sentence.text), ""]
        for figure in section.figures:
            name = f"{len(charts) + 1:02d}-{re.sub('[^a-z0-9]+', '-', f'{section.key}-{figure.kind}'.lower())}.png"
            charts[name] = png(drawn(figure, legend(words)))
            note = " ".join(t for t in (figure.note, figure.source) if t)
            lines += [escaped(figure.title), "", f"![{escaped(figure.alt)}]({folder}/{name})", "", escaped(note), ""]
        for table in section.tables:
            lines += [*_table(table, words), ""]
        if section.runs:
            lines += [escaped(words("file.runs_of", n=len(section.runs))), ""]
    lines.append(f"<!-- landscape-report {as_json(embedded(report, full=False)).replace('--', chr(92) + 'u002d-')} -->")
    return "\n".join(lines) + "\n", charts


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
    return " – ".join(known) if known else "–"
