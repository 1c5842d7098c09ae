"""Small real run folders, catalogs and public runs."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from harness.errors import BadInput
from harness.store import content, run_folder
from harness.store.reader import Reader
from harness.store.rebuild import publish_all

NOTHING = Path(__file__).parent
"""A folder without CSV files, packs and runs: an empty source of each kind."""

SUITE: dict[str, Any] = {
    "name": "tiny",
    "version": "1",
    "title_en": "Tiny",
    "title_zh": "小",
    "description_en": "Three tasks.",
    "description_zh": "三个任务。",
    "tasks": [
        {"task": "text", "group": None, "kind": "perplexity", "language": "en", "num_fewshot": 0,
         "metric": "bits_per_byte", "filter": "none", "higher_is_better": False, "chance": None, "best": None,
         "h0": 4.0, "licence": "CC0-1.0", "redistribute": True},
        {"task": "pick", "group": None, "kind": "classification", "language": "en", "num_fewshot": 5,
         "metric": "acc", "filter": "none", "higher_is_better": True, "chance": 0.5, "best": 1.0,
         "h0": None, "licence": None, "redistribute": False},
    ],
}  # fmt: skip


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def make_run(parent: Path, number: int, *, items: int = 4, model: str = "acme/one", seed: int = 0, **more: Any) -> Path:
    """Seal run ``number``: ``items`` bytes-per-text items, ``items`` two-choice items in clusters of two."""
    rng = np.random.default_rng(number + seed)
    run_id = f"202601{number // 24 + 1:02d}T{number % 24:02d}0000Z-{model.split('/')[1]}-tiny-{number:08x}"
    manifest: dict[str, Any] = {
        "format": 1,
        "run_id": run_id,
        "origin": "measured",
        "model": {"id": model, "model_id": model.replace("/", "-"), "vendor_id": "acme", "revision": "r1", "params": 10},
        "suite": SUITE,
        "tasks": [{"task": t["task"], "group": None, "kind": t["kind"], "items": items} for t in SUITE["tasks"]],
        "left_out": [],
        "plan": {"hash": digest(run_id), "limit": None, "sample": None},
        "engine": {"name": "hf", "version": "1", "settings": {}},
        "dtype": "float32",
        "device": "cpu",
        "perf": {"complete": True, "wall_s": 36.0, "load_s": 1.0, "prompt_tokens": 900, "generated_tokens": 100,
                 "tokens_per_s": 100.0, "peak_memory_bytes": None, "mean_power_w": None, "energy_j": 50.0},
        "hardware": {"device_name": "NVIDIA H200"},
        "versions": {"python": "3.11"},
        "started": "2026-01-01T00:00:00Z",
        "sealed": f"2026-01-01T02:{number % 60:02d}:00+02:00",
        "partial": False,
        "valid": True,
        "verdict": [],
        "chat_template": False,
        "source": None,
    } | more  # fmt: skip
    loss, gold = rng.uniform(1, 3, items), rng.integers(0, 2, items)
    logits = rng.normal(size=(items, 2)) * 3 - 50
    right = (logits.argmax(axis=1) == gold).astype(float)
    weight = np.arange(1, items + 1, dtype=float)
    blank = [None] * items
    samples = pa.table(
        {
            "run_id": [run_id] * 2 * items,
            "task": ["text"] * items + ["pick"] * items,
            "item": [*range(items), *range(items)],
            "doc_hash": [digest(f"{t}{i}") for t in ("text", "pick") for i in range(items)],
            "metric": ["bits_per_byte"] * items + ["acc"] * items,
            "filter": ["none"] * 2 * items,
            "value": [*loss, *right],
            "prompt": [f"Prompt {t} {i}" for t in ("text", "pick") for i in range(items)],
            "target": [str(g) for g in (*gold, *gold)],
            "response": ["Ünsure" if i % 2 else "sure" for i in range(2 * items)],
            "weight": [*weight, *np.ones(items)],
            "cluster": pa.array(blank + [digest(f"passage {i // 2}") for i in range(items)], pa.string()),
            "choice_loglikelihoods": pa.array(blank + logits.tolist(), pa.list_(pa.float64())),
            "gold": pa.array(blank + gold.tolist(), pa.int16()),
        }
    )
    scores = [float((loss * weight).sum() / weight.sum()), float(right.mean())]
    results = pa.table(
        {
            "run_id": [run_id] * 2,
            "task": ["text", "pick"],
            "kind": ["perplexity", "classification"],
            "metric": ["bits_per_byte", "acc"],
            "filter": ["none"] * 2,
            "score": scores,
            "stderr": [0.1, 0.1],
            "n": [items] * 2,
            "higher_is_better": [False, True],
            "num_fewshot": [0, 5],
            "task_version": ["1", "1"],
        }
    )
    return run_folder.write(parent, manifest, results, samples)


def reseal(folder: Path) -> None:
    """Renew the hashes of a run whose files a test has changed, as if it had been sealed so."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    results, samples = (content.table_hash(pq.read_table(folder / f"{n}.parquet")) for n in ("results", "samples"))
    text = json.dumps(content.with_hashes(manifest, results, samples))
    (folder / "manifest.json").write_text(text, encoding="utf-8")


CATALOG = {
    "sources.csv": "source_id,title,publisher,url,licence,retrieved\ns1,Prices,Acme,https://example.org,,2026-01-02\n",
    "vendors.csv": "vendor_id,name_en,name_zh,segment,segment_borderline,country,city,founded,parent_id,website,as_of,source_id\n"
    "acme,Acme,爱克米,startup,,CN,,2023,,,2026-01-01,s1\n"
    "bigco,Bigco,,big-tech,,US,,1990,,,2026-01-01,s1\n",
    "models.csv": "model_id,product_id,vendor_id,name,kind,family,released,params_b,active_params_b,context_tokens,input_modalities,"
    "output_modalities,open_weights,licence,hub_id,derived_from,as_of,source_id\n"
    "acme-one,acme-one,acme,One,multimodal,,2025-06-01,1,,4096,text;image,text,true,MIT,acme/one,,2026-01-01,s1\n"
    "acme-two,acme-two,acme,Two,text,,2024-06-01,2,,4096,text,text,false,,,,2026-01-01,s1\n"
    'bigco-max,bigco-max,bigco,"Max, the ""large""",text,,2022-01-01,,,,text,text,false,,,,2026-01-01,s1\n',
    "providers.csv": "provider_id,name,kind,vendor_id,country,website,as_of,source_id\n"
    "acme-api,Acme,maker,acme,CN,,2026-01-01,s1\nhost,Host,host,,US,,2026-01-01,s1\n",
    "prices.csv": "provider_id,offer_id,model_id,tier,per,currency,input_per_mtok,output_per_mtok,cache_read_per_mtok,"
    "cache_write_per_mtok,as_of,source_id\n"
    "acme-api,one,acme-one,standard,token,USD,2,6,,,2025-07-01,s1\n"
    "acme-api,one,acme-one,standard,token,USD,1,3,,,2026-01-01,s1\n"
    "host,one,acme-one,standard,token,USD,0.5,4,,,2026-01-01,s1\n"
    "host,one-free,acme-one,free,token,USD,0,0,,,2026-01-01,s1\n"
    "host,unmatched,,standard,token,USD,9,9,,,2026-01-01,s1\n",
    "gpu_prices.csv": "cloud,gpu,gpus,memory_gb,terms,currency,per_gpu_hour,as_of,source_id\n"
    "cloudy,H200,1,141,on-demand,USD,3.6,2026-01-01,s1\ncloudy,H2,1,1,on-demand,USD,99,2026-01-01,s1\n",
    "facts.csv": "vendor_id,dimension,key,value,unit,note,as_of,source_id\n"
    "acme,capital,funding,100,USD,,2024-01-01,s1\nacme,capital,funding,250,USD,,2025-01-01,s1\n"
    "acme,business,channel,api,,,2025-01-01,s1\n",
    "relations.csv": "from_id,to_id,kind,amount,currency,note,as_of,source_id\nbigco,acme,invested,5,USD,,2025-01-01,s1\n",
    "benchmarks.csv": "benchmark_id,name_en,name_zh,family,edition,set_up_by,domain,language,metric,unit,chance,ceiling,"
    "higher_is_better,role,as_of,source_id\nmmlu,MMLU,,,,vendor,knowledge,,acc,fraction,0.25,1,true,scale,2026-01-01,s1\n",
    "reported_scores.csv": "model_id,benchmark_id,effort,setting,score,unit,stderr,reported_by,reporter,evidence,as_of,"
    "source_id\n"
    "acme-one,mmlu,default,5-shot,0.7,fraction,,vendor,Acme,primary,2025-06-01,s1\n",
}


def make_catalog(folder: Path, **replaced: str) -> Path:
    folder.mkdir(exist_ok=True)
    texts = CATALOG | {f"{name}.csv": text for name, text in replaced.items()}
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def publish_sources(
    db: Path, runs: Path | Sequence[Path] = NOTHING, *, catalog: Path = NOTHING, public: Path = NOTHING
) -> bool:
    """Publish as the commands do; ``runs`` is a folder of runs, or some of its run folders.

    True where anything changed; ``BadInput`` with the damaged sources, after the others were published.
    """
    if isinstance(runs, Path):
        loaded = publish_all(db, catalog, public, runs)
        if loaded.problems:
            raise BadInput("left out:", loaded.problems)
        return loaded.changed
    with tempfile.TemporaryDirectory() as folder:
        for run in runs:
            Path(folder, run.name).symlink_to(run)
        return publish_sources(db, Path(folder), catalog=catalog, public=public)


def published_runs(db: Path) -> list[str]:
    """The ids of the runs in a database."""
    return [str(name) for name in Reader(db).sql("SELECT run_id FROM run ORDER BY run_id")["run_id"]]


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    folder = tmp_path / "runs"
    folder.mkdir()
    return folder


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """The database of the small catalog alone, for tests that only read."""
    folder = tmp_path_factory.mktemp("market")
    publish_sources(folder / "land.duckdb", catalog=make_catalog(folder / "catalog"))
    return Reader(folder / "land.duckdb")


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    return make_catalog(tmp_path / "catalog")


@pytest.fixture
def db(tmp_path: Path) -> Path:
    return tmp_path / "db" / "landscape.duckdb"
