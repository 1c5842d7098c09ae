"""Verify a report: its own numbers against the database, and what it shows against its own numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.reports.build import build
from harness.reports.cells import defused
from harness.reports.document import Report
from harness.reports.formats.html_body import embedded
from harness.reports.formats.markdown import escaped
from harness.reports.selection import Choices
from harness.store.reader import Reader

LARGEST = 200_000_000
"""Bytes that a report or a part of it may have; a larger one is none of ours."""
TOLERANCE = 1e-6
"""Relative difference that two machines' arithmetic may leave."""
_MARKDOWN = re.compile(r"<!-- landscape-report (.*?) -->", re.DOTALL)


def verify(file: Path, reader: Reader) -> list[str]:
    """Every problem, one sentence each; none where all numbers stand.

    Raises:
        BadInput: the file is no report of ours, or cannot be read.
    """
    content = _content(file)
    held = _held(file, content)
    told = {str(k): (float(v), str(t)) for k, v, t in held["numbers"]}
    report = build(reader, Choices.from_json(held["choices"]), str(held["language"]), "", lambda _, __: None)
    now = embedded(report, full=bool(held["full"]))
    problems = list(_against(told, {k: (v, t) for k, v, t in now["numbers"]}))
    problems += _sentences(held["sentences"], now["sentences"], str(held["catalog"]) != report.catalog)
    return problems + list(_shown(file, content, held, report))


def _content(file: Path) -> bytes:
    try:
        if file.stat().st_size > LARGEST:
            raise BadInput(f"{file} is too large to be a report.")
        return file.read_bytes()
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error


def _held(file: Path, content: bytes) -> dict[str, Any]:
    """The numbers that travel in the file."""
    readers = {".html": _in_html, ".md": _in_markdown, ".pdf": _in_pdf, ".xlsx": _in_xlsx, ".zip": _in_archive}
    read = readers.get(file.suffix.lower())
    if read is None:
        raise BadInput(f"{file} is no report: it ends in none of {', '.join(readers)}.")
    try:
        held = json.loads(read(content))
        whole = {"numbers", "choices", "language", "full", "sentences", "catalog"} <= set(held)
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error) as error:
        raise BadInput(f"{file} is no report of this program: it holds no numbers to verify.") from error
    if not whole or held.get("format") != "landscape-report/1":
        raise BadInput(f"{file} is no report of this program, or a newer version made it.")
    return dict(held)


def _in_html(content: bytes) -> str:
    found = re.search(
        r'<script type="application/json" id="landscape-report">(.*?)</script>', content.decode(), re.DOTALL
    )
    return found[1] if found else ""


def _in_markdown(content: bytes) -> str:
    found = _MARKDOWN.search(content.decode())
    return found[1] if found else ""


def _in_pdf(content: bytes) -> str:
    """The attachment: the one compressed stream that begins as our JSON does."""
    for found in re.finditer(rb"stream\r?\n", content):
        try:
            text = zlib.decompressobj().decompress(content[found.end() :], LARGEST)
        except zlib.error:
            continue
        if text.startswith(b'{"format":"landscape-report'):
            return text.decode()
    return ""


def _in_xlsx(content: bytes) -> str:
    sheet = _workbook(content)["landscape-report"]
    return "".join(str(row[0])[1:] for row in sheet.iter_rows(values_only=True) if row[0])


def _workbook(content: bytes) -> Any:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        _bounded(parts)
    return load_workbook(io.BytesIO(content), read_only=True, data_only=True)


def _in_archive(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        _bounded(parts)
        return parts.read("report.json").decode()


def _bounded(parts: zipfile.ZipFile) -> None:
    if sum(i.file_size for i in parts.infolist()) > LARGEST:
        raise BadInput("The archive is too large to be a report.")


def _against(told: Mapping[str, tuple[float, str]], now: Mapping[str, tuple[float, str]]) -> Iterator[str]:
    """Where the report's numbers differ from the database's."""
    for key, (value, text) in told.items():
        if key not in now:
            yield f"{key}: {text} in the report; the database no longer has it."
            continue
        other, shown = now[key]
        if text != shown or abs(value - other) > TOLERANCE * max(abs(value), abs(other)):
            yield f"{key}: {text} in the report, {shown} by the database."
    for key in now.keys() - told.keys():
        yield f"{key}: {now[key][1]} by the database; the report does not have it."


def _sentences(told: Mapping[str, str], now: Mapping[str, str], moved: bool) -> list[str]:
    said = [f"{k}: “{t}” in the report, “{now[k]}” by the database." for k, t in told.items() if k in now and t != now[k]
            and not k.startswith("evidence / ")]  # fmt: skip
    gone = [f"{k}: “{t}” no longer follows from the database." for k, t in told.items() if k not in now]
    catalog = ["The catalog in the database is another than the report's."] if moved else []
    return catalog + said + gone


def _shown(file: Path, content: bytes, held: Mapping[str, Any], report: Report) -> Iterator[str]:
    """Where what the file shows differs from the numbers that it carries."""
    expected = [(str(k), float(v), str(t)) for k, v, t in held["numbers"]]
    kind = file.suffix.lower()
    if kind == ".html":
        yield from _html_shows(content.decode(), expected, held["sentences"])
    elif kind == ".md":
        yield from _in_order(_markdown_shows(content.decode()), [(k, t) for k, _, t in expected])
        lines = set(_MARKDOWN.sub("", content.decode()).splitlines())
        yield from _said({k: escaped(str(t)) for k, t in held["sentences"].items()}, lines)
    elif kind in (".xlsx", ".zip"):
        numbers = _xlsx_shows(content, report) if kind == ".xlsx" else _archive_shows(content, report)
        yield from _in_order([f"{v:.12g}" for v in numbers], [(k, f"{v:.12g}") for k, v, _ in expected])
        texts = _xlsx_texts(content) if kind == ".xlsx" else _archive_texts(content)
        yield from _said({k: defused(str(t)) for k, t in held["sentences"].items()}, texts)


def _said(sentences: Mapping[str, str], texts: set[str]) -> Iterator[str]:
    for key, text in sentences.items():
        if text not in texts:
            yield f"{key}: the file does not say “{text}”, which follows from its own numbers."


def _xlsx_texts(content: bytes) -> set[str]:
    sheets = _workbook(content).worksheets[1:-2]
    return {str(row[0]) for sheet in sheets for row in sheet.iter_rows(max_col=1, values_only=True) if row and row[0]}


def _archive_texts(content: bytes) -> set[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        rows = csv.reader(io.StringIO(parts.read("sentences.csv").decode("utf-8-sig")))
        return {row[1] for row in rows if len(row) > 1}


class _Marked(HTMLParser):
    """Collects the text of every element that carries a number's or a sentence's key."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}
        self.sentences: dict[str, str] = {}
        self._now: tuple[dict[str, str], str, str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        for name, where in (("data-n", self.found), ("data-s", self.sentences)):
            if key := given.get(name):
                where[key] = ""
                self._now = (where, key, tag)

    def handle_data(self, data: str) -> None:
        if self._now:
            self._now[0][self._now[1]] += data

    def handle_endtag(self, tag: str) -> None:
        if self._now and tag == self._now[2]:
            self._now = None


def _html_shows(text: str, expected: list[tuple[str, float, str]], sentences: Mapping[str, str]) -> Iterator[str]:
    page = _Marked()
    page.feed(text[: text.rfind('<script type="application/json"')])
    for key, _, printed in expected:
        if page.found.get(key) != printed:
            yield f"{key}: the file shows {page.found.get(key, 'nothing')}, its own numbers say {printed}."
    for key, said in sentences.items():
        if page.sentences.get(key) != said:
            yield f"{key}: the file says “{page.sentences.get(key, '')}”, its own numbers say “{said}”."


def _markdown_shows(text: str) -> list[str]:
    """Printed numbers of the right-aligned columns of every table, in order."""
    numbers: list[str] = []
    aligned: list[bool] = []
    for line in _MARKDOWN.sub("", text).splitlines():
        if not line.startswith("| "):
            aligned = []
            continue
        cells = [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]]
        if all(re.fullmatch(r"-{3,}:?", c) for c in cells):
            aligned = [c.endswith(":") for c in cells]
        elif aligned:
            for cell, right in zip(cells, aligned, strict=False):
                if right and cell != "–":
                    numbers += re.sub(r"\\(.)", r"\1", cell).split(" – ")
    return numbers


def _xlsx_shows(content: bytes, report: Report) -> Iterator[float]:
    """Numbers in the tables of each section's sheet, row by row; charts' grids stand to the right of them."""
    book = _workbook(content)
    for section, name in zip(report.sections, book.sheetnames[1:], strict=False):
        for table_rows in _tables(
            book[name], [[c.key for c in t.columns] for t in section.tables], report, section.key
        ):
            yield from table_rows


def _tables(sheet: Any, shapes: list[list[str]], report: Report, key: str) -> Iterator[list[float]]:
    section = next(s for s in report.sections if s.key == key)
    heads = [[_label(c.label, c.unit) for c in t.columns] for t in section.tables]
    kinds = [[c.numeric for c in t.columns] for t in section.tables]
    at, inside = 0, False
    for row in sheet.iter_rows(values_only=True):
        cells = list(row)
        if at < len(heads) and cells[: len(heads[at])] == heads[at]:
            at, inside = at + 1, True
        elif inside and all(v is None for v in cells[: len(heads[at - 1])]):
            inside = False
        elif inside:
            numeric = kinds[at - 1]
            yield [float(v) for v, n in zip(cells, numeric, strict=False) if n and isinstance(v, (int, float))]


def _label(label: str, unit: str) -> str:
    return defused(f"{label} ({unit})" if unit else label)


def _archive_shows(content: bytes, report: Report) -> Iterator[float]:
    import pandas as pd

    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        names = set(parts.namelist())
        for section in report.sections:
            for table in section.tables:
                name = f"{section.key}_{table.key}"
                if f"{name}.csv" in names:
                    frame = pd.read_csv(io.BytesIO(parts.read(f"{name}.csv")), float_precision="round_trip")
                elif f"{name}.parquet" in names:
                    frame = pd.read_parquet(io.BytesIO(parts.read(f"{name}.parquet")))
                else:
                    continue
                numeric = [c.key for c in table.columns if c.numeric and c.key in frame]
                for row in frame[numeric].itertuples(index=False, name=None):
                    yield from (float(v) for v in row if v == v and v is not None and str(v) != "<NA>")


def _in_order(shown: Any, expected: list[tuple[str, str]]) -> Iterator[str]:
    found = list(shown)
    if len(found) != len(expected):
        yield f"The file shows {len(found)} numbers in its tables; it carries {len(expected)}."
    for text, (key, printed) in zip(found, expected, strict=False):
        if text != printed:
            yield f"{key}: the file shows {text}, its own numbers say {printed}."
