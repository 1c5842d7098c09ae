"""What a model costs on machines of one's own: memory, tokens per second as an interval, cost per token, break-even.

Sizes are in billions of parameters, memory in GB (10⁹ bytes), money in US dollars, prices per million tokens. Throughput is a
roofline: a request takes the time of its prompt's arithmetic and, per step of its output, that of reading weights and cache.
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
SECONDS_A_DAY = 86_400.0


class NoRoom(BadInput):
    """A machine's memory is too small for the model, or for the requests beside it."""


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
"""Share of peak arithmetic that a dense model reaches. High: 76 % in prefill (Pope et al. 2023). Low: Llama-2 70B at FP8 on
4×H100, 2,048:128 tokens, counted over all of its time (TensorRT-LLM 0.5 performance table: 843 tokens/s out are 25 %)."""
EXPERT_COMPUTE = Range(0.08, math.sqrt(0.08 * 0.76), 0.76)
"""The same of a mixture of experts. Low: DeepSeek-R1 at FP8 on 8×H200, 2,000-token prompts (GPUStack performance lab: 19,024
tokens/s are 9 %); DeepSeek's own service reaches 15 % on H800 nodes (73,700 tokens/s in, 56.3 % of them cached)."""
BANDWIDTH = Range(0.4, math.sqrt(0.4 * 0.75), 0.75)
"""Share of peak memory bandwidth while tokens are generated: gpt-fast on A100, 0.37 (int8, 8 GPUs) to 0.73 (bf16, 2 GPUs)."""
LAYER_SECONDS = Range(0.0, 70e-6, 300e-6)
"""Time of a layer and step beside arithmetic and reading (launches, synchronisation), by how slow. Middle: gpt-fast, Llama-2 7B
on 8×A100, 328 tokens/s; high: DeepSeek-R1 on 8×H200 at 4 requests, 19.4 ms a step of 61 layers (GPUStack)."""


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


@dataclass(frozen=True, slots=True)
class Memory:
    """GB of one copy: weights, cache of one request at its end, what is usable on all cards; requests that have room."""

    weights_gb: float
    request_gb: float
    usable_gb: float
    total_gb: float
    requests: int


@dataclass(frozen=True, slots=True)
class Throughput:
    """Tokens per second of one copy at full use: prompts alone, outputs alone, and both in the work's proportion."""

    prompt: Range
    output: Range
    both: Range
    requests: int
    basis: str


@dataclass(frozen=True, slots=True)
class TokenCosts:
    """USD per million tokens in, out, and in the work's proportion; USD per request."""

    prompt: Range
    output: Range
    both: Range
    request: Range


@dataclass(frozen=True, slots=True)
class Day:
    """One day's tokens: copies of the machine that they take, what those cost and what the API asks (None: no price)."""

    copies: int
    own_usd: float
    api_usd: float | None


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
    return _seen(model, tokens) * model.kv_values * _bytes(CACHE_BYTES, cache_precision, "the cache") / 1e9


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
        f"{model.name} at {machine.precision} with {_requests(wanted)} of {work.tokens:,.0f} tokens needs {need:,.0f} GB; a node of "
        f"{NODE} × {machine.gpu.name} has {NODE * machine.gpu.memory_gb * USABLE:,.0f} GB for it. Choose a lower precision, a shorter "
        "context or a larger card; machines of several nodes are not estimated."
    )


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
            + (f"has room for {_requests(room)} only" if room else "has no room for a request")
            + f" of {work.tokens:,.0f} tokens of {model.name}."
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


def token_costs(throughput: Throughput, work: Work, usd_per_hour: float, utilisation: float = 1.0) -> TokenCosts:
    """Cost of tokens on a machine that costs so much an hour and serves the share ``utilisation`` of it."""
    _share(utilisation)
    usd = usd_per_hour / 3600 * 1e6 / utilisation
    both = throughput.both.cost_at(usd)
    return TokenCosts(throughput.prompt.cost_at(usd), throughput.output.cost_at(usd), both, both / (1e6 / work.tokens))


def day_cost(machine: Machine, usd_per_gpu_hour: float, *, usd_per_kwh: float = 0.0, utilisation: float = 1.0) -> float:
    """USD a day of one copy: rent or depreciation of every hour, and (where electricity is paid apart) TDP × utilisation.

    Raises BadInput for a negative or infinite cost, and for electricity of a card whose TDP is not known.
    """
    if not (0 <= usd_per_gpu_hour < math.inf and 0 <= usd_per_kwh < math.inf):
        raise BadInput("The costs of a GPU-hour and of electricity must be finite and not below 0.")
    _share(utilisation)
    if usd_per_kwh and machine.gpu.tdp_w is None:
        raise BadInput(f"The power of {machine.gpu.name} is not known, nor then its electricity.")
    watts = machine.gpus * (machine.gpu.tdp_w or 0.0) * utilisation
    return 24 * (machine.gpus * usd_per_gpu_hour + watts / 1000 * usd_per_kwh)


def capacity_a_day(throughput: Throughput, utilisation: float = 1.0) -> Range:
    """Tokens a day, in and out, that one copy serves."""
    _share(utilisation)
    return throughput.both / (1 / (SECONDS_A_DAY * utilisation))


def energy_wh_per_ktok(machine: Machine, throughput: Throughput) -> Range | None:
    """Watt-hours of the cards per 1,000 tokens at full use and TDP: an upper bound of the cards, without the rest of the machine."""
    if machine.gpu.tdp_w is None:
        return None
    return throughput.both.cost_at(machine.gpus * machine.gpu.tdp_w / 3600 * 1000)


def break_even(usd_a_day: float, api_per_mtok: float, capacity: float) -> float:
    """Tokens a day from which one copy costs less than the API; infinite where it is full before that.

    k copies cost less from k times as many tokens, where k are needed: just above what k − 1 serve, the last is nearly idle. Raises
    BadInput for a price that is not above 0 or not finite.
    """
    if not 0 < api_per_mtok < math.inf:
        raise BadInput("An API price must be above 0 US$ per million tokens, and finite.")
    tokens = usd_a_day / api_per_mtok * 1e6
    return tokens if tokens <= capacity else math.inf


def day(tokens: float, usd_a_day: float, capacity: float, api_per_mtok: float | None = None) -> Day:
    """What a day of so many tokens costs on machines and at the API: as many copies as the tokens take, at least one."""
    if not (0 < tokens < math.inf and capacity > 0):
        raise BadInput("Tokens a day must be above 0, and finite.")
    copies = max(1, math.ceil(tokens / capacity - 1e-9))
    return Day(copies, copies * usd_a_day, None if api_per_mtok is None else tokens / 1e6 * api_per_mtok)


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
    return 2e9 * model.active_b + 4 * model.attention_width * _seen(model, context)


def _seen(model: Architecture, tokens: float) -> float:
    """Positions that all layers together keep of so many tokens."""
    return model.full_layers * tokens + (model.layers - model.full_layers) * min(tokens, model.window)


def _peak_tflops(machine: Machine) -> float:
    """Peak of the arithmetic that the precision uses: bf16 where weights are only stored smaller, or the card lacks it."""
    gpu = machine.gpu
    return {"fp8": gpu.fp8_tflops, "int8": gpu.int8_tflops}.get(machine.precision) or gpu.bf16_tflops


def _requests(count: int) -> str:
    return "1 request" if count == 1 else f"{count:,} requests"


def _bytes(known: dict[str, float], precision: str, what: str) -> float:
    if precision not in known:
        raise BadInput(f"The precision {precision!r} of {what} is not known; there is {', '.join(known)}.")
    return known[precision]


def _share(utilisation: float) -> None:
    if not 0 < utilisation <= 1:
        raise BadInput("Utilisation must be above 0 and at most 1.")
