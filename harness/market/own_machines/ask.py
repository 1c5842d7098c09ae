"""What a reader asks of machines of one's own."""

from __future__ import annotations

from dataclasses import dataclass

CONTEXT, SHARE = 8192, 0.25
"""Tokens of a request in and out, and the share that is output: three in for each one out, as blended prices count."""
UTILISATION = 0.5
"""Share of the day that a machine serves at full speed: people work by day. An assumption, and so the reader's."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a reader asks: a model of the catalog or a size, a card, terms, a work; None stands for "choose"."""

    model: str | None = None
    params_b: float | None = None
    active_b: float | None = None
    gpu: str = "H100"
    gpus: int | None = None
    precision: str | None = None
    cache_precision: str = "bf16"
    terms: str = "on-demand"
    usd_per_gpu_hour: float | None = None
    usd_per_kwh: float = 0.0
    context: int = CONTEXT
    output_tokens: int | None = None
    requests: int | None = None
    utilisation: float = UTILISATION
    tokens_a_day: float | None = None
    api_per_mtok: float | None = None
    basis: str = "auto"
