"""The CSV and Parquet forms: one archive each, a file a table, with a data dictionary."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Mapping
from typing import TYPE_CHECKING

from harness.reports.cells import Cell, defused
from harness.reports.document import Column, Report, Section, Table
from harness.reports.formats.html_body import embedded
from harness.reports.messages import Words

if TYPE_CHECKING:
    import pyarrow as pa

MOMENT = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can hold: its members carry no clock
DICTIONARY = "dictionary.csv"
NUMBERS = "report.json"


def named(report: Report) -> list[tuple[str, Section, Table]]:
    """Every table of a report with its file's name, without ending."""
    return [(f"{s.key}_{t.key}", s, t) for s in report.sections for t in s.tables]


def archive(report: Report, words: Words, form: str) -> bytes:
    """All tables in one archive; ``form`` is ``csv`` or ``parquet``."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as held:
        for name, _, table in named(report):
            _add(held, f"{name}.{form}", as_csv(table) if form == "csv" else as_parquet(table))
        _add(held, DICTIONARY, dictionary(report, words))
        _add(held, "sentences.csv", _rows([["key", "text"], *([k, defused(s.text)] for k, s in report.sentences())]))
        text = json.dumps(embedded(report, full=True), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        _add(held, NUMBERS, text.encode())
    return buffer.getvalue()


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Files in one archive, without a clock."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as held:
        for name, content in parts.items():
            _add(held, name, content)
    return buffer.getvalue()


def _add(held: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    held.writestr(info, content)


def _rows(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode("utf-8-sig")  # the mark that spreadsheets need for Chinese


def as_csv(table: Table) -> bytes:
    """The table as CSV: keys as headings, numbers at full precision, missing cells empty, no cell a formula."""
    return _rows([[c.key for c in table.columns], *([_plain(v) for v in row] for row in table.rows)])


def _plain(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return defused(value)
    return repr(value) if isinstance(value, float) else str(value)


def as_parquet(table: Table) -> bytes:
    """The table as Parquet, with typed columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    fields = [pa.field(c.key, _type(c)) for c in table.columns]
    columns = [
        pa.array([_typed(row[i], c) for row in table.rows], type=f.type)
        for i, (c, f) in enumerate(zip(table.columns, fields, strict=True))
    ]
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_arrays(columns, schema=pa.schema(fields)), sink, compression="zstd")
    return sink.getvalue()


def _type(column: Column) -> pa.DataType:
    import pyarrow as pa

    if column.kind == "date":
        return pa.date32()
    if column.kind == "integer":
        return pa.int64()
    return pa.float64() if column.numeric else pa.string()


def _typed(value: Cell, column: Column) -> Cell:
    return float(value) if column.numeric and column.kind != "integer" and isinstance(value, (int, float)) else value


def dictionary(report: Report, words: Words) -> bytes:
    """What each column of each file is: kind, unit, heading, and the table's note."""
    head = ["file", "column", "kind", "unit", "heading", "table", "section", "note"]
    rows = [
        [name, c.key, c.kind, c.unit, c.label, t.title, s.title, t.note]
        for name, s, t in named(report)
        for c in t.columns
    ]
    return _rows([head, *([defused(v) for v in row] for row in rows)])
