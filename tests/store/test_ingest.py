"""Run folders, catalog and public runs into tables: values against an independent computation."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput, MissingData
from harness.store import content
from harness.store.publish import publish
from harness.store.reader import Reader
from harness.store.run_folder import FORMAT
from harness.store.runs import load_runs
from tests.store.conftest import CATALOG, SUITE, make_catalog, make_run, publish_sources, published_runs, reseal


def test_outcomes_are_the_samples_with_hashes_and_probabilities(db: Path, runs: Path) -> None:
    folder = make_run(runs, 1, items=6)
    assert publish_sources(db, runs) is True
    assert published_runs(db) == [folder.name]
    got = Reader(db).sql("SELECT * FROM outcome ORDER BY task, item")
    samples = pq.read_table(folder / "samples.parquet").to_pandas().sort_values(["task", "item"])
    assert got["value"].tolist() == samples["value"].tolist()
    assert got["weight"].tolist() == samples["weight"].tolist()
    assert [int(h) for h in got["doc_hash"]] == [int(h[:16], 16) for h in samples["doc_hash"]]
    pick = got[got["task"] == "pick"]
    expected = np.stack(samples[samples["task"] == "pick"]["choice_loglikelihoods"])
    expected = np.exp(expected - np.logaddexp.reduce(expected, axis=1, keepdims=True))
    np.testing.assert_allclose(np.stack(pick["choice_probs"]), expected, rtol=1e-6)
    clusters = [int(hashlib.sha256(f"passage {i // 2}".encode()).hexdigest()[:16], 16) for i in range(6)]
    assert [int(c) for c in pick["cluster"]] == clusters
    assert got[got["task"] == "text"][["cluster", "gold"]].isna().all(axis=None)


def test_cluster_texts_are_hashed_and_impossible_loglikelihoods_have_no_probabilities(db: Path, runs: Path) -> None:
    folder = make_run(runs, 1, items=3)
    path = folder / "samples.parquet"
    rows = pq.read_table(path).to_pylist()
    for row, values in zip(rows[3:], ([0.0, None], [float("-inf")] * 2, [0.0, float("-inf")]), strict=True):
        row["cluster"], row["choice_loglikelihoods"] = "a passage", values
    pq.write_table(pa.Table.from_pylist(rows, schema=pq.read_schema(path)), path)
    reseal(folder)
    publish_sources(db, [folder])
    got = Reader(db).sql("SELECT cluster, choice_probs FROM outcome WHERE task = 'pick' ORDER BY item")
    assert {int(c) for c in got["cluster"]} == {int(hashlib.sha256(b"a passage").hexdigest()[:16], 16)}
    first, second, third = got["choice_probs"]
    assert first is pd.NA and second is pd.NA
    assert list(third) == [1.0, 0.0]


def test_a_limit_is_a_number_of_items_or_a_share(db: Path, runs: Path) -> None:
    plans = [{"hash": str(n), "limit": limit, "sample": None} for n, limit in enumerate((25, 0.125, None))]
    publish_sources(db, [make_run(runs, n, plan=plan) for n, plan in enumerate(plans)])
    assert Reader(db).sql("SELECT item_limit FROM run ORDER BY run_id")["item_limit"].tolist()[:2] == [25, 0.125]
    leading = Reader(db).sql("SELECT run_id FROM leading_run")["run_id"].tolist()
    assert [run[-8:] for run in leading] == ["00000002"]


def test_the_manifest_becomes_run_suite_task_and_perf(db: Path, runs: Path) -> None:
    publish_sources(db, [make_run(runs, 3)])
    reader = Reader(db)
    run = reader.sql("SELECT * FROM run").iloc[0]
    assert (run["model"], run["model_id"], run["vendor_id"], run["engine"]) == ("acme/one", "acme-one", "acme", "hf")
    assert str(run["sealed"]) == "2026-01-01 00:03:00"  # written as 02:03+02:00
    task = reader.sql("SELECT * FROM task ORDER BY task")
    assert task["headline_metric"].tolist() == ["acc", "bits_per_byte"]
    assert task["h0"].iloc[1] == 4.0 and task["chance"].iloc[0] == 0.5
    assert task["higher_is_better"].tolist() == [True, False]
    suite = reader.sql("SELECT title_en, title_zh FROM suite")
    assert suite.values.tolist() == [["Tiny", "小"]]
    perf = reader.sql("SELECT tokens_per_s, device_name, peak_memory_bytes IS NULL AS unknown FROM perf")
    assert perf.values.tolist() == [[100.0, "NVIDIA H200", True]]


def test_the_newest_manifest_defines_a_suite_whatever_the_order(db: Path, runs: Path, tmp_path: Path) -> None:
    old, new = make_run(runs, 1), make_run(runs, 2, suite=_suite_with_chance(0.25))
    other = tmp_path / "other.duckdb"
    for folder in (old, new):
        publish_sources(db, [folder])
    for folder in (new, old):
        publish_sources(other, [folder])
    for path in (db, other):
        assert Reader(path).sql("SELECT chance FROM task WHERE task = 'pick'")["chance"].tolist() == [0.25]


def _suite_with_chance(chance: float) -> dict[str, object]:
    from tests.store.conftest import SUITE

    text, pick = SUITE["tasks"]
    return SUITE | {"tasks": [text, pick | {"chance": chance}]}


def test_a_published_run_is_not_published_twice(db: Path, runs: Path) -> None:
    make_run(runs, 1)
    publish_sources(db, runs)
    before = db.stat()
    assert publish_sources(db, runs) is False
    assert (db.stat().st_ino, db.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_folder_names_with_special_characters(db: Path, tmp_path: Path) -> None:
    odd = tmp_path / "a [b]*? ü'"
    odd.mkdir()
    make_run(odd, 1)
    publish_sources(db, odd, catalog=make_catalog(odd / "cat[1]"))
    reader = Reader(db)
    assert len(reader.sql("FROM outcome")) == 8
    assert reader.sql("SELECT name FROM model WHERE model_id = 'bigco-max'")["name"].tolist() == ['Max, the "large"']


def test_all_bad_folders_are_named_and_the_others_are_published(db: Path, runs: Path) -> None:
    sound, renamed, damaged, lone = (make_run(runs, i) for i in range(4))
    renamed.rename(runs / "elsewhere")
    (damaged / "manifest.json").write_text("{")
    (lone / "samples.parquet").unlink()
    with pytest.raises(BadInput) as caught:
        publish_sources(db, runs)
    assert len(caught.value.problems) == 3
    assert "elsewhere is named otherwise" in str(caught.value)
    assert "lacks samples.parquet" in str(caught.value)
    assert published_runs(db) == [sound.name]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"origin": "guessed"}, "origin 'guessed'"),
        ({"engine": {}}, "names no engine.name"),
        ({"format": FORMAT + 1}, "Update Landscape"),
        ({"started": "yesterday"}, "cannot be published"),
        ({"suite": SUITE | {"tasks": [SUITE["tasks"][1] | {"num_fewshot": "many"}]}}, "num_fewshot is not a whole"),
        ({"suite": SUITE | {"tasks": [SUITE["tasks"][1] | {"redistribute": "perhaps"}]}}, "redistribute is not true"),
        ({"perf": {"complete": True, "wall_s": "long"}}, "cannot be published"),
        ({"partial": "perhaps"}, "partial is not true or false"),
    ],
)
def test_bad_manifests(db: Path, runs: Path, change: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        publish_sources(db, [make_run(runs, 0), make_run(runs, 1, **change)])
    assert len(published_runs(db)) == 1


def test_damaged_and_foreign_parquet_is_refused(db: Path, runs: Path) -> None:
    publish_sources(db, [make_run(runs, 0)])
    truncated, stranger, narrow, twice = (make_run(runs, i) for i in range(1, 5))
    path = truncated / "samples.parquet"
    path.write_bytes(path.read_bytes()[:-100])
    path = stranger / "samples.parquet"
    table = pq.read_table(path)
    pq.write_table(table.set_column(0, "run_id", pa.array(["someone"] * len(table))), path)
    path = narrow / "results.parquet"
    pq.write_table(pq.read_table(path).drop_columns(["score"]), path)
    path = twice / "results.parquet"
    table = pq.read_table(path)
    pq.write_table(pa.concat_tables([table, table]), path)
    for folder, sentence in (
        (truncated, "samples.parquet is no Parquet file"),
        (stranger, "rows of another run"),
        (narrow, "lacks the columns score"),
        (twice, "cannot be published: .*[Dd]uplicate"),
    ):
        with pytest.raises(BadInput, match=sentence):
            publish_sources(db, [folder])
    assert len(Reader(db).sql("FROM run")) == 1


def test_a_changed_folder_of_a_published_run_is_refused(db: Path, runs: Path) -> None:
    folder = make_run(runs, 1)
    publish_sources(db, [folder])
    path = folder / "manifest.json"
    path.write_text(path.read_text().replace('"valid": true', '"valid": false'))
    with pytest.raises(BadInput, match="with other content"):
        publish_sources(db, [folder])
    assert published_runs(db) == [folder.name]


def test_no_manifest_is_missing_data(db: Path, tmp_path: Path) -> None:
    problems: list[str] = []
    publish(db, lambda con: bool(problems.extend(load_runs(con, [tmp_path]).problems)))
    assert len(problems) == 1 and "lacks manifest.json, results.parquet, samples.parquet" in problems[0]
    assert issubclass(MissingData, BadInput)


def test_the_catalog_is_typed_replaced_and_skipped_when_unchanged(db: Path, catalog: Path) -> None:
    assert publish_sources(db, catalog=catalog) is True
    assert publish_sources(db, catalog=catalog) is False
    reader = Reader(db)
    model = reader.sql("SELECT * FROM model WHERE model_id = 'acme-one'").iloc[0]
    assert (model["context_tokens"], model["open_weights"], str(model["released"])[:10]) == (4096, True, "2025-06-01")
    assert reader.sql("SELECT count(*) AS n FROM vendor WHERE website IS NULL")["n"].tolist() == [2]
    make_catalog(catalog, prices=CATALOG["prices.csv"].replace("USD,1,3", "USD,1,5"))
    assert publish_sources(db, catalog=catalog) is True
    after = Reader(db).sql("SELECT output_per_mtok FROM price WHERE offer_id = 'one' AND as_of = DATE '2026-01-01'")
    assert sorted(after["output_per_mtok"]) == [4, 5]
    (catalog / "prices.csv").unlink()
    publish_sources(db, catalog=catalog)
    assert Reader(db).sql("FROM price").empty


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("prices", "USD,2,6", "USD,two,6", r"prices.csv, row 2, column input_per_mtok: 'two' is no DOUBLE"),
        ("models", "2025-06-01", "June", r"models.csv, row 2, column released: 'June' is no DATE"),
        ("vendors", "vendor_id,name_en", "vendor,name_en", r"vendors.csv, row 1: the columns are vendor, "),
        ("vendors", "bigco,", "acme,", r"vendors.csv: .*[Dd]uplicate key"),
        ("vendors", "Bigco,", ",", r"vendors.csv: .*NOT NULL"),
        ("vendors", "bigco,", "bigco,x,", r"vendors.csv: "),
    ],
)
def test_what_a_table_cannot_hold_is_named(
    db: Path, catalog: Path, file: str, old: str, new: str, sentence: str
) -> None:
    publish_sources(db, catalog=catalog)
    before = db.read_bytes()
    make_catalog(catalog, **{file: CATALOG[f"{file}.csv"].replace(old, new, 1)})
    with pytest.raises(BadInput, match=sentence):
        publish_sources(db, catalog=catalog)
    assert db.read_bytes() == before


def test_a_catalog_that_is_not_utf8_or_not_there(db: Path, catalog: Path, tmp_path: Path) -> None:
    (catalog / "vendors.csv").write_bytes(CATALOG["vendors.csv"].encode().replace(b"Acme", b"Acm\xe9"))
    with pytest.raises(BadInput, match="vendors.csv"):
        publish_sources(db, catalog=catalog)
    (catalog / "vendors.csv").write_bytes(b"\xff\xfe")
    with pytest.raises(BadInput, match="vendors.csv: is not readable as CSV in UTF-8"):
        publish_sources(db, catalog=catalog)
    with pytest.raises(BadInput, match="no catalog there"):
        publish_sources(db, catalog=tmp_path / "nowhere")


def make_public(folder: Path, runs: Path, number: int) -> Path:
    """Public files as another machine's database would export them."""
    folder.mkdir(exist_ok=True)
    other = runs.parent / f"other-{number}.duckdb"
    publish_sources(other, [make_run(runs, number, origin="imported", model="acme/two")])
    with duckdb.connect(str(other)) as con:
        for table in ("run", "result", "outcome", "perf", "suite", "task"):
            pq.write_table(con.execute(f"FROM {table}").to_arrow_table(), folder / f"set{number}.{table}.parquet")
    return folder


def test_public_runs_are_loaded_replaced_and_kept_apart(db: Path, runs: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    make_run(runs, 9)
    publish_sources(db, runs)
    public = make_public(tmp_path / "public", elsewhere, 1)
    assert publish_sources(db, runs, public=public) is True
    assert publish_sources(db, runs, public=public) is False
    make_public(public, elsewhere, 2)
    assert publish_sources(db, runs, public=public) is True
    assert len(Reader(db).sql("FROM run")) == 3
    for path in public.glob("set1.*"):
        path.unlink()
    assert publish_sources(db, runs, public=public) is True
    reader = Reader(db)
    assert sorted(reader.sql("SELECT origin FROM run")["origin"]) == ["imported", "measured"]
    assert len(reader.sql("FROM outcome")) == 16 and len(reader.sql("FROM task")) == 2
    with pytest.raises(BadInput, match="the id of a public run"):
        publish_sources(db, [next(p for p in elsewhere.iterdir() if p.name.endswith("2"))], public=public)


def test_public_files_with_other_columns_or_orphans_are_refused(db: Path, runs: Path, tmp_path: Path) -> None:
    public = make_public(tmp_path / "public", runs, 1)
    path = public / "set1.perf.parquet"
    whole = pq.read_table(path)
    pq.write_table(whole.drop_columns(["wall_s"]), path)
    with pytest.raises(BadInput, match="set1.perf.parquet has the columns"):
        publish_sources(db, public=public)
    pq.write_table(whole.set_column(0, "run_id", pa.array(["ghost"])), path)
    with pytest.raises(BadInput, match="rows of perf for ghost"):
        publish_sources(db, public=public)
    path.write_bytes(b"PAR1")
    with pytest.raises(BadInput, match="set1.perf.parquet cannot be published"):
        publish_sources(db, public=public)
    assert published_runs(db) == []


def _rename(folder: Path, model: dict[str, object]) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"model": model}), encoding="utf-8")
    reseal(folder)


def test_runs_find_their_model_in_the_catalog_by_hub_id_or_alias(db: Path, runs: Path, catalog: Path) -> None:
    unnamed = {"model_id": None, "vendor_id": None, "revision": "r", "params": 1}
    for number, name in enumerate(("ACME/One", "my-folder", "someone/else")):
        _rename(make_run(runs, number), {"id": name} | unnamed)
    (catalog / "aliases.csv").write_text(
        "kind,alias,id,valid_from,valid_to,as_of,source_id\nmodel,My-Folder,acme-two,,,2026-01-01,s1\n"
    )
    names = "SELECT model, model_id, vendor_id FROM run ORDER BY run_id"
    publish_sources(db, runs)
    assert Reader(db).sql(names)["model_id"].isna().all()
    publish_sources(db, runs, catalog=catalog)
    rows = Reader(db).sql(names).astype(object)
    assert rows.values.tolist()[:2] == [["ACME/One", "acme-one", "acme"], ["my-folder", "acme-two", "acme"]]
    assert rows[["model_id", "vendor_id"]].iloc[2].isna().all()
    (catalog / "aliases.csv").unlink()
    publish_sources(db, catalog=catalog)
    assert Reader(db).sql(names)["model_id"].isna().tolist() == [False, True, True]


def test_the_strictest_run_decides_whether_texts_are_shown(db: Path, runs: Path) -> None:
    def suite(text: object, pick: object) -> dict[str, Any]:
        tasks = [{**task, "redistribute": value} for task, value in zip(SUITE["tasks"], (text, pick), strict=True)]
        return {**SUITE, "tasks": tasks}

    make_run(runs, 1, suite=suite(False, True))
    make_run(runs, 2, suite=suite(True, True))
    make_run(runs, 3, suite={**suite(True, None), "version": "2"})
    make_run(runs, 4, suite={**suite(True, True), "version": "3"})
    publish_sources(db, runs)
    shown = Reader(db).sql("SELECT suite_version, task, redistribute FROM task ORDER BY ALL")
    assert list(shown.itertuples(index=False, name=None)) == [
        ("1", "pick", True), ("1", "text", False), ("2", "pick", False), ("2", "text", True), ("3", "pick", True),
        ("3", "text", True),
    ]  # fmt: skip


def test_answers_are_kept_as_numbers_and_older_files_have_none(db: Path, runs: Path) -> None:
    """A file of a version without the column has the same hash, and loads."""
    new, old = make_run(runs, 1, items=3), make_run(runs, 2, items=3)
    older = pq.read_table(old / "samples.parquet").drop_columns(["answer_hash"])
    assert content.table_hash(older) == content.table_hash(pq.read_table(old / "samples.parquet"))
    pq.write_table(older, old / "samples.parquet")
    rows = pq.read_table(new / "samples.parquet")
    before, place = content.table_hash(rows), rows.column_names.index("answer_hash")
    given = pa.array(["00000000000000ff", *[None] * (rows.num_rows - 1)], pa.string())
    pq.write_table(rows.set_column(place, "answer_hash", given), new / "samples.parquet")
    assert content.table_hash(pq.read_table(new / "samples.parquet")) != before
    reseal(new)
    publish_sources(db, [new, old])
    got = Reader(db).sql("SELECT run_id, answer_hash FROM outcome WHERE answer_hash IS NOT NULL")
    assert got.to_numpy().tolist() == [[new.name, 255]] and set(published_runs(db)) == {new.name, old.name}
