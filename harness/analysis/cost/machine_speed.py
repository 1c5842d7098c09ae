"""Tokens per second of a model on machines of one's own, an interval.

A roofline: a request takes the time of its prompt's arithmetic and, per step of its output, that of reading weights and cache.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from harness.analysis.cost.machine_memory import (
    MOST_REQUESTS,
    WEIGHT_BYTES,
    Architecture,
    Machine,
    NoRoom,
    Work,
    cache_gb,
    memory,
)
from harness.errors import BadInput


@dataclass(frozen=True, slots=True)
class Range:
    """An interval with its middle."""

    low: float
    middle: float
    high: float

    def __truediv__(self, other: float) -> Range:
        return Range(self.low / other, self.middle / other, self.high / other)

    def cost_at(self, usd: float) -> Range:
        """``usd`` divided by the range: dearest where the range is lowest."""
        return Range(usd / self.high, usd / self.middle, usd / self.low)


DENSE_COMPUTE = Range(0.25, math.sqrt(0.25 * 0.76), 0.76)
"""Share of peak arithmetic that a dense model reaches. High: 76% in prefill (Pope et al. 2023). Low: Llama-2 70B at FP8 on
4×H100, 2,048:128 tokens, counted over all of its time (TensorRT-LLM 0.5 performance table: 843 tokens/s out are 25%)."""
EXPERT_COMPUTE = Range(0.08, math.sqrt(0.08 * 0.76), 0.76)
"""The same of a mixture of experts. Low: DeepSeek-R1 at FP8 on 8×H200, 2,000-token prompts (GPUStack performance lab: 19,024
tokens/s are 9%); DeepSeek's own service reaches 15% on H800 nodes (73,700 tokens/s in, 56.3% of them cached)."""
BANDWIDTH = Range(0.4, math.sqrt(0.4 * 0.75), 0.75)
"""Share of peak memory bandwidth while tokens are generated: gpt-fast on A100, 0.37 (int8, 8 GPUs) to 0.73 (bf16, 2 GPUs)."""
LAYER_SECONDS = Range(0.0, 70e-6, 300e-6)
"""Time of a layer and step beside arithmetic and reading (launches, synchronisation), by how slow. Middle: gpt-fast, Llama-2 7B
on 8×A100, 328 tokens/s; high: DeepSeek-R1 on 8×H200 at 4 requests, 19.4 ms a step of 61 layers (GPUStack)."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """Tokens per second of one copy at full use: prompts alone, outputs alone, and both in the work's proportion."""

    prompt: Range
    output: Range
    both: Range
    requests: int
    basis: str


def experts_read(model: Architecture, tokens: float) -> float:
    """Expected share of the experts that a batch of so many tokens touches, each token choosing its experts at random.

    1 − (1 − k/n)^tokens; 1 for a dense model.
    """
    return 1.0 - (1.0 - model.experts_active / model.experts) ** tokens if model.experts else 1.0


def estimated_throughput(model: Architecture, machine: Machine, work: Work) -> Throughput:
    """Tokens per second from the card's arithmetic and bandwidth, an interval.

    A prompt token costs 2 × active parameters and its attention; a step of output reads the weights that its batch touches and
    the cache of every request. Fast end: best efficiencies, arithmetic and reading overlap; slow end: worst, one after the
    other, with the time of launches. Sources: Williams, Waterman, Patterson (2009) for the roofline; Pope et al. (2023) and Chen
    (2022), "Transformer inference arithmetic", for its terms.

    Raises NoRoom where not even one request, or not as many as asked for, have room.
    """
    room = memory(model, machine, work).requests
    if room < (work.requests or 1):
        raise NoRoom(
            f"{machine.gpus} × {machine.gpu.name} at {machine.precision} "
            + f"has {'room for only' if room else 'no room for'} {work.described(room or 1)} of {model.name}."
        )
    batch = work.requests or min(room, MOST_REQUESTS)
    compute = EXPERT_COMPUTE if model.experts else DENSE_COMPUTE
    slow = _rates(model, machine, work, batch, compute.low, BANDWIDTH.low, LAYER_SECONDS.high, model.cache_doubt)
    middle = _rates(model, machine, work, batch, compute.middle, BANDWIDTH.middle, LAYER_SECONDS.middle, 1.0)
    fast = _rates(
        model,
        machine,
        work,
        batch,
        compute.high,
        BANDWIDTH.high,
        LAYER_SECONDS.low,
        1 / model.cache_doubt,
        overlap=True,
    )
    prompt, output = (Range(slow[i], middle[i], fast[i]) for i in (0, 1))
    both = Range(*(work.tokens / (work.prompt_tokens / r[0] + work.output_tokens / r[1]) for r in (slow, middle, fast)))
    return Throughput(prompt, output, both, batch, "estimated")


def known_throughput(estimate: Throughput, both: float, basis: str) -> Throughput:
    """A measured or published throughput (tokens per second in and out together) in place of the estimate.

    Prompt and output share its time as in the middle of the estimate.
    """
    if not both > 0:
        raise BadInput("A throughput must be above 0 tokens per second.")
    factor = both / estimate.both.middle
    prompt, output = (Range(*[r.middle * factor] * 3) for r in (estimate.prompt, estimate.output))
    return Throughput(prompt, output, Range(both, both, both), estimate.requests, basis)


def _rates(
    model: Architecture, machine: Machine, work: Work, batch: int, compute: float, bandwidth: float, layer_seconds: float,
    doubt: float, *, overlap: bool = False,
) -> tuple[float, float]:  # fmt: skip
    """Tokens per second in and out at one set of efficiencies."""
    flops = _peak_tflops(machine) * machine.gpus * 1e12 * compute
    prompt = flops / _flops(model, work.prompt_tokens / 2)
    context = work.prompt_tokens + work.output_tokens / 2
    arithmetic = batch * _flops(model, context) / flops
    read = _weights_read_gb(model, machine, batch) + batch * doubt * cache_gb(model, context, machine.cache_precision)
    reading = read / (machine.gpus * machine.gpu.bandwidth_tb_s * 1e3 * bandwidth)
    step = (max(arithmetic, reading) if overlap else arithmetic + reading) + model.layers * layer_seconds
    return prompt, batch / step


def _weights_read_gb(model: Architecture, machine: Machine, batch: int) -> float:
    """Weights that a step reads: those that all tokens share, and of the experts those that the batch touches."""
    expert_b = 0.0
    if model.experts:
        expert_b = (model.params_b - model.active_b) / (1 - model.experts_active / model.experts)
    read_b = model.params_b - expert_b + expert_b * experts_read(model, batch)
    return read_b * WEIGHT_BYTES[machine.precision]


def _flops(model: Architecture, context: float) -> float:
    """FLOPs of a token: two per active parameter, four per attended position, layer and unit of width."""
    return 2e9 * model.active_b + 4 * model.attention_width * model.attended(context)


def _peak_tflops(machine: Machine) -> float:
    """Peak of the arithmetic that the precision uses: bf16 where weights are only stored smaller, or the card lacks it."""
    gpu = machine.gpu
    return {"fp8": gpu.fp8_tflops, "int8": gpu.int8_tflops}.get(machine.precision) or gpu.bf16_tflops
