"""Raw values of what a GPU costs for an hour."""

from __future__ import annotations

import re
from pathlib import Path

from harness.catalog.auditing.raw import DIFFERS, SAME, Record, Verdict, csv_rows, flat, number, numbers_of, same
from harness.catalog.tables import Row

WHOLE = 0.7  # a machine of n GPUs costs at least this share of n machines of one


def price(market: Path, row: Row) -> Verdict:
    """The price of the same cloud, GPU and day."""
    records = _dated(market, row) if row["source_id"].startswith("hardware-prices") else _listed(market, row)
    records = [r for r in records if _words(row["gpu"]) <= _words(r.name)]
    memory = f"{row['memory_gb']} GB"
    for record in sorted(records, key=lambda r: not (row["memory_gb"] and memory in r.name)):
        for column, value in record.numbers:
            if same(value, row["per_gpu_hour"]):
                return Verdict(SAME, f"{record.place}: {row['cloud']}: {record.name}: {column} {value:.10g}")
    shown = "; ".join(f"{r.name}: {c} {v:.6g}" for r in records for c, v in r.numbers)[:200]
    return Verdict(DIFFERS, shown or "no price of this cloud, GPU and day in the snapshot")


def _dated(market: Path, row: Row) -> list[Record]:
    """Prices of a day."""
    raws = csv_rows(market / "epoch_ai" / "hardware_prices.csv")
    raws = [r for r in raws if r["Price date"] == row["as_of"] and _same_cloud(r["Vendor"], row["cloud"])]
    return [
        Record("hardware_prices.csv", _card(r), numbers_of(r, ("Number of GPUs",)))
        for r in raws
        if " ".join(r["Location"].split()) in row["terms"]
    ]


def _card(raw: Row) -> str:
    """The hardware as the snapshot's authors name it, and as the cloud does: the cloud's name alone where it is another."""
    model, described = raw["Hardware model"], raw.get("Cloud GPU description", "")
    named = re.match(r"[A-Z]+\d+", described)
    other = named is not None and flat(named.group()) not in flat(model)
    return described if other else f"{model} {described}".strip()


def _listed(market: Path, row: Row) -> list[Record]:
    folder = market / "cloud_gpus"
    raws = [*csv_rows(folder / "cloud-gpus.csv"), *csv_rows(folder / "serverless-gpus.csv")]
    raws = [r for r in raws if _same_cloud(r.get("Cloud") or r.get("Vendor") or "", row["cloud"])]
    ones = {r["GPU Type"]: number(r["Per-GPU"]) for r in raws if r["GPUs"] == "1"}
    return [
        Record("cloud_gpus", f"{r['GPU Type']} x {r['GPUs']}", _per_gpu(r, ones.get(r["GPU Type"])))
        for r in raws
        if r["GPUs"] == row["gpus"]
    ]


def _per_gpu(raw: Row, one: float | None) -> tuple[tuple[str, float], ...]:
    """Prices of one GPU; where they grow with the number of GPUs, they are the whole machine's."""
    each, spot, gpus = number(raw["Per-GPU"]), number(raw.get("Spot", "")), number(raw["GPUs"])
    found = []
    if each is not None:
        whole = bool(one and gpus and gpus > 1 and each > WHOLE * gpus * one)
        found.append(("Per-GPU ÷ GPUs", each / gpus) if whole and gpus else ("Per-GPU", each))
    if spot and gpus:
        found.append(("Spot ÷ GPUs", spot / gpus))
    return tuple(found)


def _same_cloud(there: str, here: str) -> bool:
    """Whether two names are of one cloud: one is in the other, or is the other's first letters."""
    one, other = flat(there), flat(here)
    letters = "".join(w[0] for w in there.lower().split())
    if {one, other} == {"gcp", "googlecloud"}:
        return True
    return bool(one and other) and (one in other or other in one or letters == other)


def _words(text: str) -> set[str]:
    """Words of a GPU's name; the line's name RTX may be left out."""
    return set(re.findall(r"[a-z]+|\d+", text.lower())) - {"rtx"}
