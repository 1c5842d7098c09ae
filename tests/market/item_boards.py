"""A small database of item outcomes: four known models on two benchmarks that share tasks, and what has to stay out."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from harness.interchange.importing import import_path
from harness.store.rebuild import rebuild
from tests.store.conftest import make_catalog

MAPPING = """
columns: {model: m, item: i, value: v, benchmark: b, agent: g, cost_usd: c}
constants: {source: Toy, date: 2026-01-02, licence: MIT}
metric: resolved
item_names: public
verdicts: [{model: judged, benchmark: fix, code: agent-breakdown, message: The agent broke down.}]
"""
MODELS = ("acme/one", "acme-two", "bigco-max", "nobody/else")
ITEMS = 40


def answers() -> dict[str, list[int]]:
    """Right and wrong on ``ITEMS`` tasks: Acme's two models agree on the first half."""
    rng = np.random.default_rng(3)
    given = {name: (rng.random(ITEMS) < 0.6).astype(int).tolist() for name in MODELS}
    given["acme-two"][: ITEMS // 2] = given["acme/one"][: ITEMS // 2]
    return given


def cost(model: str, item: int) -> float | str:
    """US dollars of an item of ``fix`` by Hands: three models' are known."""
    return {"acme/one": 0.5, "acme-two": 1 + item / 10, "bigco-max": 2.0}.get(model, "")


def build(folder: Path, *, priced: bool = True) -> Path:
    """The database; ``fix`` has all tasks, ``test`` the first thirty of them, ``fix`` by another agent two models."""
    rows = ["m,i,v,b,g,c"]
    for model, values in answers().items():
        rows += [f"{model},t{i},{v},fix,Hands,{cost(model, i) if priced else ''}" for i, v in enumerate(values)]
        rows += [f"{model},t{i},{1 - v if i % 5 == 0 else v},test,Hands," for i, v in enumerate(values[:30])]
    rows += [f"judged,t{i},{i % 2},fix,Hands," for i in range(ITEMS)]
    rows += [f"{model},t{i},{i % 2},fix,Other," for model in MODELS[:2] for i in range(ITEMS)]
    (folder / "m.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "public").mkdir()
    import_path(folder / "m.csv", runs_dir=folder / "runs", mapping=folder / "map.yaml")
    rebuild(folder / "land.duckdb", make_catalog(folder / "catalog"), folder / "public", folder / "runs")
    return folder / "land.duckdb"
