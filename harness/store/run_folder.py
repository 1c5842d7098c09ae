"""The run folder: ``manifest.json``, ``results.parquet``, ``samples.parquet``; complete or absent.

The format is described in ``docs/formats.md``; ``FORMAT`` is its version. A folder is written
beside its final place and renamed into it, so that a reader meets a whole run or none.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, NoReturn, Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from harness.errors import BadInput, MissingData
from harness.files import scratch_folder, sync, visible
from harness.interchange.foreign.limits.nesting import too_deep
from harness.interchange.foreign.limits.plain_files import opened
from harness.names import ORIGINS
from harness.store import content
from harness.store.imported import replacing

FORMAT = 2
HASHED = 2
"""Format from which on every manifest holds hashes of its tables and of itself; of format 1 the earliest runs hold none."""
FILES = ("manifest.json", "results.parquet", "samples.parquet")
# Bytes of a manifest; the largest measured one, of a run with 12,000 chosen items, has under 1 MB.
MAX_MANIFEST = 64 << 20

RESULTS = pa.schema(
    [
        ("run_id", pa.string()),
        ("task", pa.string()),
        ("kind", pa.string()),
        ("metric", pa.string()),
        ("filter", pa.string()),
        ("score", pa.float64()),
        ("stderr", pa.float64()),
        ("n", pa.int64()),
        ("higher_is_better", pa.bool_()),
        ("num_fewshot", pa.int32()),
        ("task_version", pa.string()),
    ]
)
SAMPLES = pa.schema(
    [
        ("run_id", pa.string()),
        ("task", pa.string()),
        ("item", pa.int64()),
        ("doc_hash", pa.string()),
        ("metric", pa.string()),
        ("filter", pa.string()),
        ("value", pa.float64()),
        ("prompt", pa.string()),
        ("target", pa.string()),
        ("response", pa.string()),
        ("weight", pa.float64()),
        ("cluster", pa.string()),
        ("choice_loglikelihoods", pa.list_(pa.float64())),
        ("gold", pa.int16()),
        ("answer_hash", pa.string()),
    ]
)

_NEEDED = (("model", "id"), ("suite", "name"), ("engine", "name"))
# Entries of a manifest that pages and analyses read, with their JSON types; each may be absent or null.
_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "tasks": (list, "a list"),
    "verdict": (list, "a list"),
    "plan": (dict, "an object"),
    "perf": (dict, "an object"),
    "hardware": (dict, "an object"),
    "versions": (dict, "an object"),
    "partial": (bool, "true or false"),
    "valid": (bool, "true or false"),
    "started": (str, "a time"),
    "sealed": (str, "a time"),
}
# Entries of a task, in the suite or in the list of scored tasks; each may be absent or null.
_TASK_TYPES: dict[str, tuple[type | tuple[type, ...], str]] = {
    "task": (str, "a name"),
    "kind": (str, "a name"),
    "num_fewshot": (int, "a whole number"),
    "higher_is_better": (bool, "true or false"),
    "redistribute": (bool, "true or false"),
    "chance": ((int, float), "a number"),
    "best": ((int, float), "a number"),
    "h0": ((int, float), "a number"),
}


def write(
    parent: Path,
    manifest: dict[str, Any],
    results: pa.Table,
    samples: pa.Table,
    check: Callable[[Path], None] = lambda folder: None,
) -> Path:
    """Seal a run under ``parent`` and return its folder.

    ``results`` and ``samples`` are cast to the schemas above. The manifest is written last, ``check`` may refuse the
    whole folder, every file and the folder are synced, then the folder is renamed into place.

    Raises:
        BadInput: a table lacks a column, the run id is taken, or ``check`` says so; nothing is sealed.
    """
    run_id = str(manifest["run_id"])
    target = parent / run_id
    if target.exists():
        raise BadInput(f"{target} exists already; a run folder never changes.")
    results, samples = _conform(results, RESULTS, "results"), _conform(samples, SAMPLES, "samples")
    with scratch_folder(parent, "run") as place:
        folder = place / run_id
        write_files(folder, manifest, results, samples, indent=1)
        check(folder)
        for path in (*(folder / name for name in reversed(FILES)), folder):
            sync(path)
        folder.rename(target)
        sync(parent)
    return target


class Rows(Protocol):
    """Rows that are made batch by batch where they are wanted."""

    @property
    def num_rows(self) -> int:
        """How many rows there are."""

    def to_batches(self) -> Iterable[pa.RecordBatch]:
        """The rows, in order."""


def write_files(
    folder: Path, manifest: dict[str, Any], results: pa.Table, samples: pa.Table | Rows, indent: int | None = None
) -> None:
    """Write the three files of a run into a new ``folder``, the manifest with its hashes last; not yet synced.

    ``results`` has the schema above, ``samples`` its columns; samples that come in batches are written one by one.
    """
    folder.mkdir(parents=True)
    results = results.cast(RESULTS)
    pq.write_table(results, folder / "results.parquet", compression="zstd")
    whole = content.with_hashes(manifest, content.table_hash(results), _write_samples(folder, samples))
    text = json.dumps(whole, ensure_ascii=False, indent=indent, sort_keys=True, allow_nan=False)
    (folder / "manifest.json").write_text(text + "\n", encoding="utf-8")


def _write_samples(folder: Path, samples: pa.Table | Rows) -> str:
    """Write ``samples.parquet``; returns its content hash."""
    path = folder / "samples.parquet"
    if not samples.num_rows:
        path.write_bytes(_no_samples()[0])
        return _no_samples()[1]
    total = content.TableHash(SAMPLES)
    with pq.ParquetWriter(path, SAMPLES, compression="zstd") as writer:
        for part in [samples] if isinstance(samples, pa.Table) else samples.to_batches():
            rows = part.cast(SAMPLES)
            total.update(rows)
            writer.write(rows)
    return total.hexdigest()


@cache
def _no_samples() -> tuple[bytes, str]:
    """The Parquet file of a run without items, the same for all of them, and its content hash."""
    sink = pa.BufferOutputStream()
    empty = SAMPLES.empty_table()
    pq.write_table(empty, sink, compression="zstd")
    return bytes(sink.getvalue()), content.table_hash(empty)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sealed run.

    Raises:
        MissingData: no manifest there (no manifest: no run).
        BadInput: the manifest cannot be read, or a newer version of the format wrote it.
    """
    path = folder / "manifest.json"
    if not os.path.lexists(path):
        raise MissingData(f"{folder} is no run folder: it holds no manifest.json.")
    manifest = parsed(path)
    if not isinstance(manifest, dict) or not isinstance(manifest.get("run_id"), str):
        raise BadInput(f"{path} is no run manifest: it names no run_id.")
    version = manifest.get("format")
    if type(version) is not int or not 1 <= version <= FORMAT:
        raise BadInput(f"{path} has format {version!r}; this version reads 1 to {FORMAT}. Update Landscape.")
    return manifest


def checked_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sealed run, with what the database's tables and the pages read of it.

    Raises:
        MissingData: no manifest there.
        BadInput: it cannot be read, is another run's, or an entry is absent or of another type.
    """
    manifest = read_manifest(folder)
    if manifest["run_id"] != folder.name:
        raise BadInput(f"{folder} is named otherwise than the run in it, {manifest['run_id']}.")
    if manifest.get("origin") not in ORIGINS:
        raise BadInput(f"{folder / 'manifest.json'} has origin {manifest.get('origin')!r}: not {' or '.join(ORIGINS)}.")
    for section, key in _NEEDED:
        part = manifest.get(section)
        if not isinstance(part, dict) or not isinstance(part.get(key), str):
            raise BadInput(f"{folder / 'manifest.json'} names no {section}.{key}.")
    _refuse_types(folder / "manifest.json", "", manifest, _TYPES)
    for where, tasks in (("suite.tasks", manifest["suite"].get("tasks")), ("tasks", manifest.get("tasks"))):
        if tasks is not None and not (isinstance(tasks, list) and all(isinstance(task, dict) for task in tasks)):
            raise BadInput(f"{folder / 'manifest.json'}: {where} is not a list of tasks.")
        for number, task in enumerate(tasks or []):
            _refuse_types(folder / "manifest.json", f"{where}[{number}].", task, _TASK_TYPES)
    return manifest


def _refuse_types(
    path: Path, where: str, entries: Mapping[str, Any], types: Mapping[str, tuple[type | tuple[type, ...], str]]
) -> None:
    for name, (kind, words) in types.items():
        if entries.get(name) is not None and not isinstance(entries[name], kind):
            raise BadInput(f"{path}: {where}{name} is not {words}.")


def manifest_table(manifests: Iterable[dict[str, Any]]) -> pa.Table:
    """Manifests as ``sql/ingest`` reads them: JSON texts, whole (``manifest``) and without their long entries (``head``).

    DuckDB parses a text anew for each of the thirty columns made from it; a suite of many tasks has 50 kB.
    """
    heads, wholes = [], []
    for manifest in manifests:
        suite = manifest.get("suite")
        short = {**suite, "tasks": None} if isinstance(suite, dict) else suite
        heads.append(_json({**manifest, "suite": short, "tasks": None, "left_out": None, "extra": None}))
        wholes.append(_json(manifest))
    return pa.table({"manifest": pa.array(wholes, pa.string()), "head": pa.array(heads, pa.string())})


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def parsed(path: Path) -> object:
    """The document of a manifest: a regular file of bounded size and depth, in strict JSON."""
    try:
        with opened(path, follow=True) as handle:
            data = handle.read(MAX_MANIFEST + 1)
        if len(data) > MAX_MANIFEST:
            raise BadInput(f"holds more than {MAX_MANIFEST >> 20} MB: that is no manifest of ours")
        text = data.decode("utf-8")
        if too_deep(text):
            raise BadInput("is nested too deeply")
        document: object = json.loads(text, parse_constant=_refuse_constant)
    except BadInput as problem:
        raise BadInput(f"{path} {problem}.") from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise BadInput(f"{path} is not valid JSON: {str(error).rstrip('.')}.") from None
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def refuse_changed_manifest(manifest: dict[str, Any], path: Path) -> dict[str, str]:
    """The content hashes that a run's manifest holds of its tables; none in a manifest of an earlier version.

    Raises:
        BadInput: the manifest's entries are not those that were sealed, or hashes are missing.
    """
    hashes = manifest.get(content.KEY)
    if hashes is None and manifest["format"] < HASHED:
        return {}
    if not isinstance(hashes, dict) or not all(isinstance(v, str) for v in hashes.values()):
        raise BadInput(
            f"{path}: the entry {content.KEY!r} holds no hashes, as every run of format {HASHED} does: whether it was "
            "changed nobody can tell. Restore the folder from a copy, or move it away and run again."
        )
    refuse_changed_document(manifest, path)
    if missing := [name for name in content.TABLES if not hashes.get(name)]:
        raise BadInput(
            f"{path}: the entry {content.KEY!r} lacks the hash of {' and '.join(missing)}, which every sealed run has. "
            "Restore the folder from a copy, or move it away and run again."
        )
    return hashes


def refuse_changed_document(document: dict[str, Any], path: Path) -> None:
    """Check a document against the hash that it holds of itself.

    Raises:
        BadInput: it holds none, or has been changed.
    """
    hashes = document.get(content.KEY)
    if not isinstance(hashes, dict) or not isinstance(hashes.get("manifest"), str):
        raise BadInput(f"{path} holds no hash of itself.")
    if hashes["manifest"] != content.manifest_hash(document):
        raise BadInput(f"{path} has been changed since the run was sealed (its hash says so).")


def is_hashed(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest holds hashes; without them nothing tells a changed run from a sealed one."""
    return manifest.get(content.KEY) is not None


def unhashed_note(folder: Path) -> str:
    """A sentence for a run of an earlier version that holds no hashes."""
    return (
        f"{folder}: its manifest has format 1 and holds no hashes, as in the earliest versions: whether the run was changed "
        "since it was sealed nobody can tell."
    )


def unhashed(parent: Path) -> list[Path]:
    """Folders of the sealed runs under ``parent`` that may lack hashes, and do; unreadable ones are another matter."""
    folders = []
    for folder in sealed(parent):
        with suppress(BadInput, MissingData):
            manifest = read_manifest(folder)
            if manifest["format"] < HASHED and not is_hashed(manifest):
                folders.append(folder)
    return folders


def sealed(parent: Path) -> list[Path]:
    """Folders under ``parent`` with a manifest, by name; hidden and replaced folders, and those without one, are no runs."""
    absent = replacing.absent(parent)
    return [p for p in visible(parent) if p.name not in absent and os.path.lexists(p / "manifest.json")]


def unsealed(parent: Path) -> list[Path]:
    """Visible folders under ``parent`` that hold a run's tables but no manifest: damage, since runs are renamed whole."""
    return [
        p
        for p in visible(parent)
        if not os.path.lexists(p / "manifest.json") and any(os.path.lexists(p / name) for name in FILES[1:])
    ]


def with_later(table: pa.Table, schema: pa.Schema) -> pa.Table:
    """The table with those of ``content.LATER`` that it lacks, unknown in every row."""
    for field in schema:
        if field.name in content.LATER and field.name not in table.column_names:
            table = table.append_column(field, pa.nulls(table.num_rows, field.type))
    return table


def _conform(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    table = with_later(table, schema)
    missing = [f.name for f in schema if f.name not in table.column_names]
    if missing:
        raise BadInput(f"{name} lacks the columns {', '.join(missing)}.")
    return table.select([f.name for f in schema]).cast(schema)
