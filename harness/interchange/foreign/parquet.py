"""Rows of foreign Parquet files, within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.bounded import MB


def rows(path: Path, columns: set[str] | None = None) -> Iterator[dict[str, Any]]:
    """Rows of a foreign Parquet file, read by batches; all columns, or those named.

    Raises:
        BadInput: it is no Parquet file, or would unpack to more than the bound.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    bounded.check(path, 256 * MB)
    try:
        with pq.ParquetFile(path) as parquet:
            metadata = parquet.metadata
            size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
            if size > bounded.MAX_UNPACKED or metadata.num_rows > 4 * bounded.MAX_LINES:
                raise BadInput(f"{path.name} unpacks to more than {bounded.MAX_UNPACKED // MB} MB")
            names = [n for n in parquet.schema_arrow.names if columns is None or n in columns]
            for batch in parquet.iter_batches(batch_size=256, columns=names):
                yield from batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise BadInput(f"{path.name} is no readable Parquet file: {str(error)[:200]}") from None
