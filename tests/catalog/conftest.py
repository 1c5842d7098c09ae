"""A catalog of a few rows a table, sound as it stands; tests break it one cell at a time."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path

import pytest

import harness.catalog.importers
from harness import places
from harness.catalog.schema import BY_NAME
from harness.catalog.tables import Row
from harness.catalog.writing import write

TODAY = dt.date(2026, 8, 1)

LINES = {
    "sources": ["page,A page,A publisher,https://example.org/page,CC BY 4.0,2026-07-02"],
    "vendors": [
        "acme,Acme,艾克米,startup,,FR,Lyon,2021-03,,https://acme.example,2026-07-01,page",
        "acme-labs,Acme Labs,,lab,,CN,,2023,acme,,2026-07-01,page",
    ],
    "models": [
        "acme-7b-instruct,acme-7b-instruct,acme,Acme 7B Instruct,multimodal,acme,2026-01-15,7,,32768,text;image,text,true,MIT,"
        "acme/Acme-7B-Instruct,,2026-07-01,page",
        "acme-large,acme-large,acme,Acme Large,text,acme,,,,,,,false,,,,2026-07-01,page",
    ],
    "providers": ["cloudy,Cloudy,host,,US,https://cloudy.example,2026-07-01,page"],
    "prices": [
        "cloudy,acme/acme-7b,acme-7b-instruct,standard,token,USD,0.1,0.3,,,2026-06-01,page",
        "cloudy,acme/acme-7b,acme-7b-instruct,standard,token,USD,0.2,0.4,0.05,0.1,2026-07-01,page",
        "cloudy,@cf/mystery,,standard,token,USD,1,2,,,2026-07-01,page",
    ],
    "gpu_prices": ["Cloudy,H100,8,80,on-demand,USD,2.5,2026-07-01,page"],
    "fx": ["EUR,1.17,2025-12-31,page"],
    "facts": [
        "acme,capital,revenue,1200000,EUR,year 2025,2025-12-31,page",
        "acme,capital,net_income,-50000,EUR,year 2025,2025-12-31,page",
        "acme,rnd,staff,40,people,,2025-12-31,page",
        "acme,business,channel,own-api,,,2026-07-01,page",
    ],
    "relations": ["acme,acme-labs,invested,1000000,EUR,seed,2024-05-01,page"],
    "benchmarks": [
        "mmlu,MMLU,,MMLU,,vendor,knowledge,,acc,fraction,0.25,1,true,scale,2026-07-01,page",
        "chatbot-arena,Chatbot Arena,,,,lmarena,general,,rating,elo,,,true,rating,2026-07-01,page",
        "scicode,SciCode,,,,vendor,coding,,,fraction,,1,true,scale,2026-07-01,page",
        "scicode-artificial-analysis,SciCode (Artificial Analysis),,,,artificial-analysis,coding,,,fraction,,1,true,scale,"
        "2026-07-01,page",
    ],
    "reported_scores": [
        "acme-7b-instruct,mmlu,default,5-shot,0.61,fraction,,acme,vendor,primary,2026-01-15,page",
        "acme-7b-instruct,chatbot-arena,default,,1200,elo,4.5,LMArena,third-party,primary,2026-06-01,page",
    ],
    "task_costs": ["acme-7b-instruct,scicode,high,,cost,0.04,USD,LMArena,primary,2026-06-01,page"],
    "aliases": ["model,acme-7b,acme-7b-instruct,,,2026-07-01,page", "family,acme,acme,,,2026-07-01,page"],
}


def small_rows() -> dict[str, list[Row]]:
    """The small catalog in memory, fresh for each caller."""
    rows: dict[str, list[Row]] = {name: [] for name in BY_NAME}
    for name, lines in LINES.items():
        rows[name] = [dict(zip(BY_NAME[name].names, line.split(","), strict=True)) for line in lines]
    return rows


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """The small catalog as a folder."""
    folder = tmp_path / "catalog"
    write(folder, small_rows())
    return folder


@pytest.fixture(scope="session")
def market(shared: Path) -> Path:
    """The folder of real market snapshots."""
    return shared / "market"


@pytest.fixture(scope="session")
def offers_of_july_2026(market: Path) -> set[tuple[str, str]]:
    """Offers that the catalog has to hold of models.dev of 2 July 2026, from the file in plain Python.

    Two names of one cloud are one provider; an offer whose price is known to be wrong stays out.
    """
    document = json.loads((market / "models.dev" / "api-2026-07-02.json").read_text(encoding="utf-8"))
    names = {p: p.replace(".", "-") for p in document}  # as the catalog writes ids
    with (places.packaged_catalog() / "aliases.csv").open(encoding="utf-8", newline="") as file:
        names |= {r["alias"]: r["id"] for r in csv.DictReader(file) if r["kind"] == "provider"}
    listed = [(names[p], m["id"]) for p, entry in document.items() for m in entry["models"].values()]
    assert len(listed) == 5276
    mappings = Path(harness.catalog.importers.__path__[0]) / "mappings"
    with (mappings / "prices_out.csv").open(encoding="utf-8", newline="") as file:
        whole = [r for r in csv.DictReader(file) if r["as_of"] == "2026-07-02" and not r["column"]]
    return set(listed) - {(r["provider_id"], r["offer_id"]) for r in whole}
