"""What is wrong with an ask of own machines: every option outside its range or its list, one sentence each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.analysis.cost.machine_memory import CACHE_BYTES, NODE, WEIGHT_BYTES
from harness.errors import BadInput
from harness.market.own_machines.rents import TERMS
from harness.market.own_machines.tables import gpu

if TYPE_CHECKING:
    from harness.market.own_machines.ask import Ask

BASES = ("auto", "estimated", "published", "measured")
"""What a throughput may rest on; ``auto``: published where one is comparable, else estimated."""
LEAST_SIZE, MOST_SIZE = 0.0001, 100_000.0
"""Billions of parameters: from the smallest models that are taught with to a hundred times the largest known."""


def sizes(ask: Ask) -> list[str]:
    """Problems of the stated size."""
    found = list(
        _outside(
            ("--params", ask.params_b, LEAST_SIZE, MOST_SIZE, "billion parameters"),
            ("--active", ask.active_b, LEAST_SIZE, MOST_SIZE, "billion parameters"),
        )
    )
    if not found and ask.params_b is not None and ask.active_b is not None and ask.active_b > ask.params_b:
        found.append("--active must be at most --params.")
    return found


def options(ask: Ask) -> list[str]:
    """Problems of everything but the model and its size. Bounds lie far beyond what is sold, so that no figure overflows."""
    found = list(
        _outside(
            ("--gpu-hour", ask.usd_per_gpu_hour, 0.001, 10_000, "US$"),
            ("--electricity", ask.usd_per_kwh, 0, 100, "US$ per kWh"),
            ("--context", ask.context, 2, 100_000_000, "tokens"),
            ("--concurrency", ask.requests, 1, 1_000_000, "requests"),
            ("--utilisation", ask.utilisation, 0.001, 1, ""),
            ("--tokens-a-day", ask.tokens_a_day, 1, 1e14, "tokens"),
            ("--api-price", ask.api_per_mtok, 0.0001, 1_000_000, "US$ per million tokens"),
        )
    )
    if ask.output_tokens is not None and not 0 < ask.output_tokens < ask.context:
        found.append("--output-tokens must be above 0 and fewer than --context, which holds prompt and output.")
    if ask.gpus is not None and not 1 <= ask.gpus <= NODE:
        found.append(
            f"--gpus must be from 1 to {NODE}, those of one node; machines of several nodes are not estimated."
        )
    for option, value, known in (
        ("--precision", ask.precision, WEIGHT_BYTES),
        ("--cache-precision", ask.cache_precision, CACHE_BYTES),
        ("--terms", ask.terms, TERMS),
        ("--basis", ask.basis, BASES),
    ):
        if value is not None and value not in known:
            found.append(f"{option} {value!r} is not known; there is {', '.join(known)}.")
    return found + _card(ask)


def refuse(problems: list[str]) -> None:
    """Raise BadInput with all problems where there are any."""
    if len(problems) == 1:
        raise BadInput(problems[0])
    if problems:
        raise BadInput(f"{len(problems)} things stand in the way of an answer:", problems)


def _card(ask: Ask) -> list[str]:
    try:
        card = gpu(ask.gpu)
    except BadInput as error:
        return [str(error)]
    if ask.usd_per_kwh and card.tdp_w is None:
        return [f"The power of {card.name} is not known, nor then its electricity: add it to --gpu-hour instead."]
    return []


def _outside(*limits: tuple[str, float | None, float, float, str]) -> Iterable[str]:
    """A sentence for each value that is stated and not in its range; NaN lies in none."""
    for option, value, least, most, unit in limits:
        if value is not None and not least <= value <= most:
            yield f"{option} must be from {least:,.15g} to {most:,.15g} {unit}".rstrip() + "."
