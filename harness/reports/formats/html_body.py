"""What HTML and PDF share: a report's body as HTML, everything escaped.

Where ``marked``, every number and sentence carries its key, so that ``verify`` finds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from unicodedata import bidirectional

from harness.reports.cells import Cell, printed
from harness.reports.document import Column, Figure, Report, Section, Sentence, Table
from harness.reports.messages import Words

PAIRS = {"low": ("high", "interval"), "rank_low": ("rank_high", "ranks")}
"""Columns that pages write as one: from and to."""

LINE, GAP = 150.0, 2.6
"""Characters that a line of a table holds on an A4 page, and that go between two columns."""
IDS = ("run_id", "model_id", "source_id", "vendor_id", "offer_id", "revision", "where", "cheapest_provider")
"""Columns whose texts have no spaces to break a line at."""

_UNBROKEN = re.compile(r"[\u2e80-\uffef]{1,4}|[^\s\u2e80-\uffef]+")
"""Parts of a text that stay on one line: a word, or four Chinese characters of a heading."""

Draw = Callable[[Figure], str]


def joined(columns: tuple[Column, ...]) -> list[tuple[int, int | None]]:
    """Positions of the columns as pages show them: a pair of ends is one column."""
    keys = [c.key for c in columns]
    out: list[tuple[int, int | None]] = []
    skip = -1
    for i, key in enumerate(keys):
        if i == skip:
            continue
        other = PAIRS.get(key)
        if other and i + 1 < len(keys) and keys[i + 1] == other[0] and columns[i].label == columns[i].label:
            out.append((i, i + 1))
            skip = i + 1
        else:
            out.append((i, None))
    return out


def heading(columns: tuple[Column, ...], place: tuple[int, int | None], words: Words) -> str:
    """The heading of one shown column, its unit in brackets."""
    column = columns[place[0]]
    if place[1] is not None and column.label == words(f"col.{column.key}"):
        text = words(f"col.{PAIRS[column.key][1]}")
    elif place[1] is not None:
        text = f"{column.label} – {columns[place[1]].label}"
    else:
        text = column.label
    return f"{text} ({column.unit})" if column.unit else text


def embedded(report: Report, *, full: bool) -> dict[str, Any]:
    """What travels inside every file: choices, evidence, every number and every sentence."""
    return {
        "format": "landscape-report/1",
        "title": report.title,
        "language": report.language,
        "day": report.day.isoformat(),
        "catalog": report.catalog,
        "choices": report.choices,
        "full": full,
        "numbers": [[n.key, n.value, n.text] for n in report.numbers(full=full)],
        "sentences": {key: sentence.text for key, sentence in report.sentences()},
        "runs": sorted({run for section in report.sections for run in section.runs}),
    }


def as_json(held: dict[str, Any]) -> str:
    """The embedded part as text that neither a script element nor a comment can end."""
    text = json.dumps(held, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def body(report: Report, words: Words, draw: Draw, *, marked: bool) -> str:
    """Title, contents and sections."""
    parts = [
        f'<header><p class="kicker">{escape(report.subtitle)}</p><h1>{said(report.title)}</h1></header>',
        _section(report.sections[0], words, draw, marked),
        f'<nav aria-label="{escape(words("file.contents"))}"><h2>{escape(words("file.contents"))}</h2><ol>',
        *(f'<li><a href="#s-{s.key}">{escape(s.title)}</a></li>' for s in report.sections),
        "</ol></nav>",
        *(_section(s, words, draw, marked) for s in report.sections[1:]),
    ]
    return "\n".join(parts)


def said(text: str) -> str:
    """Text escaped, and kept apart from its surroundings where it is written from right to left."""
    turned = any(bidirectional(c) in ("R", "AL") for c in text)
    return f"<bdi>{escape(text)}</bdi>" if turned else escape(text)


def _section(section: Section, words: Words, draw: Draw, marked: bool) -> str:
    parts = [f'<section id="s-{section.key}"><h2>{said(section.title)}</h2><p class="lead">{escape(section.lead)}</p>']
    for s in section.told:
        if s.question:
            parts.append(f'<h3 class="q">{said(s.question)}</h3>')
        parts.append(f"<p{_key(section, s, marked)}>{said(s.text)}</p>")
    parts += [_figure(f, _key(section, section.heading(f), marked), draw) for f in section.figures]
    parts += [_table(section, t, words, marked) for t in section.tables]
    if section.runs:
        parts.append(f'<p class="note">{escape(words("file.runs_of", n=len(section.runs)))}</p>')
    return "\n".join([*parts, "</section>"])


def _key(section: Section, sentence: Sentence | None, marked: bool) -> str:
    return f' data-s="{escape(section.key)} / {escape(sentence.key)}"' if marked and sentence else ""


def _figure(figure: Figure, key: str, draw: Draw) -> str:
    note = " ".join(t for t in (figure.note, figure.source) if t)
    title = f"<figcaption{key}>{said(figure.title)}</figcaption>"
    return f'<figure>{title}{draw(figure)}<p class="note">{said(note)}</p></figure>'


def _table(section: Section, table: Table, words: Words, marked: bool) -> str:
    places = joined(table.columns)
    head = "".join(
        f'<th scope="col"{_right(table.columns[p[0]])}>{escape(heading(table.columns, p, words))}</th>' for p in places
    )
    shown = table.rows[: table.shown]
    cells = [list(_cells(section, table, row, places, marked)) for row in shown]
    rows = "".join(f"<tr>{''.join(row)}</tr>\n" for row in cells)
    more = ""
    if len(table.rows) > table.shown:
        more = f'<p class="note">{escape(words("file.shown", n=table.shown, all=f"{len(table.rows):,}"))}</p>'
    note = f'<p class="note">{said(table.note)}</p>' if table.note else ""
    return (
        f'<h3>{said(table.title)}</h3><div class="wide"><table>{_widths(table, places, words)}<thead><tr>{head}</tr></thead>'
        f"<tbody>\n{rows}</tbody></table></div>{note}{more}"
    )


def _widths(table: Table, places: list[tuple[int, int | None]], words: Words) -> str:
    """Each column's share of a page's width, from its texts: pages of fixed size lay tables out by these."""
    need, want = [], []
    for place in places:
        column = table.columns[place[0]]
        texts = [_text(table, row, place) for row in table.rows[: table.shown]]
        words_of = [heading(table.columns, place, words), *(texts if column.kind == "text" else [])]
        longest = max((_columns(t) for t in texts), default=3)
        word = max(_columns(w) for t in words_of for w in _UNBROKEN.findall(t) or [""])
        need.append(
            min(word, 22) if column.key in IDS else min(word, 24) if column.kind == "text" else max(word, longest)
        )
        want.append(max(min(longest, 40), need[-1]))
    spare, room = sum(want) - sum(need), LINE - sum(need) - GAP * len(places)
    part = max(0.0, min(1.0, room / spare)) if spare > 0 else 0.0
    wide = [n + (w - n) * part + GAP for n, w in zip(need, want, strict=True)]
    total = sum(wide)
    columns = "".join(f'<col style="--w:{w / total:.2%}">' for w in wide)
    return f"<colgroup>{columns}</colgroup>"


def _text(table: Table, row: tuple[Cell, ...], place: tuple[int, int | None]) -> str:
    return " – ".join(printed(row[i], table.columns[i].kind) for i in place if i is not None)


def _columns(text: str) -> float:
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def _right(column: Column) -> str:
    return ' class="n"' if column.numeric else ""


def _cells(
    section: Section, table: Table, row: tuple[Cell, ...], places: list[tuple[int, int | None]], marked: bool
) -> Iterator[str]:
    name = f"{section.key} / {table.key} / {table.row_id(row)}" if marked else ""
    for first, second in places:
        column = table.columns[first]
        if not column.numeric:
            kind = ' class="d"' if column.kind == "date" else ' class="id"' if column.key in IDS else ""
            yield f"<td{kind}>{said(printed(row[first], column.kind))}</td>"
            continue
        texts = [_number(name, table.columns[i], row[i]) for i in (first, second) if i is not None]
        known = [t for t in texts if t]
        yield f'<td class="n">{" – ".join(known) if known else "–"}</td>'


def _number(name: str, column: Column, value: Cell) -> str:
    if value is None:
        return ""
    text = escape(printed(value, column.kind))
    return f'<span data-n="{escape(f"{name} / {column.key}")}">{text}</span>' if name else text
