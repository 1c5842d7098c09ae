"""Content hashes: SHA-256 of a table's rows, the same whatever batches, row groups or compression hold them.

A run's manifest holds the hashes of its two tables and of its own entries; run tables hold theirs in the file of runs.
Loading computes them again, so that rows which somebody replaced by hand are refused. A run's id is left out: it is the
name under which the rows stand.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as kinds

KEY = "content"
"""The manifest's entry with the hashes: ``results``, ``samples`` and ``manifest``."""
TABLES = ("results", "samples")
"""Tables of a run whose rows its manifest holds a hash of."""
_OUTSIDE = ("run_id", KEY)
LATER = frozenset({"answer_hash"})
"""Columns that older files lack: read as unknown there, and counted only where a cell is known, so that older hashes hold."""


class TableHash:
    """Hash of the rows of one table, fed batch by batch; the columns of ``schema``, in its order, count."""

    def __init__(self, schema: pa.Schema) -> None:
        self._fields = [field for field in schema if field.name not in _OUTSIDE]
        self._columns = [_ColumnHash() for _ in self._fields]

    def update(self, batch: pa.RecordBatch | pa.Table) -> None:
        """Add rows; columns of another type than the schema's are cast.

        Raises:
            pa.ArrowException: a cell does not fit the schema's type.
        """
        for field, column in zip(self._fields, self._columns, strict=True):
            if field.name in LATER and field.name not in batch.schema.names:
                continue
            cells = batch.column(field.name)
            for part in cells.chunks if isinstance(cells, pa.ChunkedArray) else [cells]:
                if len(part):
                    column.update(part if part.type == field.type else part.cast(field.type))

    def hexdigest(self) -> str:
        """SHA-256 over names and cells, 64 hex digits."""
        total = hashlib.sha256()
        for field, column in zip(self._fields, self._columns, strict=True):
            if field.name in LATER and not column.any_known:
                continue
            total.update(f"{field.name}\0".encode() + column.digest())
        return total.hexdigest()


class _ColumnHash:
    """Hashes of one column's parts: which cells are known, how long they are (texts, lists), what they hold."""

    def __init__(self) -> None:
        self._known, self._lengths, self._cells = hashlib.sha256(), hashlib.sha256(), hashlib.sha256()
        self._inner: _ColumnHash | None = None
        self.any_known = False

    def update(self, cells: pa.Array) -> None:
        """Add cells; an unknown one counts as empty or zero, beside the mark that it is unknown."""
        whole = cells.null_count == 0
        self.any_known = self.any_known or cells.null_count < len(cells)
        self._known.update(b"\1" * len(cells) if whole else _bytes(pc.is_valid(cells)))
        if kinds.is_list(cells.type) or kinds.is_large_list(cells.type):
            self._lengths.update(_bytes(pc.fill_null(pc.list_value_length(cells), 0).cast(pa.int64())))
            self._inner = self._inner or _ColumnHash()
            self._inner.update(cells.flatten())
        elif kinds.is_string(cells.type) or kinds.is_large_string(cells.type):
            texts = cells.cast(pa.large_string())
            lengths, data = _text(texts if whole else pc.fill_null(texts, ""))
            self._lengths.update(lengths)
            self._cells.update(data)
        else:
            if kinds.is_temporal(cells.type):
                cells = cells.cast(pa.int32() if kinds.is_date32(cells.type) else pa.int64())
            self._cells.update(_bytes(cells if whole else pc.fill_null(cells, pa.scalar(0).cast(cells.type))))

    def digest(self) -> bytes:
        inner = self._inner.digest() if self._inner else b""
        return self._known.digest() + self._lengths.digest() + self._cells.digest() + inner


def _bytes(cells: pa.Array) -> bytes:
    return np.ascontiguousarray(cells.to_numpy(zero_copy_only=False)).tobytes()


def _text(texts: pa.Array) -> tuple[bytes, memoryview | bytes]:
    """The lengths of texts, in bytes, and their bytes, one after the other."""
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return np.diff(ends).tobytes(), memoryview(data)[int(ends[0]) : int(ends[-1])] if data is not None else b""


def table_hash(table: pa.Table, schema: pa.Schema | None = None) -> str:
    """Content hash of a whole table."""
    total = TableHash(schema or table.schema)
    total.update(table)
    return total.hexdigest()


def manifest_hash(manifest: Mapping[str, Any]) -> str:
    """Content hash of a manifest's entries, without the run's id and the hashes themselves."""
    entries = {key: value for key, value in manifest.items() if key not in _OUTSIDE}
    return hashlib.sha256(json.dumps(entries, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def with_hashes(manifest: Mapping[str, Any], results: str, samples: str) -> dict[str, Any]:
    """The manifest with the hashes of its tables and of itself."""
    plain = json.loads(json.dumps(manifest, ensure_ascii=False))  # as a reader of the file has it
    return {**manifest, KEY: {"results": results, "samples": samples, "manifest": manifest_hash(plain)}}
