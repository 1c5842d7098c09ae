"""Runs of ours as packs: numbers and hashes, without local paths; what cannot stand for a model is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from harness import places
from harness.errors import BadInput
from harness.interchange.build_measured import MAX_BYTES, build, main
from harness.interchange.foreign.owners import owner
from harness.store.reader import Reader
from harness.store.rebuild import publish_all
from tests.store.conftest import NOTHING, make_run, reseal

NAME = "gemma-3-270m (Q4_K_M)"


def run(parent: Path, number: int, name: str = NAME, **more: Any) -> Path:
    """A sealed run of a model as a GGUF file names it, asked for by a local path."""
    command = "harness run --suite tiny --model /home/ann/weights/gemma-3-270m-q4_k_m.gguf"
    folder = make_run(parent, number, model="x/gemma-3-270m-q4_k_m", **({"command": command} | more))
    path = folder / "manifest.json"
    model = {"id": name, "model_id": None, "vendor_id": None, "revision": f"sha{number}", "params": 268_098_176}
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | {"model": model}), encoding="utf-8")
    reseal(folder)
    return folder


def test_a_pack_holds_numbers_and_no_texts_and_is_the_same_every_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sealed = [run(tmp_path / "runs", 1), run(tmp_path / "runs", 2, "SmolLM2-135M-Instruct (Q4_1)")]
    assert len(build(tmp_path / "runs", tmp_path / "one")) == 2
    assert main([str(tmp_path / "runs"), str(tmp_path / "two")]) == 0
    assert "2 runs in 0.0" in capsys.readouterr().out
    files = sorted(p.name for p in (tmp_path / "one").iterdir())
    assert files == [f"measured.{t}.parquet" for t in ("outcome", "perf", "result", "run")]
    for name in files:
        content = (tmp_path / "one" / name).read_bytes()
        assert content == (tmp_path / "two" / name).read_bytes()
        assert not {"prompt", "target", "response"} & set(pq.read_schema(tmp_path / "one" / name).names)
    rows = pq.read_table(tmp_path / "one/measured.run.parquet").to_pylist()
    manifest = json.loads(rows[0]["manifest"])
    assert manifest["command"] == "harness run --suite tiny --model …/gemma-3-270m-q4_k_m.gguf"
    assert manifest["model"]["hub_id"] == "google/gemma-3-270m" and manifest["hardware"] == {
        "device_name": "NVIDIA H200"
    }
    assert "ann" not in json.dumps(manifest) and {r["origin"] for r in rows} == {"measured"}
    assert not {r["run_id"] for r in rows} & {folder.name for folder in sealed}
    outcomes = pq.read_table(tmp_path / "one/measured.outcome.parquet", filters=[("run_id", "=", rows[0]["run_id"])])
    values = pq.read_table(sealed[0] / "samples.parquet").column("value").to_pylist()
    assert sorted(outcomes.column("value").to_pylist()) == sorted(values)


def test_shipped_runs_stand_for_their_vendors_until_a_newer_one_does(tmp_path: Path) -> None:
    run(tmp_path / "theirs", 1)
    build(tmp_path / "theirs", tmp_path / "measured")
    db, own = tmp_path / "land.duckdb", tmp_path / "own"
    leading = "SELECT run_id, vendor_id, segment, origin, model FROM leaderboard WHERE task = 'pick'"
    publish_all(db, places.packaged_catalog(), NOTHING, own, tmp_path / "measured")
    (shipped,) = Reader(db).sql(leading).to_dict("records")
    assert (shipped["vendor_id"], shipped["segment"], shipped["origin"]) == ("google", "big-tech", "measured")
    assert shipped["model"] == NAME
    mine = run(own, 1, sealed="2026-02-01T00:00:00+00:00")
    loaded = publish_all(db, None, NOTHING, own, tmp_path / "measured")
    assert loaded.problems == [] and list(Reader(db).sql(leading)["run_id"]) == [mine.name]
    assert len(Reader(db).sql("FROM run")) == 2


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"valid": False, "verdict": [{"code": "limit", "message": "Ten items.", "invalid": True}]}, "Ten items"),
        ({"plan": {"hash": "h", "limit": 10}}, "a part of the items"),
        ({"partial": True, "left_out": [{"task": "pick", "reason": "absent"}]}, r"partial \(without pick\)"),
        ({"origin": "imported"}, "not measured"),
        ({"name": "ann/secret-model"}, "knows no model 'ann/secret-model'"),
    ],
)
def test_a_run_that_cannot_stand_for_its_model_is_refused(tmp_path: Path, more: dict[str, Any], reason: str) -> None:
    run(tmp_path / "runs", 1)
    run(tmp_path / "runs", 2, **more)
    with pytest.raises(BadInput, match=reason):
        build(tmp_path / "runs", tmp_path / "out")
    assert not (tmp_path / "out").exists() and main([str(tmp_path / "runs"), str(tmp_path / "out")]) == 2


def test_a_partial_run_is_shipped_where_that_is_said_and_stands_for_no_model(tmp_path: Path) -> None:
    run(tmp_path / "runs", 2, partial=True, left_out=[{"task": "far", "reason": "absent"}])
    assert main([str(tmp_path / "runs"), str(tmp_path / "out"), "--partial"]) == 0
    publish_all(tmp_path / "land.duckdb", None, NOTHING, NOTHING, tmp_path / "out")
    reader = Reader(tmp_path / "land.duckdb")
    assert len(reader.sql("FROM run WHERE partial")) == 1 and len(reader.sql("FROM leading_run")) == 0


def test_a_changed_run_and_two_of_one_measurement_are_refused(tmp_path: Path) -> None:
    folder = run(tmp_path / "runs", 1)
    table = pq.read_table(folder / "results.parquet")
    pq.write_table(table.slice(1), folder / "results.parquet")
    with pytest.raises(BadInput, match="has been changed since the run was sealed"):
        build(tmp_path / "runs", tmp_path / "out")
    run(tmp_path / "twice", 1)
    again = run(tmp_path / "twice", 2)
    path = again / "manifest.json"
    path.write_text(path.read_text(encoding="utf-8").replace("sha2", "sha1"), encoding="utf-8")
    reseal(again)
    with pytest.raises(BadInput, match="keep one of them"):
        build(tmp_path / "twice", tmp_path / "out")
    with pytest.raises(BadInput, match="holds no sealed run"):
        build(tmp_path / "nothing", tmp_path / "out")


def test_the_shipped_runs_are_whole_small_and_of_known_models() -> None:
    folder = places.asset("data/measured_runs")
    assert (folder / "README.md").is_file() and sum(f.stat().st_size for f in folder.iterdir()) < MAX_BYTES
    for path in folder.glob("*.run.parquet"):
        for row in pq.read_table(path).to_pylist():
            manifest = json.loads(row["manifest"])
            assert row["origin"] == "measured" and row["valid"] and row["item_limit"] is None
            assert owner(row["model"]).vendor_id not in (None, "reference") and row["revision"]
            assert manifest["versions"] and manifest["hardware"] and manifest["command"] and manifest["git_commit"]
