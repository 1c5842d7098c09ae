"""Out and in again: the same rows in every format; what cannot be exported is refused by name."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from harness.errors import BadInput, MissingData
from harness.interchange import stored_runs
from harness.interchange.exporting import WRITERS, export
from harness.interchange.importing import import_path
from harness.interchange.writers import lm_eval_writer
from tests.interchange import builders as b
from tests.interchange.conftest import rows_without_id
from tests.store.conftest import make_run

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


ODD = {
    "five hundred pictures": "acme/" + "😀" * 500,
    "one letter and many marks": "acme/a" + "\u0301" * 400,
    "from right to left": "acme/\u202eabc\u202c",
    "controls": "acme/a\x07b\x1b[31mc",
    "three hundred bytes": "acme/" + "x" * 300,
    "a path": "../../up",
}


@pytest.mark.parametrize("format", sorted(WRITERS))
@pytest.mark.parametrize("model", ODD.values(), ids=ODD)
def test_odd_names_are_exported_inside_the_folder(tmp_path: Path, model: str, format: str) -> None:
    source = b.lm_eval_run(tmp_path / "in")
    for file in source.rglob("results_*.json") if source.is_dir() else [source]:
        text = json.loads(file.read_text(encoding="utf-8"))
        text["model_name"] = text["config"]["model_args"] = model
        file.write_text(json.dumps(text), encoding="utf-8")
    imported = import_path(tmp_path / "in", runs_dir=tmp_path / "runs").imported
    assert imported
    out = tmp_path / "x" / "y" / "out"
    files = export(imported, format, out, tmp_path / "runs")
    assert files and all(f.is_file() and f.resolve().is_relative_to(out.resolve()) for f in files)


def test_tasks_that_no_file_name_tells_apart_keep_their_own_samples(tmp_path: Path) -> None:
    (tmp_path / "runs").mkdir()
    run = stored_runs.load(make_run(tmp_path / "runs", 1).name, tmp_path / "runs", ())
    names = pa.array([{"text": "一", "pick": "二"}[t] for t in run.samples["task"].to_pylist()])
    samples = run.samples.set_column(run.samples.schema.get_field_index("task"), "task", names)
    files = lm_eval_writer.write(dataclasses.replace(run, rows=samples), tmp_path / "out")
    lines = [sum(1 for _ in f.open(encoding="utf-8")) for f in files if f.name.startswith("samples_")]
    assert lines == [4, 4] and len(set(files)) == len(files)
