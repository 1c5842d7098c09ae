"""A measurement as a table for people."""

from __future__ import annotations

from typing import Any

from rich.table import Table

from harness.runs.bench.record import Rent
from harness.terminal import print_table

MIB = 1 << 20


def show(document: dict[str, Any], rent: Rent | None) -> None:
    """The measurement as a table: a row a shape."""
    where = document["hardware"]["device_name"]
    print(f"{document['model']['name']} in {document['dtype']} on {where}, {document['new_tokens']} new tokens")
    table = Table(box=None, pad_edge=False)
    heads = ["requests", "prompt", "first token s", "prefill tok/s", "decode tok/s", "memory MiB", "Wh/1k tok"]
    for head in [*heads, *(["$/M prompt", "$/M answer"] if rent else [])]:
        table.add_column(head, justify="right")
    for row in document["shapes"]:
        cells = [str(row["batch"]), str(row["prompt_tokens"])]
        if row["state"] != "measured":
            table.add_row(*cells, row["state"])
            continue
        tokens = row["batch"] * (row["prompt_tokens"] + document["new_tokens"])
        energy = "–" if row["energy_j"] is None else f"{row['energy_j'] / tokens * 1000 / 3600:.3g}"
        memory = "–" if row["peak_memory_bytes"] is None else f"{row['peak_memory_bytes'] / MIB:,.0f}"
        cells += [
            f"{row['first_token_s']:.3g}",
            f"{row['prefill_tokens_per_s']:,.0f}",
            f"{row['decode_tokens_per_s']:,.1f}",
            memory,
            energy,
        ]
        if rent:
            cells += [
                f"{rent.per_hour / (row[rate] * 3600) * 1e6:.3g}"
                for rate in ("prefill_tokens_per_s", "decode_tokens_per_s")
            ]
        table.add_row(*cells)
    print_table(table)
    if rent:
        print(f"Dollars at {rent.per_hour:.3g} an hour ({rent.whose}), machine at work all the time.")
    else:
        print("No rent of this machine is known, so no cost; give one with --per-hour.")
