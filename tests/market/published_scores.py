"""A small catalog of published scores with a known truth: capabilities, difficulties, and every reason not to be ranked.

Scores follow the two-parameter curve without chance level and with a small error, so that true points are
130 + 20 × capability / 2: Claude 3.5 Sonnet has capability 0 and GPT-5 has 2.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from harness.store.migrations import migrate

LOW, HIGH = "claude-3-5-sonnet-20240620", "gpt-5"
CAPABILITY = {LOW: 0.0, HIGH: 2.0} | {f"m{i:02}": -1.5 + 0.3 * i for i in range(16)}
"""True capability of products with scores on all of the first benchmarks."""
FIRST = date(2025, 1, 1)
NEWEST = date(2026, 6, 1)
BENCHMARKS = {
    # id: (name, family, set_up_by, domain, role, difficulty)
    "code-a": ("Code A", "Code A", "vendor", "coding", "scale", -0.5),
    "code-b": ("Code B", "Code B", "vendor", "coding", "scale", 0.8),
    "agent-a": ("Agent A", "Agent A", "vendor", "agents", "scale", 0.5),
    "agent-b": ("Agent B", "Agent B", "vendor", "agents", "scale", 1.5),
    "agent-c": ("Agent C", "Agent C", "vendor", "agents", "scale", 2.0),
    "sums-vendor": ("Sums (makers)", "Sums", "vendor", "mathematics", "scale", 0.0),
    "sums-epoch": ("Sums (Epoch AI)", "Sums", "epoch", "mathematics", "scale", 0.2),
    "facts": ("Facts", "Facts", "vendor", "knowledge", "scale", -0.8),
    "riddles": ("Riddles", "Riddles", "vendor", "reasoning", "scale", 1.0),
    **{f"live-{i}": (f"Live {i}", f"Live {i}", "livebench", d, "scale", 0.3 * i)
       for i, d in enumerate(("coding", "mathematics", "language", "reasoning", "knowledge"))},
    "old-board": ("Old (board)", "Old", "open-llm-leaderboard-v1", "knowledge", "scale", -1.0),
    **{f"isle-{i}": (f"Isle {i}", f"Isle {i}", "vendor", d, "scale", 0.0)
       for i, d in enumerate(("knowledge", "knowledge", "reasoning", "reasoning", "mathematics"))},
    **{f"rare-{i}": (f"Rare {i}", f"Rare {i}", "vendor", d, "scale", 0.0)
       for i, d in enumerate(("knowledge", "knowledge", "reasoning", "reasoning", "mathematics"))},
    "arena": ("Arena", "Arena", "arena", "language", "rating", 0.0),
}  # fmt: skip
WIDE = ["code-a", "code-b", "agent-a", "agent-b", "agent-c", "sums-vendor", "sums-epoch", "facts", "riddles"]
LIVE, ISLE, RARE = ([f"{name}-{i}" for i in range(5)] for name in ("live", "isle", "rare"))
UNRANKED = {
    # id: (benchmarks, reason, English)
    "fugu": (["facts", "riddles"], "system", "answers through other makers' models"),
    "solo": (["facts"], "few_benchmarks", "1 benchmark; 5 are needed"),
    "four": (["code-a", "sums-vendor", "facts", "riddles"], "few_benchmarks", "4 benchmarks; 5 are needed"),
    "agentic": (WIDE[:5], "one_domain", "only tests of coding and agents published, 5 benchmarks"),
    "listed": (LIVE, "one_battery", "scores of LiveBench only, 5 benchmarks"),
    "isle-1": (ISLE, "not_connected", "5 benchmarks, none of them shared with the others"),
    "rare": (RARE, "too_few_to_fit", "5 benchmarks, fewer than 4 of them with scores of 5 products or more"),
}
"""Products that cannot be ranked, and why."""


def build(file: Path, *, without: tuple[str, ...] = ()) -> Path:
    """Write the database to ``file``, without the scores of the products in ``without``."""
    rng = np.random.default_rng(7)
    has = {name: list(WIDE) for name in CAPABILITY}
    for name in [f"m{i:02}" for i in range(6)]:
        has[name] += [*LIVE, "old-board"]
    has |= {name: tests for name, (tests, _, _) in UNRANKED.items()} | {f"isle-{i}": ISLE for i in range(2, 6)}
    scores = [_score(rng, name, test) for name, tests in has.items() for test in tests if name not in without]
    scores += [_score(rng, "voice", "facts"), _score(rng, "m15-high", "live-0", FIRST + timedelta(days=400))]
    scores.append(scores[0] | {"benchmark_id": "arena", "score": 1300.0, "unit": "elo"})
    names = [*has, "m15-high", "voice", "unscored"]
    models = [_model(name, i) for i, name in enumerate(names)]
    frames = {
        "vendor": pd.DataFrame([("acme", "Acme", "startup", "FR")], columns=["vendor_id", "name_en", "segment", "country"]),
        "model": pd.DataFrame(models),
        "benchmark": pd.DataFrame(
            [(id, *row[:5], "fraction", 0.0) for id, row in BENCHMARKS.items()],
            columns=["benchmark_id", "name_en", "family", "set_up_by", "domain", "role", "unit", "chance"],
        ),
        "reported_score": pd.DataFrame(scores),
    }  # fmt: skip
    with duckdb.connect(str(file)) as con:
        migrate(con)
        for name, frame in frames.items():
            con.register("incoming", frame)
            con.execute(f"INSERT INTO {name} BY NAME SELECT * FROM incoming")
            con.unregister("incoming")
    return file


def _score(rng: np.random.Generator, model: str, test: str, day: date = FIRST) -> dict[str, object]:
    gap = 1.5 * (CAPABILITY.get(model.removesuffix("-high"), 0.5) - BENCHMARKS[test][5])
    score = 1 / (1 + np.exp(-gap)) + rng.normal(0, 0.01)
    return {
        "model_id": model, "benchmark_id": test, "effort": "default", "score": float(np.clip(score, 0, 1)), "unit": "fraction",
        "reported_by": "vendor", "evidence": "primary", "as_of": day, "source_id": "papers",
    }  # fmt: skip


def _model(name: str, index: int) -> dict[str, object]:
    return {
        "model_id": name, "product_id": name.removesuffix("-high"), "vendor_id": "acme", "name": name.replace("-", " ").upper(),
        "kind": "speech" if name == "voice" else "text", "hub_id": f"acme/{name}", "open_weights": index % 2 == 0,
        "released": NEWEST if name in ("m15", "voice", "unscored") else FIRST + timedelta(days=index),
    }  # fmt: skip
