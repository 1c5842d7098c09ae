"""Out and in again: the same rows in every format; what cannot be exported is refused by name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import BadInput, MissingData
from harness.interchange import stored_runs
from harness.interchange.exporting import WRITERS, export
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import rows_without_id

MAKERS: list[Callable[[Path], Path]] = [b.lm_eval_run, b.bpb_run, b.helm_run, b.evalscope_tree, b.opencompass_tree]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("format", sorted(WRITERS))
def test_export_and_import_give_the_same_rows(tmp_path: Path, make: Callable[[Path], Path], format: str) -> None:
    first = import_path(make(tmp_path / "in"), runs_dir=tmp_path / "runs")
    assert first.imported
    for run_id in first.imported:
        out = tmp_path / "out" / run_id
        export([run_id], format, out, tmp_path / "runs")
        back = import_path(out, runs_dir=tmp_path / "back")
        assert len(back.imported) == 1 and not back.refused
        one, two = stored_runs.load(run_id, tmp_path / "runs"), stored_runs.load(back.imported[0], tmp_path / "back")
        assert rows_without_id(one.results) == rows_without_id(two.results)
        assert rows_without_id(one.samples) == rows_without_id(two.samples)
        assert one.manifest["model"]["id"] == two.manifest["model"]["id"]


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="There is no run 'nope'"):
        export(["nope"], "csv", tmp_path, tmp_path)
    with pytest.raises(MissingData):
        export(["../x"], "csv", tmp_path, tmp_path)
    with pytest.raises(BadInput, match="csv, parquet, lm-eval, eee"):
        export(["x"], "xml", tmp_path, tmp_path)
    with pytest.raises(BadInput, match="No run was named"):
        export([], "csv", tmp_path, tmp_path)
