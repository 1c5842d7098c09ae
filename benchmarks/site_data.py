"""The large database that the site is measured on, and a run to publish into it; generated, the same every time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from harness.analysis.scale.fit import HIGH, LOW
from harness.store import run_folder
from harness.store.migrations import migrate

# One SELECT a table; $scale multiplies rows. Hashes of the row's number stand in for chance: the same every time.
TABLES = {
    "source": """SELECT 'made' AS source_id, 'made for a benchmark' AS title, 'Landscape' AS publisher,
        'https://example.org/made' AS url""",
    "vendor": """SELECT 'v' || i AS vendor_id, 'Vendor ' || i AS name_en, ['big-tech', 'startup', 'lab'][1 + i % 3] AS segment,
        ['US', 'CN', 'FR', 'GB', 'KR'][1 + i % 5] AS country, DATE '2026-07-01' AS as_of, 'made' AS source_id
        FROM range(60) t(i)""",
    "model": """SELECT 'm' || i AS model_id, 'm' || i AS product_id, 'v' || i % 60 AS vendor_id, 'Model ' || i AS name,
        'text' AS kind, DATE '2023-01-01' + CAST(i * 3 / $scale AS INTEGER) AS released,
        0.5 * pow(2, i % 9) AS params_b, 32768 AS context_tokens, 'text' AS input_modalities,
        'text' AS output_modalities, i % 3 > 0 AS open_weights, 'apache-2.0' AS licence,
        DATE '2026-07-01' AS as_of, 'made' AS source_id
        FROM range(CAST(300 * $scale AS BIGINT)) t(i)""",
    "provider": """SELECT 'p' || i AS provider_id, 'Provider ' || i AS name,
        ['cloud', 'host', 'router', 'reseller'][1 + i % 4] AS kind, DATE '2026-07-01' AS as_of, 'made' AS source_id
        FROM range(20) t(i)""",
    "price": """SELECT 'p' || i % 20 AS provider_id, 'o' || i AS offer_id,
        'm' || i % CAST(300 * $scale AS BIGINT) AS model_id, 'standard' AS tier, 'token' AS per, 'USD' AS currency,
        0.05 + hash(i) % 1000 / 200 AS input_per_mtok, 0.2 + hash(i) % 1000 / 50 AS output_per_mtok,
        d AS as_of, 'made' AS source_id FROM range(CAST(5000 * $scale AS BIGINT)) t(i),
        (VALUES (DATE '2025-10-01'), (DATE '2026-07-02')) u(d)""",
    "benchmark": """SELECT 'b' || b AS benchmark_id, 'Benchmark ' || b AS name_en, 'vendor' AS set_up_by,
        ['knowledge', 'coding', 'mathematics', 'reasoning', 'language'][1 + b % 5] AS domain, 'en' AS language,
        'accuracy' AS metric, 'fraction' AS unit, 0.25 AS chance, 1.0 AS ceiling, true AS higher_is_better,
        'scale' AS role, DATE '2026-07-01' AS as_of, 'made' AS source_id FROM range(20) u(b)""",
    "reported_score": """SELECT 'm' || i AS model_id, 'b' || b AS benchmark_id, 'default' AS effort,
        '5-shot' AS setting, 0.25 + 0.75 / (1 + exp(-(i / (150 * $scale) - b / 10))) AS score, 'fraction' AS unit,
        'Vendor ' || i % 60 AS reported_by, 'vendor' AS reporter, 'primary' AS evidence, DATE '2026-07-01' AS as_of,
        'made' AS source_id
        FROM range(CAST(300 * $scale AS BIGINT)) t(i), range(20) u(b) WHERE hash(i * 31 + b) % 3 > 0""",
    "suite": "SELECT 's' || i AS suite, '1' AS version, 'Suite ' || i AS title_en, '套件' AS title_zh FROM range(5) t(i)",
    "task": """SELECT 's' || i AS suite, '1' AS suite_version, 't' || k AS task, ['classification', 'qa'][1 + k % 2] AS kind,
        'acc' AS headline_metric, 'none' AS headline_filter, true AS higher_is_better, 0.25 AS chance, 1.0 AS best,
        false AS redistribute FROM range(5) t(i), range(10) u(k)""",
    "run": """SELECT 'r' || i AS run_id, 'org/m' || i % CAST(300 * $scale AS BIGINT) AS model, 'm' || i % CAST(300 * $scale AS BIGINT)
        AS model_id, 'v' || i % 60 AS vendor_id, 'x' || i AS revision, 's' || i % 5 AS suite, '1' AS suite_version,
        'hf' AS engine, 'bf16' AS dtype, 'cuda' AS device, 'measured' AS origin,
        TIMESTAMP '2026-01-01' + INTERVAL 1 HOUR * i AS sealed, false AS partial, true AS valid, '[]' AS verdict, '{}' AS manifest
        FROM range(CAST(2000 * $scale AS BIGINT)) t(i)""",
    "result": """SELECT 'r' || i AS run_id, 't' || k AS task, ['classification', 'qa'][1 + k % 2] AS kind, 'acc' AS metric,
        'none' AS filter, 0.3 + hash(i * 17 + k) % 600 / 1000 AS score, 0.02 AS stderr, 500 AS n, true AS higher_is_better
        FROM range(CAST(2000 * $scale AS BIGINT)) t(i), range(10) u(k)""",
    "outcome": """SELECT 'r' || i AS run_id, 't' || k AS task, j AS item, hash(k * 1000 + j) AS doc_hash, 'acc' AS metric,
        'none' AS filter, CAST(hash(i * 7919 + k * 500 + j) % 100 < 60 AS INTEGER) AS value, 1.0 AS weight
        FROM range(CAST(2000 * $scale AS BIGINT)) t(i), range(10) u(k), range(500) w(j)""",
    "gpu_price": """SELECT 'p' || i % 20 AS cloud, ['H100', 'H200', 'A100', 'L4', 'B200'][1 + i % 5] AS gpu, 1 AS gpus,
        80.0 AS memory_gb, ['on-demand', 'reserved'][1 + i % 2] AS terms, 'USD' AS currency, 1.5 + hash(i) % 400 / 100
        AS per_gpu_hour, DATE '2026-07-02' - CAST(i // 20 AS INTEGER) AS as_of, 'made' AS source_id
        FROM range(200) t(i)""",
    "fact": """SELECT 'v' || i AS vendor_id, k.dimension, k.key, CAST(k.least * (1 + hash(i * 31 + length(k.key)) % 900)
        AS VARCHAR) AS value, k.unit, DATE '2026-03-01' AS as_of, 'made' AS source_id
        FROM range(60) t(i), (VALUES ('rnd', 'staff', 20, 'people'), ('rnd', 'datasets_released', 1, 'data sets'),
        ('capital', 'valuation', 1e7, 'USD'), ('capital', 'revenue', 1e6, 'USD'), ('capital', 'funding_total', 1e6, 'USD'),
        ('rnd', 'largest_training_compute', 1e20, 'FLOP'), ('application', 'monthly_users', 1e4, 'people'))
        k(dimension, key, least, unit) WHERE hash(i * 7 + length(k.key)) % 4 > 0""",
    "relation": """SELECT 'v' || i AS from_id, 'v' || (i * 7 + 3) % 60 AS to_id, ['invested', 'partnered'][1 + i % 2] AS kind,
        1e8 AS amount, 'USD' AS currency, DATE '2026-01-01' AS as_of, 'made' AS source_id FROM range(60) t(i)""",
    "perf": """SELECT 'r' || i AS run_id, true AS complete, 600.0 AS wall_s, 20.0 AS load_s, 1000000 AS prompt_tokens,
        50000 AS generated_tokens, 1000.0 + hash(i) % 4000 AS tokens_per_s, 40000000000 AS peak_memory_bytes,
        'NVIDIA H100 80GB HBM3' AS device_name FROM range(CAST(2000 * $scale AS BIGINT)) t(i)""",
}


def generate(db: Path, scale: float) -> None:
    """Write the benchmark's database."""
    db.unlink(missing_ok=True)
    con = duckdb.connect(str(db))
    migrate(con)
    for table, select in TABLES.items():
        values = {"scale": scale} if "$scale" in select else None
        con.execute(f"INSERT INTO {table} BY NAME {select}", values)
    for share, (anchor, _) in (
        (0.3, LOW),
        (0.8, HIGH),
    ):  # two models under the ids that fix the capability scale's unit
        made = {"anchor": anchor, "made": f"m{int(300 * scale * share)}"}
        con.execute("UPDATE model SET product_id = $anchor WHERE product_id = $made", made)
        for table in ("model", "price", "reported_score", "run"):
            con.execute(f"UPDATE {table} SET model_id = $anchor WHERE model_id = $made", made)
    con.execute("INSERT INTO publication SELECT 'public-run', run_id, sha256(run_id) FROM run")
    con.close()


def seal(parent: Path, number: int, items: int = 500) -> Path:
    """A run folder that nobody has published yet, on the first of the database's suites and its items."""
    run_id = f"20260801T{number:06d}Z-late-s0-{number:08x}"
    tasks = [{"task": f"t{k}", "kind": ["classification", "qa"][(1 + k) % 2]} for k in range(10)]
    suite = {"name": "s0", "version": "1", "title_en": "Suite 0", "title_zh": "套件", "description_en": "", "description_zh": "",
             "tasks": [{**t, "group": None, "language": "en", "num_fewshot": 0, "metric": "acc", "filter": "none",
                        "higher_is_better": True, "chance": 0.25, "best": 1.0, "h0": None, "licence": None,
                        "redistribute": False} for t in tasks]}  # fmt: skip
    manifest: dict[str, Any] = {
        "format": 1, "run_id": run_id, "origin": "measured",
        "model": {"id": f"org/late-{number}", "model_id": "m0", "vendor_id": "v0", "revision": "x", "params": 10},
        "suite": suite, "tasks": [{**t, "group": None, "items": items} for t in tasks], "left_out": [],
        "plan": {"hash": hashlib.sha256(run_id.encode()).hexdigest(), "limit": None, "sample": None},
        "engine": {"name": "hf", "version": "1", "settings": {}}, "dtype": "bf16", "device": "cuda",
        "perf": {"complete": True, "wall_s": 36.0, "load_s": 1.0, "prompt_tokens": 900, "generated_tokens": 100,
                 "tokens_per_s": 100.0, "peak_memory_bytes": None, "mean_power_w": None, "energy_j": 50.0},
        "hardware": {"device_name": "NVIDIA H100"}, "versions": {}, "started": "2026-08-01T00:00:00Z",
        "sealed": "2026-08-01T02:00:00+00:00", "partial": False, "valid": True, "verdict": [], "command": "harness run",
        "chat_template": False, "source": None,
    }  # fmt: skip
    rng, key = np.random.default_rng(number), {"run_id": run_id, "metric": "acc", "filter": "none"}
    values = {t["task"]: rng.integers(0, 2, items) for t in tasks}
    asked = duckdb.execute(
        f"SELECT hash(k * 1000 + j) FROM range(10) u(k), range({items}) w(j) ORDER BY k, j"
    ).fetchall()
    results = [{**key, "task": t["task"], "kind": t["kind"], "score": float(values[t["task"]].mean()), "stderr": 0.02, "n": items,
                "higher_is_better": True, "num_fewshot": 0, "task_version": "1"} for t in tasks]  # fmt: skip
    samples = [
        {**key, "task": name, "item": i, "doc_hash": f"{asked[k * items + i][0]:016x}" + "0" * 48, "value": float(v),
         "prompt": "a question", "target": "yes", "response": "yes", "weight": 1.0, "cluster": None,
         "choice_loglikelihoods": None, "gold": None}
        for k, (name, column) in enumerate(values.items()) for i, v in enumerate(column)
    ]  # fmt: skip
    tables = (pa.Table.from_pylist(rows, schema=schema) for rows, schema in
              ((results, run_folder.RESULTS), (samples, run_folder.SAMPLES)))  # fmt: skip
    return run_folder.write(parent, json.loads(json.dumps(manifest)), *tables)
