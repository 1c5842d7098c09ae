"""A small database of item outcomes with costs: a leader, a cheap model that knows other tasks, and a copy of the leader."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb

from harness.interchange.importing import import_path
from harness.store.rebuild import rebuild
from tests.store.conftest import make_catalog

MAPPING = """
columns: {model: m, item: i, value: v, cost_usd: c}
constants: {benchmark: swe-bench-toy, agent: Hands, source: Toy, date: 2026-01-02, licence: MIT}
metric: resolved
"""
ITEMS = 60
MODELS = ("acme/one", "acme-two", "bigco-max", "nobody/else")
PRICE = {"acme/one": 1.0, "acme-two": 1.0, "bigco-max": 0.1, "nobody/else": 0.2}
"""What every item costs with a model, US dollars."""


def solves(model: str, item: int) -> bool:
    """Of the tasks 0–59: ``one`` solves 0–39, ``two`` the same but 36–39, ``max`` 20–49, ``else`` 0–9 and 50; 51–59 nobody."""
    return {
        "acme/one": item < 40,
        "acme-two": item < 36,
        "bigco-max": 20 <= item < 50,
        "nobody/else": item < 10 or item == 50,
    }[model]


def build(folder: Path) -> Path:
    """The database; its runs name their items as SWE-bench does."""
    rows = ["m,i,v,c"]
    names = [f"acme__tools-{i + 100}" for i in range(ITEMS)]
    for model in MODELS:
        rows += [f"{model},{name},{int(solves(model, i))},{PRICE[model]}" for i, name in enumerate(names)]
    (folder / "m.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "map.yaml").write_text(MAPPING, encoding="utf-8")
    (folder / "public").mkdir()
    import_path(folder / "m.csv", runs_dir=folder / "runs", mapping=folder / "map.yaml")
    catalog = make_catalog(folder / "catalog")
    with (catalog / "providers.csv").open("a", encoding="utf-8") as file:
        file.write("bigco-api,Bigco,maker,bigco,US,,2026-01-01,s1\n")
    with (catalog / "prices.csv").open("a", encoding="utf-8") as file:  # of acme-two there is no price
        file.write("bigco-api,max,bigco-max,standard,token,USD,1,2,,,2026-01-01,s1\n")
    rebuild(folder / "land.duckdb", catalog, folder / "public", folder / "runs")
    with duckdb.connect(str(folder / "land.duckdb")) as con:  # as a mapping with public names of items has it
        numbered = sorted(names)
        con.execute("UPDATE run SET manifest = json_merge_patch(manifest, ?)", [json.dumps({"item_names": numbered})])
    return folder / "land.duckdb"
