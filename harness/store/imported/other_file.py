"""Imported runs that are one run read from two files: their manifests differ in the file's name, hash and rows alone.

An imported run is named after its content. The same results under another name, or as CSV and as Parquet, in two folders of
runs are therefore one run, and neither of them is damaged.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb

from harness.store import content

# What a manifest says of the file, under ``source``.
_OF_THE_FILE = ("file", "matrix")


def same_run(manifest: dict[str, Any], other: dict[str, Any]) -> bool:
    """Whether two manifests are of one imported run, but for the file that it was read from."""
    return manifest.get("origin") == "imported" and _without_file(manifest) == _without_file(other)


def _without_file(manifest: dict[str, Any]) -> dict[str, Any]:
    source, hashes = manifest.get("source"), manifest.get(content.KEY)
    if not isinstance(source, dict) or not isinstance(hashes, dict):
        return manifest  # of an earlier version: it has no hashes of its tables to compare
    return {
        **manifest,
        "source": {key: value for key, value in source.items() if key not in _OF_THE_FILE},
        content.KEY: {key: value for key, value in hashes.items() if key != "manifest"},
    }


def published_manifest(con: duckdb.DuckDBPyConnection, run_id: str, schema: str = "main") -> dict[str, Any]:
    """The manifest of a run in the database; empty where it has none."""
    row = con.execute(f"SELECT manifest FROM {schema}.run WHERE run_id = $id", {"id": run_id}).fetchone()
    found = json.loads(row[0]) if row and row[0] else {}
    return found if isinstance(found, dict) else {}


def same_runs(con: duckdb.DuckDBPyConnection, run_ids: Iterable[str]) -> set[str]:
    """Those runs that an attached database (``old``) and this one have from two files."""
    return {i for i in run_ids if same_run(published_manifest(con, i, "old"), published_manifest(con, i))}
