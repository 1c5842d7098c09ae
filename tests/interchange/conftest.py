"""What the tests of this room share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.interchange import stored
from harness.interchange.importing import import_path
from harness.interchange.record import ImportedRun


@pytest.fixture
def runs_of(tmp_path: Path) -> Callable[..., list[ImportedRun]]:
    """Import a path that must be read without a refusal; its runs, read back from their folders."""

    def read(path: Path, format: str = "auto") -> list[ImportedRun]:
        runs_dir = tmp_path / "imported"
        report = import_path(path, format, runs_dir=runs_dir)
        assert not report.refused, report.refused
        return [stored.load(run_id, runs_dir) for run_id in report.imported]

    return read
