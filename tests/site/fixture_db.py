"""A small, seeded database with something of everything, and one run folder with texts.

Names are invented; the sizes and prices are of the kind that the real catalog holds.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from harness.analysis.scale.fit import HIGH, LOW
from harness.store import run_folder
from harness.store.migrations import migrate

SEED = 20260723
ITEMS = 120
SELLERS = {"northbound": 1.0, "southgate": 1.25, "eastfield": 1.5}
"""What hosts of open weights ask, as a multiple of the cheapest: the list price is the middle one's."""
NOISE = 0.07
"""Standard deviation of reported scores around what skill and difficulty say."""
TASKS = [
    # task, group, kind, language, metric, higher, chance, best, h0, redistribute
    ("wiki_bits", None, "perplexity", "en", "bits_per_byte", False, None, None, 4.6, True),
    ("topic_en", None, "classification", "en", "acc", True, 0.25, 1.0, None, True),
    ("topic_zh", None, "classification", "zh", "acc", True, 0.25, 1.0, None, False),
    ("facts_en", None, "qa", "en", "exact_match", True, 0.0, 1.0, None, True),
    ("sums", None, "qa", "en", "exact_match", True, 0.0, 1.0, None, False),
]
VENDORS = [
    # id, en, zh, segment, country, founded
    ("aurora", "Aurora Systems", "极光系统", "big-tech", "US", "1998"),
    ("borealis", "Borealis", "北辰智能", "startup", "CN", "2023"),
    ("cinder", "Cinder Labs", None, "startup", "FR", "2022"),
    ("delta", "Delta Cloud", "三角云", "big-tech", "CN", "2001"),
    ("ember", "Ember Institute", "余烬研究院", "lab", "CN", "2018"),
    ("fjord", "Fjord Foundation", None, "lab", "US", "2014"),
    ("gale", "Gale AI", None, "startup", "US", "2021"),
    ("heron", "Heron", "苍鹭科技", "startup", "CN", "2021"),
    ("iris", "Iris Technologies", None, "big-tech", "KR", "1999"),
    ("juniper", "Juniper Research", None, "lab", "GB", "2016"),
    ("krill", "Krill <b>AI</b>", None, "startup", "DE", "2024"),
    ("lumen", "Lumen Group", "流明集团", "big-tech", "US", "1975"),
]
UNIT = {("delta", 0): LOW[0], ("lumen", 1): HIGH[0]}
"""Models (vendor, generation) under the ids that fix the capability scale's unit."""
SIZES = (0.6, 1.7, 4.0, 8.0, 14.0, 32.0, 70.0, 235.0)


def build(db: Path, runs: Path) -> None:
    """Write the database to ``db`` and the run folders to ``runs``."""
    rng = np.random.default_rng(SEED)
    frames: dict[str, pd.DataFrame] = {}
    frames |= _catalog(rng)
    frames |= _measurements(rng, frames["model"])
    runs.mkdir(parents=True, exist_ok=True)
    for run_id, rows in frames["outcome"].groupby("run_id"):
        run = frames["run"].set_index("run_id").loc[run_id]
        if run["origin"] == "measured":
            _folder(runs, str(run_id), run, rows, frames["result"])
    con = duckdb.connect(str(db))
    try:
        migrate(con)
        for name, frame in frames.items():
            con.register("incoming", frame)
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
            con.unregister("incoming")
    finally:
        con.close()


def empty(db: Path) -> None:
    """A database with all tables and no row."""
    con = duckdb.connect(str(db))
    migrate(con)
    con.close()


def _catalog(rng: np.random.Generator) -> dict[str, pd.DataFrame]:
    asof = {"as_of": date(2026, 7, 2), "source_id": "market"}
    source = pd.DataFrame(
        [
            ("market", "Market file of July", "A market index", "https://example.org/market", "MIT", date(2026, 7, 3)),
            ("market-2025-10-01", "Market file of October", "A market index", "https://example.org/old", "MIT", date(2025, 10, 2)),
            ("market-2026-07-02", "Price sheet of July", "A market index", "https://example.org/new", "MIT", date(2026, 7, 3)),
            ("filings", "Company filings", "Filings", "https://example.org/filings", "public", date(2026, 3, 1)),
            ("papers", "Reported scores", "Authors", "https://example.org/papers", "CC BY 4.0", date(2025, 12, 1)),
        ],
        columns=["source_id", "title", "publisher", "url", "licence", "retrieved"],
    )  # fmt: skip
    vendor = pd.DataFrame(VENDORS, columns=["vendor_id", "name_en", "name_zh", "segment", "country", "founded"])
    vendor["segment_borderline"] = vendor["vendor_id"].map({"borealis": "big-tech"})
    vendor = vendor.assign(city=None, parent_id=None, website="https://example.org", **asof)
    models, prices, reported, tasks = [], [], [], []
    noise = np.random.default_rng(SEED + 1)
    for index, (vendor_id, name, _, _segment, _country, _) in enumerate(VENDORS):
        for generation in range(2 + index % 2):
            size = SIZES[(index + 3 * generation) % len(SIZES)]
            opened = (index + generation) % 3 != 0
            model_id = f"{vendor_id}-{generation + 1}-{size:g}b"
            model_id = UNIT.get((vendor_id, generation), model_id)
            released = date(2024, 3, 1) + timedelta(days=260 * generation + 23 * index)
            skill = 0.18 * np.log10(size) + 0.25 * generation + rng.normal(0, 0.12)
            models.append(
                dict(
                    model_id=model_id, product_id=model_id, kind="text", vendor_id=vendor_id,
                    name=f"{name} {generation + 1} {size:g}B", family=name,
                    released=released, params_b=size if opened else None, active_params_b=None, context_tokens=32768 * 2**generation,
                    input_modalities="text,image" if index % 2 else "text", output_modalities="text", open_weights=opened,
                    licence=("apache-2.0" if index % 2 else "community") if opened else "proprietary",
                    hub_id=f"{vendor_id}/{model_id}" if opened else None, skill=skill, **asof,
                )
            )  # fmt: skip
            for provider in ("northbound", "southgate", "eastfield") if opened else (f"{vendor_id}-api",):
                for when, factor, src in (
                    (date(2025, 10, 1), 1.6, "market-2025-10-01"),
                    (date(2026, 7, 2), 1.0, "market-2026-07-02"),
                ):
                    base = 0.05 * size**0.6 * factor * SELLERS.get(provider, 1.0)
                    prices.append(
                        {"provider_id": provider, "offer_id": model_id, "model_id": model_id, "tier": "standard", "per": "token", "currency": "USD",
                             "input_per_mtok": round(base, 4), "output_per_mtok": round(base * 3.5, 4), "as_of": when, "source_id": src}
                    )  # fmt: skip
            for effort, times in (("low", 1.0), ("high", 8.0)):
                for key, value, unit in (
                    ("cost", 0.01 * size**0.5 * times, "USD"),
                    ("output_tokens", 200 * times, "tokens"),
                ):
                    tasks.append(
                        {"model_id": model_id, "benchmark_id": "gsm8k", "effort": effort, "setting": None, "key": key, "value": value,
                         "unit": unit, "reported_by": "Testers", "evidence": "primary", "as_of": date(2026, 6, 1), "source_id": "papers"}
                    )  # fmt: skip
            for j, benchmark in enumerate(("MMLU", "GSM8K", "HellaSwag", "WinoGrande", "TriviaQA", "BBH")):
                if rng.random() < 0.85:
                    p = 1 / (1 + np.exp(-(1.2 + 0.3 * j) * (skill * 3 - 0.4 - 0.2 * j)))
                    p = np.clip(p + noise.normal(0, NOISE), 0.01, 0.99)
                    reported.append(
                        {"model_id": model_id, "benchmark_id": benchmark.lower(), "effort": "default", "score": round(float(p), 3),
                             "unit": "fraction", "setting": "5-shot", "evidence": "primary", "reported_by": "vendor", "reporter": vendor_id,
                             "as_of": date(2025, 12, 1), "source_id": "papers"}
                    )  # fmt: skip
                    if benchmark == "MMLU" and generation == 0:
                        reported.append(reported[-1] | {"score": round(0.97 * float(p), 3), "reported_by": "third-party",
                                                        "reporter": "market"})  # fmt: skip
    facts = []
    for index, (vendor_id, *_rest) in enumerate(VENDORS):
        for dimension, key, value, unit in (
            ("capital", "valuation", f"{(index + 1) * 2.5e9:.0f}", "USD"),
            ("capital", "revenue", f"{(index + 1) * 3e8:.0f}", "USD/year"),
            ("rnd", "staff", str(120 * (index + 1)), "people"),
            ("application", "domain", "finance", None),
        ):
            if (index + len(key)) % 4:
                facts.append({"vendor_id": vendor_id, "dimension": dimension, "key": key, "value": value, "unit": unit, "note": None,
                                  "as_of": date(2026, 3, 1), "source_id": "filings"})  # fmt: skip
    for index, (vendor_id, *_rest) in enumerate(VENDORS[:9]):
        for stage in ("base-model", "application", "deployment", "compute")[: 1 + index % 4]:
            facts.append({"vendor_id": vendor_id, "dimension": "value-chain", "key": "position", "value": stage, "unit": None,
                          "note": None, "as_of": date(2026, 3, 1), "source_id": "filings"})  # fmt: skip
    relation = [
        dict(from_id="aurora", to_id="cinder", kind="invested", amount=2e9, currency="USD", note=None, **asof),
        dict(from_id="delta", to_id="heron", kind="partnered", amount=None, currency=None, note=None, **asof),
    ]
    gpu = [
        dict(cloud=cloud, gpu=gpu, gpus=1, memory_gb=mem, terms=terms, currency="USD", per_gpu_hour=price, **asof)
        for cloud, gpu, mem, terms, price in (
            ("northbound", "H100", 80.0, "on-demand", 2.9), ("southgate", "H100", 80.0, "reserved", 2.1),
            ("northbound", "A100", 80.0, "on-demand", 1.6), ("southgate", "L4", 24.0, "on-demand", 0.7),
        )
    ]  # fmt: skip
    benchmarks = [
        dict(benchmark_id=name.lower(), name_en=name, family=name, set_up_by="epoch", domain=domain, language="en", unit="fraction", chance=chance,
             higher_is_better=True, role="scale", **asof)
        for name, chance, domain in (("MMLU", 0.25, "knowledge"), ("HellaSwag", 0.25, "reasoning"), ("WinoGrande", 0.5, "reasoning"),
                                     ("GSM8K", 0.0, "mathematics"), ("TriviaQA", 0.0, "knowledge"), ("BBH", None, "reasoning"))
    ]  # fmt: skip
    provider = [
        dict(
            provider_id="northbound", name="Northbound", kind="host", vendor_id=None, country="US", website=None, **asof
        ),
        dict(
            provider_id="southgate", name="Southgate", kind="cloud", vendor_id=None, country="SG", website=None, **asof
        ),
        dict(
            provider_id="eastfield", name="Eastfield", kind="host", vendor_id=None, country="FR", website=None, **asof
        ),
        *(
            dict(provider_id=f"{v}-api", name=f"{name} API", kind="maker", vendor_id=v, country=c, website=None, **asof)
            for v, name, _, _, c, _ in VENDORS
        ),
    ]
    return {
        "source": source, "vendor": vendor, "model": pd.DataFrame(models), "provider": pd.DataFrame(provider),
        "price": pd.DataFrame(prices), "gpu_price": pd.DataFrame(gpu), "fact": pd.DataFrame(facts),
        "relation": pd.DataFrame(relation), "reported_score": pd.DataFrame(reported),
        "task_cost": pd.DataFrame(tasks), "benchmark": pd.DataFrame(benchmarks),
    }  # fmt: skip


def _measurements(rng: np.random.Generator, model: pd.DataFrame) -> dict[str, pd.DataFrame]:
    skills = model.pop("skill")
    difficulty = rng.normal(0, 1, (len(TASKS), ITEMS))
    runs, results, outcomes, perfs = [], [], [], []
    open_models = model.assign(skill=skills)[model["open_weights"]].head(11)
    chosen = [(m, "measured" if i < 7 else "imported") for i, m in enumerate(open_models.to_dict("records"))]
    for size, skill in ((0.1, -1.2), (0.4, -0.7)):
        chosen.append(
            ({"model_id": f"calibration-{size:g}m", "hub_id": f"reference/calibration-{size:g}m", "vendor_id": "reference",
                  "params_b": size / 1000, "skill": skill}, "measured")
        )  # fmt: skip
    for index, (m, origin) in enumerate(chosen):
        sealed = datetime(2026, 7, 1, 8, 0) + timedelta(hours=3 * index)
        run_id = f"{sealed:%Y%m%dT%H%M%SZ}-{m['model_id'].replace('.', '-')}-core-{index:08x}"
        verdict = [] if index != 2 else [{"code": "extraction", "message": "2 answers could not be extracted."}]
        runs.append(
            {"run_id": run_id, "model": m["hub_id"], "model_id": m["model_id"], "vendor_id": m["vendor_id"], "revision": f"{index:040x}",
                 "params": int(m["params_b"] * 1e9), "suite": "core", "suite_version": "1", "engine": "hf" if origin == "measured" else "other",
                 "dtype": "bfloat16", "device": "cuda", "origin": origin, "started": sealed - timedelta(minutes=14), "sealed": sealed,
                 "plan_hash": f"{index:016x}", "item_limit": None, "item_sample": None, "partial": False, "valid": True,
                 "verdict": json.dumps(verdict), "chat_template": False,
                 "source": None if origin == "measured" else "https://example.org/results", "manifest": json.dumps({"run_id": run_id})}
        )  # fmt: skip
        if origin == "measured":
            speed = 9000 / (1 + m["params_b"])
            perfs.append(
                {"run_id": run_id, "complete": index != 1, "wall_s": 840.0, "load_s": 12.0, "prompt_tokens": int(speed * 800),
                     "generated_tokens": 20000, "tokens_per_s": speed, "peak_memory_bytes": int(2.2e9 * (1 + m["params_b"])),
                     "mean_power_w": 410.0, "energy_j": 410.0 * 840, "device_name": "NVIDIA H100 80GB HBM3",
                     "hardware": json.dumps({"device_name": "NVIDIA H100 80GB HBM3"}), "versions": json.dumps({"torch": "2.13.0"})}
            )  # fmt: skip
        for t, (task, _g, kind, _lang, metric, higher, *_a) in enumerate(TASKS):
            logit = 1.6 * float(m["skill"]) * 2 - difficulty[t]
            p = 1 / (1 + np.exp(-logit))
            value = (
                rng.binomial(1, p).astype(float)
                if kind != "perplexity"
                else np.clip(2.4 - 1.1 * p + rng.normal(0, 0.1, ITEMS), 0.4, 6)
            )
            probs = [None] * ITEMS
            gold: list[int | None] = [None] * ITEMS
            if kind == "classification":
                picks = np.where(value > 0, 0, 1 + rng.integers(0, 3, ITEMS))
                raw = rng.dirichlet(np.ones(4), ITEMS) * 0.4
                raw[np.arange(ITEMS), picks] += 0.6
                probs, gold = [list(map(float, r)) for r in raw], [0] * ITEMS
            weight = np.ones(ITEMS) if kind != "perplexity" else rng.integers(80, 400, ITEMS).astype(float)
            score = float((value * weight).sum() / weight.sum())
            results.append(
                {"run_id": run_id, "task": task, "kind": kind, "metric": metric, "filter": "none", "score": score,
                     "stderr": float(value.std(ddof=1) / ITEMS**0.5), "n": ITEMS, "higher_is_better": higher, "num_fewshot": 0, "task_version": "1"}
            )  # fmt: skip
            outcomes.append(
                pd.DataFrame(
                    {"run_id": run_id, "task": task, "item": range(ITEMS), "doc_hash": np.arange(ITEMS, dtype=np.uint64) + 1000 * t,
                         "metric": metric, "filter": "none", "value": value, "weight": weight, "choice_probs": probs, "gold": gold}
                )
            )  # fmt: skip
    _again(runs, results)
    _loose(runs, results)
    suite = pd.DataFrame(
        [{"suite": "core", "version": "1", "title_en": "Core", "title_zh": "核心", "description_en": "Five tasks", "description_zh": "五项任务", "spec": "{}"}]
    )  # fmt: skip
    suite.loc[1] = suite.loc[0].to_dict() | {"suite": "loose", "title_en": "Loose", "title_zh": "松散"}
    task = pd.DataFrame(
        [
            {"suite": "core", "suite_version": "1", "task": t, "task_group": g, "kind": k, "language": lang, "headline_metric": metric,
                 "headline_filter": "none", "higher_is_better": higher, "num_fewshot": 0, "chance": chance, "best": best, "h0": h0,
                 "licence": "CC BY 4.0", "redistribute": redistribute}
            for t, g, k, lang, metric, higher, chance, best, h0, redistribute in TASKS
        ]
    )  # fmt: skip
    task.loc[len(task)] = task.loc[1].to_dict() | {"suite": "loose", "task": "loose_a", "chance": None, "best": None}
    outcome = pd.concat(outcomes, ignore_index=True)
    outcome["gold"] = outcome["gold"].astype("Int16")
    return {
        "suite": suite, "task": task, "run": pd.DataFrame(runs), "result": pd.DataFrame(results),
        "outcome": outcome, "perf": pd.DataFrame(perfs),
    }  # fmt: skip


def _again(runs: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
    """A partial run of the first model, in another precision: it enters no leaderboard."""
    first = runs[0]
    again = f"{first['run_id']}-again"
    manifest = json.dumps({"run_id": again, "dtype": "float32"})
    results += [r | {"run_id": again, "score": r["score"] + 0.01} for r in results if r["run_id"] == first["run_id"]]
    runs.append(first | {"run_id": again, "dtype": "float32", "partial": True, "manifest": manifest})


def _loose(runs: list[dict[str, Any]], results: list[dict[str, Any]]) -> None:
    """Imported scores of a suite whose source states no chance level, one of them without an error."""
    for index, stderr in enumerate((0.02, None)):
        run_id = f"loose-{index}"
        runs.append(runs[8 + index] | {"run_id": run_id, "suite": "loose", "origin": "imported", "item_limit": None})
        results.append(
            {"run_id": run_id, "task": "loose_a", "kind": "classification", "metric": "acc", "filter": "none",
             "score": 0.6 - 0.1 * index, "stderr": stderr, "n": 500 if stderr else None, "higher_is_better": True,
             "num_fewshot": 0, "task_version": "1"}
        )  # fmt: skip


def _folder(runs: Path, run_id: str, run: pd.Series[Any], rows: pd.DataFrame, result: pd.DataFrame) -> None:
    samples = rows.assign(
        doc_hash=[f"{int(h):016x}" + "0" * 48 for h in rows["doc_hash"]],
        prompt=[f"Question {i} of {t}: which <b>city</b> lies on the *river*?" for t, i in zip(rows["task"], rows["item"], strict=True)],
        target=[f"city {i % 7}" for i in rows["item"]],
        response=[f"city {i % 7}" if v >= 0.5 else "=cmd|'no' <script>alert(1)</script>" for i, v in zip(rows["item"], rows["value"], strict=True)],
        cluster=None,
        choice_loglikelihoods=[None if p is None else list(np.log(p)) for p in rows["choice_probs"]],
    )  # fmt: skip
    manifest = {
        "format": 1, "run_id": run_id, "origin": "measured", "model": {"id": run["model"], "revision": run["revision"]},
        "suite": {"name": "core", "version": "1"}, "engine": {"name": run["engine"]}, "dtype": run["dtype"],
        "command": f"harness run --suite core --model {run['model']}", "partial": False, "valid": True, "verdict": [],
    }  # fmt: skip
    tables = [
        pa.Table.from_pandas(result[result["run_id"] == run_id], preserve_index=False),
        pa.Table.from_pandas(samples, preserve_index=False),
    ]
    run_folder.write(runs, manifest, tables[0], tables[1])


if __name__ == "__main__":
    import sys

    build(Path(sys.argv[1]), Path(sys.argv[2]))
