"""Audit of prices: a random sample of a snapshot's offers, printed beside the catalog's rows and compared with them.

    python -m harness.catalog.audit api-2026-07-02.json --date 2026-07-02 --sample 100 --seed 1

The snapshot is read here on its own, by the plainest means, so that a mistake of the importer shows.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import places
from harness.catalog import tables
from harness.catalog.importers.offers import wrong_in_source
from harness.catalog.names.spellings import slug
from harness.catalog.tables import Row

COSTS = {
    "input": "input_per_mtok",
    "output": "output_per_mtok",
    "cache_read": "cache_read_per_mtok",
    "cache_write": "cache_write_per_mtok",
}


@dataclass(frozen=True)
class Pair:
    """One offer of the snapshot and its row of the catalog (None: missing), with the cost fields that differ."""

    provider: str
    offer: str
    name: str
    cost: Mapping[str, float]
    row: Row | None
    vendor: str
    differs: tuple[str, ...]


def pairs(snapshot: Mapping[str, Any], folder: Path, date: str, sample: int, seed: int) -> list[Pair]:
    """A random sample of the snapshot's offers beside their rows of ``prices.csv`` of that date.

    Offers that a review left out as wrong in their source are not drawn.
    """
    catalog, _ = tables.read(folder)
    rows = {(r["provider_id"], r["offer_id"]): r for r in catalog.rows["prices"] if r["as_of"] == date}
    vendors = {r["model_id"]: r["vendor_id"] for r in catalog.rows["models"]}
    ids = {slug(r["alias"]): r["id"] for r in catalog.rows["aliases"] if r["kind"] == "provider"}
    offers = [
        (p, o)
        for p in sorted(snapshot)
        for o in sorted(snapshot[p]["models"])
        if (ids.get(slug(p), slug(p)), o, date, "") not in wrong_in_source()
    ]
    chosen = random.Random(seed).sample(offers, min(sample, len(offers)))
    return [_pair(p, o, snapshot[p]["models"][o], rows.get((ids.get(slug(p), slug(p)), o)), vendors) for p, o in chosen]


def _pair(provider: str, offer: str, facts: Mapping[str, Any], row: Row | None, vendors: Mapping[str, str]) -> Pair:
    cost = {k: float(v) for k, v in (facts.get("cost") or {}).items() if k in COSTS}
    differs = ["missing"] if row is None else [k for k, c in COSTS.items() if not _same(cost.get(k), row[c])]
    vendor = vendors.get(row["model_id"], "") if row else ""
    return Pair(provider, offer, str(facts["name"]), cost, row, vendor, tuple(differs))


def _same(there: float | None, here: str) -> bool:
    """Whether a price of the snapshot equals a cell; a missing or negative price equals an empty cell."""
    if there is None or there < 0:
        return here == ""
    return here != "" and abs(float(here) - there) <= 1e-9 * max(1.0, there)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the sample; 1 where a price differs or a row is missing."""
    parser = argparse.ArgumentParser(prog="python -m harness.catalog.audit", description=__doc__.splitlines()[0])
    parser.add_argument("snapshot", type=Path)
    parser.add_argument("--date", required=True)
    parser.add_argument("--sample", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--catalog", type=Path, default=None)
    options = parser.parse_args(arguments)
    snapshot = json.loads(options.snapshot.read_text(encoding="utf-8"))
    sampled = pairs(snapshot, options.catalog or places.catalog(), options.date, options.sample, options.seed)
    for pair in sampled:
        here = {k: pair.row[c] for k, c in COSTS.items() if pair.row[c]} if pair.row else {}
        model = pair.row["model_id"] if pair.row else ""
        mark = ", ".join(pair.differs) or "same"
        print(f"{pair.provider}: {pair.offer} | {pair.name} | {dict(pair.cost)}")
        print(f"    -> {pair.vendor or '(no vendor)'}: {model or '(unmatched)'} | {here} | {mark}")
    wrong = sum(bool(p.differs) for p in sampled)
    print(
        f"{len(sampled)} offers, {wrong} differ, {sum(bool(p.vendor) for p in sampled)} with a vendor", file=sys.stderr
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
