"""The run folder: ``manifest.json``, ``results.parquet``, ``samples.parquet``; complete or absent.

The format is described in ``docs/formats.md``; ``FORMAT`` is its version. A folder is written
beside its final place and renamed into it, so that a reader meets a whole run or none.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from harness.errors import BadInput, MissingData
from harness.files import sync

FORMAT = 1

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
    ]
)


def write(parent: Path, manifest: dict[str, Any], results: pa.Table, samples: pa.Table) -> Path:
    """Seal a run under ``parent`` and return its folder.

    ``results`` and ``samples`` are cast to the schemas above. The manifest is written last, every
    file and the folder are synced, then the folder is renamed into place.

    Raises:
        BadInput: a table lacks a column, or the run id is taken.
    """
    run_id = str(manifest["run_id"])
    target = parent / run_id
    if target.exists():
        raise BadInput(f"{target} exists already; a run folder never changes.")
    scratch = parent / f".tmp-{run_id}-{os.getpid()}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        pq.write_table(_conform(results, RESULTS, "results"), scratch / "results.parquet", compression="zstd")
        pq.write_table(_conform(samples, SAMPLES, "samples"), scratch / "samples.parquet", compression="zstd")
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        (scratch / "manifest.json").write_text(text + "\n", encoding="utf-8")
        for name in ("results.parquet", "samples.parquet", "manifest.json"):
            sync(scratch / name)
        sync(scratch)
        scratch.rename(target)
        sync(parent)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise
    return target


def read_manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a sealed run.

    Raises:
        MissingData: no manifest there (no manifest: no run).
        BadInput: the manifest cannot be read, or a newer version of the format wrote it.
    """
    path = folder / "manifest.json"
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise MissingData(f"{folder} is no run folder: it holds no manifest.json.") from None
    except (UnicodeDecodeError, ValueError) as error:
        raise BadInput(f"{path} is not valid JSON: {error}.") from None
    if not isinstance(manifest, dict) or not isinstance(manifest.get("run_id"), str):
        raise BadInput(f"{path} is no run manifest: it names no run_id.")
    version = manifest.get("format")
    if not isinstance(version, int) or version > FORMAT:
        raise BadInput(f"{path} has format {version!r}; this version reads up to {FORMAT}. Update Landscape.")
    return manifest


def sealed(parent: Path) -> list[Path]:
    """Folders of sealed runs under ``parent``, by name; unsealed and hidden ones are not runs."""
    if not parent.is_dir():
        return []
    return sorted(p for p in parent.iterdir() if not p.name.startswith(".") and (p / "manifest.json").is_file())


def _conform(table: pa.Table, schema: pa.Schema, name: str) -> pa.Table:
    missing = [f.name for f in schema if f.name not in table.column_names]
    if missing:
        raise BadInput(f"{name} lacks the columns {', '.join(missing)}.")
    return table.select([f.name for f in schema]).cast(schema)
