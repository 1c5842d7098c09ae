"""Two models of one vendor on the suite ``wide``: twenty tasks, one scored by bits per byte, one asked with other shots."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

MODELS = ("aurora/wide-one", "aurora/wide-two")
TASKS = [f"task_{i:02d}" for i in range(20)]
BITS, OTHER_SHOTS = TASKS[0], TASKS[1]
ITEMS = 200


def add(db: Path) -> None:
    """Add suite, models, runs, results and outcomes to the database of ``tests.site.fixture_db``."""
    rng = np.random.default_rng(20260723)
    run_ids = [f"20260709T080000Z-wide-{i}" for i in range(2)]
    results, outcomes = [], []
    for t, task in enumerate(TASKS):
        metric = "bits_per_byte" if task == BITS else "acc"
        edge = rng.normal(0.02, 0.03)
        for i, run_id in enumerate(run_ids):
            right = (rng.random(ITEMS) < 0.6 + edge * (1 - i)).astype(float)
            value = rng.normal(0.9 + 0.05 * i, 0.1, ITEMS) if task == BITS else right
            shots = 5 * i if task == OTHER_SHOTS else 0
            results.append({"run_id": run_id, "task": task, "kind": "perplexity" if task == BITS else "qa",
                            "metric": metric, "filter": "none", "score": value.mean(),
                            "stderr": value.std(ddof=1) / ITEMS**0.5, "n": ITEMS, "higher_is_better": task != BITS,
                            "num_fewshot": shots, "task_version": "1"})  # fmt: skip
            outcomes.append(pd.DataFrame({"run_id": run_id, "task": task, "item": range(ITEMS), "metric": metric, "filter": "none",
                                          "doc_hash": np.arange(ITEMS, dtype=np.uint64) + 1000 * t, "value": value,
                                          "weight": 1.0}))  # fmt: skip
    spec = {"suite": "wide", "suite_version": "1"}
    frames = {
        "suite": pd.DataFrame([{"suite": "wide", "version": "1", "title_en": "Wide", "title_zh": "宽", "spec": "{}"}]),
        "task": pd.DataFrame([
            spec | {"task": r["task"], "kind": r["kind"], "language": "en", "headline_metric": r["metric"], "num_fewshot": 0,
                    "headline_filter": "none", "higher_is_better": r["higher_is_better"], "chance": 0.0, "best": 1.0,
                    "h0": 4.6, "redistribute": True}
            for r in results[::2]
        ]),
        "model": pd.DataFrame([
            {"model_id": f"wide-{i}", "vendor_id": "aurora", "name": model, "hub_id": model, "as_of": "2026-07-02",
             "source_id": "market"} for i, model in enumerate(MODELS)
        ]),
        "run": pd.DataFrame([
            spec | {"run_id": run_id, "model": model, "model_id": f"wide-{i}", "vendor_id": "aurora", "revision": f"{i:040x}",
                    "engine": "hf", "dtype": "bfloat16", "device": "cuda", "origin": "measured", "partial": False,
                    "valid": True, "sealed": datetime(2026, 7, 9, 8), "plan_hash": f"wide{i}", "chat_template": False,
                    "verdict": "[]", "manifest": json.dumps({"run_id": run_id})}
            for i, (run_id, model) in enumerate(zip(run_ids, MODELS, strict=True))
        ]),
        "result": pd.DataFrame(results),
        "outcome": pd.concat(outcomes, ignore_index=True),
    }  # fmt: skip
    con = duckdb.connect(str(db))
    for name, frame in frames.items():
        con.register("incoming", frame)
        con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
        con.unregister("incoming")
    con.close()
