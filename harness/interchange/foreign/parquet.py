"""Rows of foreign Parquet files, within bounds.

A few kilobytes of Parquet may say a text of megabytes a million times: a dictionary holds it once. Texts are therefore
read as the dictionaries that they are in the file, and their lengths are summed before any of them is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import MB
from harness.interchange.foreign.limits.plain_files import opened

# Rows read at once: their texts take as much memory as they are long, once for each different one.
_ROWS = 256
# Bytes of one row, decoded; as one line of a JSON-lines file.
MAX_ROW = bounded.MAX_LINE
# Bytes of all rows, decoded. Repeated texts of an honest file (a prompt for each metric) are counted each time.
MAX_DECODED = 768 * MB
# Bytes of all numbers, decoded: 1.6 million rows of 20 columns. A run of equal numbers takes no room in the file.
MAX_NUMBERS = 256 * MB
# Row groups: writers make them of thousands of rows.
MAX_GROUPS = 10_000
# Bytes of one string and entries of one list in the file's own description.
_FOOTER_STRING, _FOOTER_LIST = 16 * MB, 1_000_000
_WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}


def rows(path: Path, columns: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """Rows of a foreign Parquet file, read by batches; all columns, or those named.

    Raises:
        BadInput: it is no Parquet file, or would unpack to more than the bound.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    bounded.check(path, 256 * MB)
    decoded = 0
    try:
        with (
            opened(path) as handle,
            pq.ParquetFile(
                handle, thrift_string_size_limit=_FOOTER_STRING, thrift_container_size_limit=_FOOTER_LIST
            ) as plain,
        ):
            _refuse_large(plain.metadata, path.name)
            texts = [
                c.path for c in map(plain.metadata.schema.column, range(len(plain.metadata.schema))) if _is_text(c)
            ]
            names = [n for n in plain.schema_arrow.names if columns is None or n in columns]
            if columns is not None and (twice := sorted({n for n in names if names.count(n) > 1})):
                raise BadInput(f"has several columns named {', '.join(twice)}")
            with pq.ParquetFile(handle, metadata=plain.metadata, read_dictionary=texts) as parquet:
                # Group by group: pyarrow cannot join dictionaries of two groups inside a list.
                for batch in (
                    batch
                    for group in range(plain.metadata.num_row_groups)
                    for batch in parquet.iter_batches(batch_size=_ROWS, columns=names, row_groups=[group])
                ):
                    sizes = _row_sizes(batch)
                    decoded += sum(sizes)
                    if decoded > MAX_DECODED or max(sizes, default=0) > MAX_ROW:
                        raise BadInput(
                            f"{path.name} unpacks to more than {MAX_DECODED // MB} MB, or a row of it to more than "
                            f"{MAX_ROW // MB} MB"
                        )
                    yield from _rows(batch)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise BadInput(f"{path.name} is no readable Parquet file: {str(error)[:200]}") from None


def _refuse_large(metadata: Any, name: str) -> None:
    """Refuse by the file's description: encoded bytes, number of rows, and decoded bytes of values of a fixed width."""
    groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
    chunks = [group.column(i) for group in groups for i in range(group.num_columns)]
    encoded = max(sum(g.total_byte_size for g in groups), sum(c.total_uncompressed_size for c in chunks))
    widths = [_width(metadata.schema.column(i)) for i in range(len(metadata.schema))]
    fixed = sum(g.column(i).num_values * widths[i] for g in groups for i in range(g.num_columns))
    negative = any(min(c.num_values, c.total_compressed_size, c.total_uncompressed_size) < 0 for c in chunks)
    if len(groups) > MAX_GROUPS:
        raise BadInput(f"{name} has more than {MAX_GROUPS:,} row groups")
    if encoded > bounded.MAX_UNPACKED or fixed > MAX_NUMBERS or metadata.num_rows > 4 * bounded.MAX_LINES or negative:
        raise BadInput(f"{name} unpacks to more than {bounded.MAX_UNPACKED // MB} MB")


def _width(column: Any) -> int:
    """Bytes of a value; of texts, of which the rows are counted, those of a place in a dictionary."""
    if column.physical_type == "FIXED_LEN_BYTE_ARRAY":
        return max(1, int(column.length))
    return _WIDTHS.get(column.physical_type, 4)


def _is_text(column: Any) -> bool:
    return bool(column.physical_type == "BYTE_ARRAY")


def _row_sizes(batch: Any) -> list[int]:
    """Decoded bytes of each row of a batch."""
    import numpy as np

    total = np.zeros(batch.num_rows, dtype=np.int64)
    for column in batch.columns:
        total += _sizes(column)
    return [int(size) for size in total]


def _sizes(array: Any) -> Any:
    """Decoded bytes of each value of an array, those inside lists and structs included."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    kind, count = array.type, len(array)
    if count == 0:
        return np.zeros(0, dtype=np.int64)
    if pa.types.is_dictionary(kind):
        lengths = _sizes(array.dictionary)
        places = pc.fill_null(array.indices, 0).to_numpy(zero_copy_only=False)
        return lengths[places] if len(lengths) else np.zeros(count, dtype=np.int64)
    if (
        pa.types.is_string(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_large_binary(kind)
    ):
        return pc.fill_null(pc.binary_length(array), 0).to_numpy(zero_copy_only=False).astype(np.int64) + 8
    if pa.types.is_struct(kind):
        return sum((_sizes(array.field(i)) for i in range(kind.num_fields)), np.zeros(count, dtype=np.int64))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_map(kind):
        ends = np.concatenate(
            ([0], np.cumsum(_sizes(array.flatten() if not pa.types.is_map(kind) else _entries(array))))
        )
        lengths = np.diff(array.offsets.to_numpy(zero_copy_only=False))
        lengths = np.where(array.is_valid().to_numpy(zero_copy_only=False), lengths, 0)
        places = np.concatenate(([0], np.cumsum(lengths)))
        return ends[places[1:]] - ends[places[:-1]] + 8
    return np.full(count, -(-array.nbytes // count), dtype=np.int64)


def _entries(array: Any) -> Any:
    """The key-value pairs of the valid maps of an array, as one array of structs."""
    import pyarrow as pa

    pairs = pa.StructArray.from_arrays([array.keys, array.items], names=["key", "value"])
    start, end = array.offsets[0].as_py(), array.offsets[len(array)].as_py()
    return pairs.slice(start, end - start) if len(pairs) >= end else pairs


def _rows(batch: Any) -> Iterator[dict[str, Any]]:
    """Rows of a batch, one at a time; rows that share a text share one object."""
    import pyarrow as pa

    names = batch.schema.names
    columns: list[Any] = []
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            used = column.indices.unique().drop_null()
            texts = dict(zip(used.to_pylist(), column.dictionary.take(used).to_pylist(), strict=True))
            columns.append([None if place is None else texts[place] for place in column.indices.to_pylist()])
        else:
            columns.append(column)
    for i in range(batch.num_rows):
        yield {
            name: column[i] if isinstance(column, list) else column[i].as_py()
            for name, column in zip(names, columns, strict=True)
        }


def refuse_bomb(path: Path, most: int) -> None:
    """Refuse a Parquet file of a data set whose texts, decoded, take more than ``most`` bytes; nothing of it is kept.

    Raises:
        BadInput: they do, or it is no regular, readable Parquet file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with opened(path, follow=True) as handle, pq.ParquetFile(handle) as plain:
            metadata = plain.metadata
            columns = [metadata.schema.column(i) for i in range(len(metadata.schema))]
            groups = [metadata.row_group(i) for i in range(metadata.num_row_groups)]
            chunks = [g.column(i) for g in groups for i, c in enumerate(columns) if _is_text(c)]
            if sum(c.num_values * c.total_uncompressed_size for c in chunks) <= most:
                return  # not even if every value were as long as its whole column
            paths = [c.path for c in columns if _is_text(c)]
            try:
                _refuse_decoded(path, pq.ParquetFile(handle, metadata=metadata, read_dictionary=paths), most)
            except pa.ArrowNotImplementedError:  # lists of texts whose dictionary ends within a group
                paths = [p for p in paths if "." not in p]
                _refuse_decoded(path, pq.ParquetFile(handle, metadata=metadata, read_dictionary=paths), most)
    except (pa.ArrowException, OSError, ValueError, OverflowError, MemoryError) as error:
        raise BadInput(f"{path} is no readable Parquet file: {str(error)[:200]}") from None


def _refuse_decoded(path: Path, parquet: Any, most: int) -> None:
    decoded = 0
    for group in range(parquet.metadata.num_row_groups):
        for batch in parquet.iter_batches(batch_size=_ROWS, row_groups=[group]):
            decoded += sum(_row_sizes(batch))
            if decoded > most:
                raise BadInput(f"{path} unpacks to more than {most // MB:,} MB")
