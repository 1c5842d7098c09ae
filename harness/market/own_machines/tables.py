"""The tables of this folder: cards, architectures and published throughputs, each row with its source."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from harness import names
from harness.analysis.cost.machine_memory import Architecture, Gpu, architecture_by_size
from harness.errors import BadInput

FOLDER = Path(__file__).parent
Row = Mapping[str, str]


@lru_cache(maxsize=8)
def table(name: str) -> tuple[Row, ...]:
    """The rows of ``<name>.csv``: ``gpus``, ``architectures`` or ``throughputs``."""
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


def gpu_names() -> list[str]:
    """The cards that can be computed with, as the table orders them."""
    return [row["gpu"] for row in table("gpus")]


def gpu_row(wanted: str) -> Row:
    """The row of a card, by its name or its other names, whatever the case. Raises BadInput for others; lists what there is."""
    for row in table("gpus"):
        if names.fold(wanted) in {names.fold(n) for n in (row["gpu"], *row["also"].split("; ")) if n}:
            return row
    raise BadInput(f"There are no figures of the GPU {wanted!r}; there is {', '.join(gpu_names())}.")


def gpu(wanted: str) -> Gpu:
    """The card of a name (``gpu_row``)."""
    row = gpu_row(wanted)
    return Gpu(
        row["gpu"], float(row["memory_gb"]), float(row["bandwidth_tb_s"]), float(row["bf16_tflops"]),
        _number(row["fp8_tflops"]), _number(row["int8_tflops"]), _number(row["tdp_w"]),
    )  # fmt: skip


def architecture(model_id: str, name: str, params_b: float | None, active_b: float | None) -> Architecture:
    """The architecture of a model of the catalog; by its size where the table has no row of it.

    Raises BadInput where its size is not known either, or is impossible.
    """
    if params_b is None or params_b != params_b:
        raise BadInput(f"The catalog does not know how many parameters {name} has; state them with --params.")
    active = params_b if active_b is None or active_b != active_b else active_b
    by_size = replace(architecture_by_size(params_b, active), name=name)
    row = next((r for r in table("architectures") if r["model_id"] == model_id), None)
    if row is None or bool(row["experts"]) != (active < params_b):
        return by_size
    layers = int(row["layers"])
    head = _number(row["head_dim"])
    values = _number(row["latent_dim"])
    return Architecture(
        name=name,
        params_b=params_b,
        active_b=active,
        layers=layers,
        full_layers=int(row["full_layers"] or layers),
        window=int(row["window"] or 0),
        kv_values=2 * int(row["kv_heads"]) * head if values is None and head is not None else float(values or 0),
        attention_width=int(row["heads"]) * float(row["attention_dim"] or row["head_dim"]),
        experts=int(row["experts"] or 0),
        experts_active=int(row["experts_active"] or 0),
    )


def _number(text: str) -> float | None:
    return float(text) if text else None
