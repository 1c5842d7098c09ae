"""Out and in again: the same rows; other tools' own readers and schemas take what is written."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput, MissingData
from harness.interchange import run_parquet, stored
from harness.interchange.exporting import WRITERS, export
from harness.interchange.importing import import_path
from harness.interchange.record import ImportedRun
from harness.store import run_folder
from tests.interchange import builders as b


def rows(table: pa.Table) -> list[str]:
    return sorted(json.dumps({k: v for k, v in r.items() if k != "run_id"}, sort_keys=True) for r in table.to_pylist())


def bpb_run(folder: Path) -> Path:
    """Items with weights, and a second metric with fewer items."""
    base = {
        k: v for k, v in b.lm_eval_sample(0, True).items() if k not in ("acc", "metrics", "resps", "filtered_resps")
    }
    lines = [
        {**base, "doc_id": i, "metrics": ["bits_per_byte"], "bits_per_byte": [-50.1 - i, 97 + i], "resps": [["x"]]}
        for i in range(3)
    ]
    b.write(folder / f"samples_wiki_{b.DATE}.jsonl", "".join(json.dumps(x) + "\n" for x in lines))
    return folder


MAKERS: list[Callable[[Path], Path]] = [b.lm_eval_run, bpb_run, b.helm_run, b.evalscope_tree, b.opencompass_tree]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("format", sorted(WRITERS))
def test_export_and_import_give_the_same_rows(tmp_path: Path, make: Callable[[Path], Path], format: str) -> None:
    first = import_path(make(tmp_path / "in"), runs_dir=tmp_path / "runs")
    for run_id in first.imported:
        out = tmp_path / "out" / run_id
        export([run_id], format, out, tmp_path / "runs")
        back = import_path(out, runs_dir=tmp_path / "back")
        assert len(back.imported) == 1 and not back.refused
        one, two = stored.load(run_id, tmp_path / "runs"), stored.load(back.imported[0], tmp_path / "back")
        assert rows(one.results) == rows(two.results)
        assert rows(one.samples) == rows(two.samples)
        assert one.manifest["model"]["id"] == two.manifest["model"]["id"]


def test_a_table_gives_back_every_text_as_it_was(tmp_path: Path) -> None:
    texts = ["", None, "=1+1", "'=1+1", "'quoted'", '"', 'a,"b"\r\nc', "-", "\t", "'", "é 中", "''-x"]
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored.load(report.imported[0], tmp_path / "runs")
    samples = pa.concat_tables([run.samples, run.samples]).slice(0, len(texts))
    samples = samples.set_column(9, "response", pa.array(texts, pa.string()))
    WRITERS["csv"](ImportedRun(run.manifest, run.results, samples), tmp_path / "out")
    back = import_path(tmp_path / "out", runs_dir=tmp_path / "back")
    assert stored.load(back.imported[0], tmp_path / "back").samples.column("response").to_pylist() == texts


def test_a_broken_table_costs_only_its_run(tmp_path: Path) -> None:
    first = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    second = import_path(bpb_run(tmp_path / "wiki"), runs_dir=tmp_path / "runs")
    export([*first.imported, *second.imported], "csv", tmp_path / "out", tmp_path / "runs")
    table = tmp_path / "out" / f"{first.imported[0]}.samples.csv"
    table.write_text(table.read_text() + "one,cell\r\n")
    back = import_path(tmp_path / "out", runs_dir=tmp_path / "back")
    assert [r.file for r in back.refused] == [table.name] and len(back.imported) == 1
    one = stored.load(back.imported[0], tmp_path / "back")
    assert rows(one.samples) == rows(stored.load(second.imported[0], tmp_path / "runs").samples)


def test_lm_evals_own_readers_take_an_export(tmp_path: Path) -> None:
    from lm_eval import utils

    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    files = export(report.imported, "lm-eval", tmp_path / "out", tmp_path / "runs")
    names = [str(f) for f in files]
    (results,) = utils.get_results_filenames(names)
    (samples,) = utils.get_sample_results_filenames(names)
    assert utils.get_file_task_name(Path(samples).name) == "toy"
    assert utils.get_file_datetime(results).removesuffix(".json") == utils.get_file_datetime(samples)
    table = utils.make_table(json.loads(Path(results).read_text()))
    assert "toy" in table and "0.75" in table and "strict" in table
    assert Path(results).parent.name == utils.sanitize_model_name("acme/tiny-1b")


def test_records_pass_the_published_schema(tmp_path: Path, shared: Path) -> None:
    import jsonschema

    folder = shared / "results/every_eval_ever"
    schema = jsonschema.Draft7Validator(json.loads((folder / "eval.schema.json").read_text()))
    instance = jsonschema.Draft7Validator(json.loads((folder / "instance_level_eval.schema.json").read_text()))
    source = shared / "results/evalscope"
    report = import_path(source, runs_dir=tmp_path / "runs")
    for path in export(report.imported, "eee", tmp_path / "out", tmp_path / "runs"):
        if path.suffix == ".json":
            schema.validate(json.loads(path.read_text()))
        else:
            for line in path.read_text().splitlines():
                instance.validate(json.loads(line))


def test_csv_defuses_formulas(tmp_path: Path) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored.load(report.imported[0], tmp_path / "runs")
    samples = run.samples.set_column(9, "response", pa.array(["=1+1"] * 8))
    WRITERS["csv"](ImportedRun(run.manifest, run.results, samples), tmp_path / "out")
    with next((tmp_path / "out").glob("*.samples.csv")).open(newline="") as handle:
        table = list(csv.DictReader(handle))
    assert [r["response"] for r in table] == ["'=1+1"] * 8
    assert table[0]["choice_loglikelihoods"] == "-2.0 -1.0" and table[0]["model"] == "acme/tiny-1b"


def test_a_packed_run_is_exported_from_its_numbers(tmp_path: Path) -> None:
    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored.load(report.imported[0], tmp_path / "runs")
    run_parquet.write(tmp_path / "public", "public", [run])
    packed = stored.load(run.run_id, tmp_path / "nowhere", (tmp_path / "public",))
    assert rows(packed.results) == rows(run.results)
    value = ["task", "item", "metric", "filter", "value", "weight", "gold"]
    assert rows(packed.samples.select(value)) == rows(run.samples.select(value))
    given = packed.samples.to_pylist()[0]
    assert given["doc_hash"] == run.samples.to_pylist()[0]["doc_hash"][:16] and given["prompt"] is None


def test_packs_hold_what_the_store_would_publish(tmp_path: Path) -> None:
    """The same rows, once by the store from a run folder, once from a pack."""
    import duckdb

    from harness.store.rebuild import publish_public, publish_runs

    report = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs")
    run = stored.load(report.imported[0], tmp_path / "runs")
    run_parquet.write(tmp_path / "public", "p", [run])
    publish_runs(tmp_path / "a.duckdb", report.folders)
    publish_public(tmp_path / "b.duckdb", tmp_path / "public")
    with duckdb.connect() as con:
        for name in ("a", "b"):
            con.execute(f"ATTACH '{tmp_path / name}.duckdb' AS {name} (READ_ONLY)")
        for table in ("run", "result", "outcome", "perf", "suite", "task"):
            differ = con.execute(
                f"(FROM a.{table} EXCEPT ALL FROM b.{table}) UNION ALL (FROM b.{table} EXCEPT ALL FROM a.{table})"
            )
            assert differ.fetchall() == [], table


def test_a_unique_part_names_a_run(tmp_path: Path) -> None:
    one = import_path(b.lm_eval_run(tmp_path / "in"), runs_dir=tmp_path / "runs").imported[0]
    b.helm_run(tmp_path / "h")
    import_path(tmp_path / "h", runs_dir=tmp_path / "runs")
    assert stored.resolve("tiny-1b-lm-eval", tmp_path / "runs") == one
    with pytest.raises(BadInput, match="fits 2 runs"):
        stored.resolve("tiny", tmp_path / "runs")


def test_what_cannot_be_exported_is_said(tmp_path: Path) -> None:
    with pytest.raises(MissingData, match="There is no run 'nope'"):
        export(["nope"], "csv", tmp_path, tmp_path)
    with pytest.raises(MissingData):
        export(["../x"], "csv", tmp_path, tmp_path)
    with pytest.raises(BadInput, match="csv, parquet, lm-eval, eee"):
        export(["x"], "xml", tmp_path, tmp_path)
    with pytest.raises(BadInput, match="No run was named"):
        export([], "csv", tmp_path, tmp_path)


def test_public_runs_are_deterministic_and_have_no_texts(tmp_path: Path) -> None:
    from harness.interchange.build_public import build, main

    source = tmp_path / "results"
    b.evalscope_tree(source / "evalscope/20250117_154119")
    b.write(source / "lm_eval_v02_pythia/x_step1.json", b.old_results())
    counts = build(source, tmp_path / "one")
    assert dict(counts) == {"lm_eval_v02_pythia": 1, "evalscope": 1}
    assert main([str(source), str(tmp_path / "two")]) == 0 and main([]) == 2
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "two" / file.name).read_bytes()
    manifests = [
        json.loads(m) for m in pq.read_table(tmp_path / "one/public.run.parquet").column("manifest").to_pylist()
    ]
    assert {m["source"]["licence"] for m in manifests} == {"Apache-2.0"} and all("extra" not in m for m in manifests)
    assert "prompt" not in pq.read_schema(tmp_path / "one/public.outcome.parquet").names


def test_the_shipped_public_runs_are_small_and_known() -> None:
    from harness import places

    folder = places.asset("data/public_runs")
    assert sum(f.stat().st_size for f in folder.glob("*.parquet")) < 15_000_000
    table = pq.read_table(folder / "public.run.parquet", columns=["run_id", "model", "origin", "source", "manifest"])
    assert set(table.column("origin").to_pylist()) == {"imported"}
    models = set(table.column("model").to_pylist())
    assert {"EleutherAI/pythia-12b-deduped", "Qwen/Qwen2.5-7B", "openai/gpt-4-0125-preview"} <= models
    manifests = [json.loads(m) for m in table.column("manifest").to_pylist()]
    assert all(m["source"]["url"] and m["source"]["licence"] and m["source"]["commit"] for m in manifests)
    assert run_folder.FORMAT == 1 and len(set(table.column("run_id").to_pylist())) == table.num_rows > 5600
