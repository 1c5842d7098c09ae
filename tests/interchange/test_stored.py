"""Runs that are here already, by a part of their id."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.errors import BadInput
from harness.interchange import stored_runs
from harness.interchange.importing import import_path
from tests.interchange import builders as b


def test_a_unique_part_names_a_run(tmp_path: Path) -> None:
    one = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs").imported[0]
    b.helm_run(tmp_path / "h")
    import_path(tmp_path / "h", runs_dir=tmp_path / "runs")
    assert stored_runs.resolve("tiny-1b-lm-eval", tmp_path / "runs") == one
    with pytest.raises(BadInput, match="fits 2 runs"):
        stored_runs.resolve("tiny", tmp_path / "runs")
