"""Tables of an export: every text comes back, a broken table costs its run, no cell is a formula."""

from __future__ import annotations

import csv
from pathlib import Path

import pyarrow as pa

from harness.interchange import stored_runs
from harness.interchange.exporting import WRITERS, export
from harness.interchange.imported_run import ImportedRun
from harness.interchange.importing import import_path
from tests.interchange import builders as b
from tests.interchange.conftest import rows_without_id


def test_a_table_gives_back_every_text_as_it_was(tmp_path: Path) -> None:
    texts = ["", None, "=1+1", "'=1+1", "'quoted'", '"', 'a,"b"\r\nc', "-", "\t", "'", "é 中", "''-x"]
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored_runs.load(report.imported[0], tmp_path / "runs")
    samples = pa.concat_tables([run.samples, run.samples]).slice(0, len(texts))
    samples = samples.set_column(9, "response", pa.array(texts, pa.string()))
    WRITERS["csv"](ImportedRun(run.manifest, run.results, samples), tmp_path / "out")
    back = import_path(tmp_path / "out", runs_dir=tmp_path / "back")
    assert stored_runs.load(back.imported[0], tmp_path / "back").samples.column("response").to_pylist() == texts


def test_a_broken_table_costs_only_its_run(tmp_path: Path) -> None:
    first = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    second = import_path(b.bpb_run(tmp_path / "wiki"), runs_dir=tmp_path / "runs")
    export([*first.imported, *second.imported], "csv", tmp_path / "out", tmp_path / "runs")
    table = tmp_path / "out" / f"{first.imported[0]}.samples.csv"
    table.write_text(table.read_text() + "one,cell\r\n")
    back = import_path(tmp_path / "out", runs_dir=tmp_path / "back")
    assert [r.file for r in back.refused] == [table.name] and len(back.imported) == 1
    one = stored_runs.load(back.imported[0], tmp_path / "back")
    assert rows_without_id(one.samples) == rows_without_id(
        stored_runs.load(second.imported[0], tmp_path / "runs").samples
    )


def test_csv_defuses_formulas(tmp_path: Path) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored_runs.load(report.imported[0], tmp_path / "runs")
    samples = run.samples.set_column(9, "response", pa.array(["=1+1"] * 8))
    WRITERS["csv"](ImportedRun(run.manifest, run.results, samples), tmp_path / "out")
    with next((tmp_path / "out").glob("*.samples.csv")).open(newline="") as handle:
        table = list(csv.DictReader(handle))
    assert [r["response"] for r in table] == ["'=1+1"] * 8
    assert table[0]["choice_loglikelihoods"] == "-2.0 -1.0" and table[0]["model"] == "acme/tiny-1b"
