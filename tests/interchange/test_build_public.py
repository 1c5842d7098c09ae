"""The public runs: deterministic, without texts, small, of known origin."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq

from harness.store import run_folder
from tests.interchange import builders as b


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
    before = sorted(tmp_path.glob("one/*"))
    assert main([str(tmp_path / "elsewhere"), str(tmp_path / "one")]) == 2
    assert sorted(tmp_path.glob("one/*")) == before and before


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
    assert {m["format"] for m in manifests} <= set(range(1, run_folder.FORMAT + 1))
    assert len(set(table.column("run_id").to_pylist())) == table.num_rows > 5400


def test_every_mapping_is_of_an_origin_and_can_be_used() -> None:
    from harness import places
    from harness.catalog.tables import benchmark_units
    from harness.interchange.build_public import MAPPINGS, ORIGINS
    from harness.interchange.readers.items.item_mapping import read_item_mapping

    mappings = {path.stem: read_item_mapping(path) for path in MAPPINGS.glob("*.yaml")}
    assert set(mappings) == {o.mapping for o in ORIGINS if o.mapping}
    models = (places.asset("data/catalog") / "models.csv").read_text(encoding="utf-8")
    for spec in mappings.values():
        for known in spec.models.values():
            assert known.id is None or f"\n{known.id}," in models
    named = {
        mappings["openhands-index"].benchmarks["swe-bench"],
        mappings["swe-bench-bash-only"].constants["benchmark"],
    }
    assert named <= set(benchmark_units(places.asset("data/catalog")))


UNKNOWN = {
    "LiveCodeBench/livecodebench.github.io": 14,
    "McGill-NLP/BRIDGE": 1,
    "WildEval/ZeroEval": 4,
    "dariakryvosheieva/agent-psychometrics": 4,
}
"""Names of models, by source, that the catalog does not have."""


def test_the_shipped_matrices_are_linked_and_hold_what_items_took() -> None:
    import duckdb

    from harness import places

    folder = places.asset("data/public_runs")
    runs = duckdb.sql(
        f"SELECT *, source->>'$.title' AS title FROM '{folder}/public.run.parquet' WHERE suite = 'items'"
    ).df()
    assert len(runs) == 860
    # "gpt-3" is no one model; of these sources a few names are of no model that the catalog has, or do not say which
    unknown = runs[runs["model_id"].isna()].groupby(runs["title"])["model"].nunique().to_dict()
    assert unknown == UNKNOWN
    took = duckdb.sql(f"SELECT DISTINCT metric FROM '{folder}/public.outcome.parquet'").df()["metric"]
    assert {"resolved", "cost_usd", "input_tokens", "output_tokens", "reasoning_tokens", "seconds", "tries"} <= set(
        took
    )
    judged = runs[~runs["valid"]]
    assert set(judged["model"]) == {
        "DeepSeek-V4-Pro", "claude-sonnet-4-6", "MiniMax-M2.7", "Nemotron-3-Nano", "GPT-5 Codex -- debug-oct22",
        "Gemini 2.5 Pro Preview -- debug-oct22",
    }  # fmt: skip
