"""A model on machines of one's own: what it is, what it takes of their memory, how many cards hold it.

Sizes are in billions of parameters, memory in GB (10⁹ bytes).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.errors import BadInput

WEIGHT_BYTES = {"bf16": 2.0, "fp8": 1.0, "int8": 1.0, "int4": 0.53125}
"""Bytes a parameter; int4 is 4 bits and a scale of 8 bits for each 32 values (MXFP4, 4.25 bits)."""
CACHE_BYTES = {"bf16": 2.0, "fp8": 1.0}
USABLE = 0.9  # share of a GPU's memory for weights and cache: vLLM's default `gpu_memory_utilization`
NODE = 8  # GPUs that share one board
MOST_REQUESTS = (
    1024  # requests at a time, where nobody says how many: the largest batch that published throughputs serve
)


class NoRoom(BadInput):
    """A machine's memory is too small for the model, or for the requests beside it."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What of a model decides its memory and speed. ``kv_values``: values a token and layer in the cache (2 × heads × dimension, or
    the latent of MLA); layers beyond ``full_layers`` remember the last ``window`` tokens (0: a state of fixed size).
    ``attention_width``: query heads × mean of the dimensions of keys and values. ``experts`` 0: dense. ``cache_doubt``: factor by
    which the cache may differ, 1 where the architecture is known."""

    name: str
    params_b: float
    active_b: float
    layers: int
    full_layers: int
    window: int
    kv_values: float
    attention_width: float
    experts: float = 0
    experts_active: float = 0
    cache_doubt: float = 1.0

    def attended(self, tokens: float) -> float:
        """Positions that all layers together keep of so many tokens."""
        return self.full_layers * tokens + (self.layers - self.full_layers) * min(tokens, self.window)


@dataclass(frozen=True, slots=True)
class Gpu:
    """A card: memory in GB, bandwidth in TB/s, dense (not sparse) TFLOP/s, watts. None where it has no such arithmetic."""

    name: str
    memory_gb: float
    bandwidth_tb_s: float
    bf16_tflops: float
    fp8_tflops: float | None
    int8_tflops: float | None
    tdp_w: float | None


@dataclass(frozen=True, slots=True)
class Machine:
    """Cards of one kind that hold one copy of a model, and the precision of its weights and cache."""

    gpu: Gpu
    gpus: int
    precision: str
    cache_precision: str = "bf16"


@dataclass(frozen=True, slots=True)
class Work:
    """A request's tokens, and how many requests are served at a time (None: as many as the memory holds)."""

    prompt_tokens: float
    output_tokens: float
    requests: int | None = None

    @property
    def tokens(self) -> float:
        """Tokens of a request, prompt and output."""
        return self.prompt_tokens + self.output_tokens

    def described(self, count: int) -> str:
        """So many of these requests, in words."""
        return f"{count:,} request{'' if count == 1 else 's'} of {self.tokens:,.0f} tokens"


@dataclass(frozen=True, slots=True)
class Memory:
    """GB of one copy: weights, cache of one request at its end, what is usable on all cards; requests that have room."""

    weights_gb: float
    request_gb: float
    usable_gb: float
    total_gb: float
    requests: int


def architecture_by_size(params_b: float, active_b: float | None = None) -> Architecture:
    """An architecture from its size alone, by its active parameters: layers, cache and width of attention as dense models with
    grouped queries have them; where fewer parameters are active, experts spread over all weights.

    The cache is known within a factor of 2, and of 3 for mixtures of experts (``cache_doubt``). Source: least squares of the
    logarithms over the dense rows of ``architectures.csv``. Raises BadInput for impossible sizes.
    """
    active = params_b if active_b is None else active_b
    if not 0 < active <= params_b < math.inf:
        raise BadInput(
            f"Parameters must be above 0, and active ones at most as many; not {params_b:,g} billion with {active:,g} billion active."
        )
    layers = max(1, round(35 * (active / 8) ** 0.33))
    sparse = active < params_b
    return Architecture(
        name=f"{params_b:g}B",
        params_b=params_b,
        active_b=active,
        layers=layers,
        full_layers=layers,
        window=0,
        kv_values=62_000 * (active / 8) ** 0.38 / layers,
        attention_width=4_150 * (active / 8) ** 0.35,
        experts=params_b if sparse else 0,
        experts_active=active if sparse else 0,
        cache_doubt=3.0 if sparse else 2.0,
    )


def weights_gb(model: Architecture, precision: str) -> float:
    """Memory of the weights, GB. Raises BadInput for a precision that is not in ``WEIGHT_BYTES``."""
    return model.params_b * _bytes(WEIGHT_BYTES, precision, "weights")


def cache_gb(model: Architecture, tokens: float, cache_precision: str = "bf16") -> float:
    """Memory of the keys and values of one request of so many tokens, GB. Raises BadInput for an unknown precision."""
    return model.attended(tokens) * model.kv_values * _bytes(CACHE_BYTES, cache_precision, "the cache") / 1e9


def memory(model: Architecture, machine: Machine, work: Work) -> Memory:
    """What one copy of the model takes of the machine's memory, and how many requests have room beside the weights."""
    usable = machine.gpus * machine.gpu.memory_gb * USABLE
    weights, request = weights_gb(model, machine.precision), cache_gb(model, work.tokens, machine.cache_precision)
    room = max(0, math.floor((usable - weights) / request + 1e-9)) if request else MOST_REQUESTS
    return Memory(weights, request, usable, machine.gpus * machine.gpu.memory_gb, room if usable > weights else 0)


def fewest_gpus(model: Architecture, machine: Machine, work: Work) -> int:
    """The fewest cards (1, 2, 4 or 8) that hold the weights and the cache of the requests, one where none are stated.

    Raises NoRoom where a node of 8 is too small; it says what is missing.
    """
    wanted = work.requests or 1
    for gpus in (1, 2, 4, NODE):
        trial = Machine(machine.gpu, gpus, machine.precision, machine.cache_precision)
        if memory(model, trial, work).requests >= wanted:
            return gpus
    need = weights_gb(model, machine.precision) + wanted * cache_gb(model, work.tokens, machine.cache_precision)
    raise NoRoom(
        f"{model.name} at {machine.precision} with {work.described(wanted)} needs {need:,.0f} GB; a node of "
        f"{NODE} × {machine.gpu.name} has {NODE * machine.gpu.memory_gb * USABLE:,.0f} GB for it. Choose a lower precision, a shorter "
        "context or a larger card; machines of several nodes are not estimated."
    )


def _bytes(known: dict[str, float], precision: str, what: str) -> float:
    if precision not in known:
        raise BadInput(f"The precision {precision!r} of {what} is not known; there is {', '.join(known)}.")
    return known[precision]
