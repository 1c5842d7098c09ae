"""What the tests of this room share."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from harness.interchange import stored_runs
from harness.interchange.imported_run import ImportedRun
from harness.interchange.importing import import_path

Runs = Callable[..., list[ImportedRun]]


def rows_without_id(table: pa.Table) -> list[str]:
    """The rows of a table as sorted JSON texts, without the run's id."""
    return sorted(json.dumps({k: v for k, v in r.items() if k != "run_id"}, sort_keys=True) for r in table.to_pylist())


def rows(run: ImportedRun) -> dict[tuple[str, str, str], dict[str, object]]:
    """The results of a run by task, metric and filter."""
    return {(r["task"], r["metric"], r["filter"]): r for r in run.results.to_pylist()}


def codes(run: ImportedRun) -> set[str]:
    """The codes of a run's verdict."""
    return {v["code"] for v in run.manifest["verdict"]}


@pytest.fixture
def runs_of(tmp_path: Path) -> Runs:
    """Import a path that must be read without a refusal; its runs, read back from their folders."""

    def read(path: Path, format: str = "auto") -> list[ImportedRun]:
        runs_dir = tmp_path / "imported"
        report = import_path(path, format, runs_dir=runs_dir)
        assert not report.refused, report.refused
        return [stored_runs.load(run_id, runs_dir) for run_id in report.imported]

    return read
