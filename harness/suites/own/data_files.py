"""Data of own tasks: JSON, CSV and Parquet files of the task's folder, read within bounds, links not followed."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.parquet import refuse_bomb
from harness.suites.mirror import MAX_SPLIT, Files, digest

if TYPE_CHECKING:
    import pyarrow as pa
    from datasets import DatasetDict

KINDS = {"json": (".json", ".jsonl"), "csv": (".csv",), "parquet": (".parquet",)}


@dataclass(frozen=True, slots=True)
class OwnFiles(Files):
    """Files of an own task by split, of any of the three kinds."""

    def __call__(self, **_: object) -> DatasetDict:
        """The splits as data sets in memory, without a cache on disk."""
        import pyarrow as pa
        from datasets import Dataset, DatasetDict

        content = self.content_hash()
        tables = {s: pa.concat_tables([table(f) for f in files]) for s, files in self.splits.items()}
        return DatasetDict({s: Dataset(t, fingerprint=digest([content, s])[:16]) for s, t in tables.items()})

    def columns(self, split: str) -> list[str]:
        """Names of the columns of a split's first file."""
        return list(table(self.splits[split][0]).column_names)

    def rows_of(self, file: Path) -> int:
        """Number of rows of one file."""
        return int(table(file).num_rows)


def data_files(config: Mapping[Any, Any], folder: Path, root: Path) -> OwnFiles:
    """The files that a definition names, each below ``root`` and reached without a link.

    Raises:
        BadInput: a source or file that is none of these.
    """
    kind, options = config.get("dataset_path"), config.get("dataset_kwargs")
    if kind not in KINDS:
        raise BadInput(f"dataset_path is {str(kind)[:60]!r}; own tasks read files: {', '.join(KINDS)}")
    listed = options.get("data_files") if isinstance(options, dict) else None
    if not isinstance(listed, dict) or not listed or set(options or {}) != {"data_files"}:
        raise BadInput("dataset_kwargs must be data_files alone, a mapping of splits to files")
    splits = {}
    for split, names in listed.items():
        many = names if isinstance(names, list) else [names]
        splits[str(split)] = tuple(_file(name, KINDS[str(kind)], folder, root) for name in many)
    return OwnFiles(splits)


def _file(name: object, suffixes: tuple[str, ...], folder: Path, root: Path) -> Path:
    pure = PurePosixPath(name) if isinstance(name, str) else None
    if pure is None or pure.is_absolute() or ".." in pure.parts or "://" in str(name) or pure.suffix not in suffixes:
        raise BadInput(f"the data file {str(name)[:80]!r} is no {' or '.join(suffixes)} file of the task's folder")
    path = folder / pure
    links = [p for p in (path, *path.parents) if p != root and p.is_relative_to(root) and p.is_symlink()]
    if links or not path.is_file() or not path.resolve().is_relative_to(root):
        raise BadInput(f"the data file {pure} is {'a link' if links else 'not there'}")
    return path


def table(path: Path) -> pa.Table:
    """One file's rows. A file of JSON holds one object a line, or one list of objects.

    Raises:
        BadInput: it is too large, or none of its kind.
    """
    return _table(path, path.stat().st_mtime_ns, path.stat().st_size)


@lru_cache(maxsize=16)
def _table(path: Path, changed: int, size: int) -> pa.Table:
    import pyarrow as pa
    import pyarrow.csv
    import pyarrow.parquet as pq

    if path.suffix == ".parquet":
        refuse_bomb(path, MAX_SPLIT)
        return pq.read_table(path)
    try:
        if path.suffix == ".csv":
            return pyarrow.csv.read_csv(io.BytesIO(bounded.read_bytes(path, bounded.MAX_CSV)))
        return pa.Table.from_pylist(_objects(path))
    except (pa.ArrowException, ValueError, TypeError, AttributeError, OverflowError) as error:
        raise BadInput(f"{path} cannot be read as a table: {' '.join(str(error).split())[:200]}") from None


def _objects(path: Path) -> list[dict[str, Any]]:
    rows: list[Any] = []
    for line in bounded.read_lines(path):
        if line.problem is not None:
            rows = bounded.sequence(bounded.read_json(path))  # a list over many lines
            break
        rows += line.value if isinstance(line.value, list) else [line.value]
    if not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"{path} holds no objects, one a line or in one list")
    keys = dict.fromkeys(key for row in rows for key in row)
    if rows and len(keys) > len(rows[0]):  # Arrow takes the columns from the first row alone
        rows[0] = {**rows[0], **{key: None for key in keys if key not in rows[0]}}
    return rows
