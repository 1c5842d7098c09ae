"""Raw values of what a GPU costs for an hour."""

from __future__ import annotations

import re
from pathlib import Path

from harness.catalog.auditing.raw import DIFFERS, SAME, Record, Verdict, csv_rows, flat, number, numbers_of, same
from harness.catalog.tables import Row


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
    """Prices of a day; the hardware's name is put by the snapshot's authors, the description is the cloud's own."""
    raws = csv_rows(market / "epoch_ai" / "hardware_prices.csv")
    raws = [r for r in raws if r["Price date"] == row["as_of"] and _same_cloud(r["Vendor"], row["cloud"])]
    return [
        Record("hardware_prices.csv", r.get("Cloud GPU description") or r["Hardware model"],
               numbers_of(r, ("Number of GPUs",)))
        for r in raws
        if " ".join(r["Location"].split()) in row["terms"]
    ]  # fmt: skip


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
    """Prices of one GPU; a machine of several that costs much more a GPU than a machine of one is priced as a whole."""
    each, spot, gpus = number(raw["Per-GPU"]), number(raw.get("Spot", "")), number(raw["GPUs"])
    found = []
    if each is not None:
        whole = bool(one and gpus and gpus > 1 and each > 1.5 * one)
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
