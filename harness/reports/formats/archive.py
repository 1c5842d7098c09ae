"""The CSV and Parquet forms: one archive each, a file a table, with a data dictionary."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from typing import TYPE_CHECKING

from harness.reports.cells import Cell
from harness.reports.document import Column, Report, Section, Table
from harness.reports.formats.embedded_data import (
    Carried,
    as_json,
    check_size,
    embedded,
    sentence_problems,
    value_problems,
)
from harness.reports.formats.zip_file import zip_bytes
from harness.spreadsheets import defused

if TYPE_CHECKING:
    import pyarrow as pa

SENTENCES = "sentences.csv"
NUMBERS = "report.json"


def named(report: Report) -> list[tuple[str, Section, Table]]:
    """Every table of a report with its file's name, without ending."""
    return [(f"{s.key}_{t.key}", s, t) for s in report.sections for t in s.tables]


def archive(report: Report, form: str) -> bytes:
    """All tables in one archive; ``form`` is ``csv`` or ``parquet``."""
    write = as_csv if form == "csv" else as_parquet
    sentences = [["key", "text"], *([key, defused(s.text)] for key, s in report.sentences())]
    return zip_bytes({
        **{f"{name}.{form}": write(table) for name, _, table in named(report)},
        "dictionary.csv": dictionary(report),
        SENTENCES: _rows(sentences),
        NUMBERS: as_json(embedded(report, full=True)).encode(),
    })  # fmt: skip


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


def dictionary(report: Report) -> bytes:
    """What each column of each file is: kind, unit, heading, and the table's note."""
    head = ["file", "column", "kind", "unit", "heading", "table", "section", "note"]
    rows = [
        [name, c.key, c.kind, c.unit, c.label, t.title, s.title, t.note]
        for name, s, t in named(report)
        for c in t.columns
    ]
    return _rows([head, *([defused(v) for v in row] for row in rows)])


def read(content: bytes) -> str:
    """The JSON that an archive carries."""
    with _opened(content) as archive:
        return archive.read(NUMBERS).decode()


def problems(content: bytes, carried: Carried, report: Report) -> Iterator[str]:
    """Where the tables and sentences of an archive are not what it carries."""
    with _opened(content) as archive:
        rows = csv.reader(io.StringIO(archive.read(SENTENCES).decode("utf-8-sig")))
        texts = {row[1] for row in rows if len(row) > 1}
        values = list(_values(archive, report))
    yield from value_problems(values, carried)
    yield from sentence_problems({k: defused(t) for k, t in carried.sentences.items()}, texts)


def _opened(content: bytes) -> zipfile.ZipFile:
    archive = zipfile.ZipFile(io.BytesIO(content))
    check_size(sum(i.file_size for i in archive.infolist()))
    return archive


def _values(archive: zipfile.ZipFile, report: Report) -> Iterator[float]:
    """Numbers of every table's numeric columns, row by row."""
    import pandas as pd

    files = set(archive.namelist())
    for name, _, table in named(report):
        if f"{name}.csv" in files:
            frame = pd.read_csv(io.BytesIO(archive.read(f"{name}.csv")), float_precision="round_trip")
        elif f"{name}.parquet" in files:
            frame = pd.read_parquet(io.BytesIO(archive.read(f"{name}.parquet")))
        else:
            continue
        numeric = [c.key for c in table.columns if c.numeric and c.key in frame]
        for row in frame[numeric].itertuples(index=False, name=None):
            yield from (float(v) for v in row if not pd.isna(v))
