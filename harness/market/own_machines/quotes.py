"""A quote: a model on machines of one's own, from the memory that it takes to the tokens a day at which it pays."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from harness import names
from harness.analysis.cost import own_machines as sums
from harness.analysis.cost.own_machines import Architecture, Machine, Range, Work
from harness.errors import BadInput
from harness.market.own_machines.api_prices import ApiPrice, api_price
from harness.market.own_machines.published import Published, comparable
from harness.market.own_machines.rents import TERMS, Rent, rent
from harness.market.own_machines.tables import architecture, gpu

if TYPE_CHECKING:
    from harness.market.queries import Queries

REQUESTS = 16
"""Requests at a time that as few cards as fit must hold, where nobody says how many: a small team's."""
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


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer. Money in USD; ``usd_a_day``, ``costs`` and what follows are None without a rent, the API's without a price."""

    ask: Ask
    model: Architecture
    model_id: str | None
    machine: Machine
    work: Work
    memory: sums.Memory
    throughput: sums.Throughput
    estimate: sums.Throughput
    published: Published | None
    rent: Rent | None
    usd_per_gpu_hour: float | None
    usd_a_day: Range | None
    costs: sums.TokenCosts | None
    energy: Range | None
    capacity: Range
    api: ApiPrice | None
    break_even: Range | None
    day: sums.Day | None


def quote(queries: Queries, ask: Ask) -> Quote:
    """Compute everything that the ask needs.

    ``break_even`` is that of the cheapest, the median and the dearest rent at the middle throughput: infinite where the machine
    is full before it. Raises BadInput for an impossible ask, MissingData for an unknown model.
    """
    model, model_id, product_id = _model(queries, ask)
    card = gpu(ask.gpu)
    precision = ask.precision or ("fp8" if card.fp8_tflops else "bf16")
    work = _work(ask)
    machine = Machine(card, ask.gpus or 1, precision, ask.cache_precision)
    if ask.gpus is None:
        sized = Work(work.prompt_tokens, work.output_tokens, work.requests or REQUESTS)
        machine = Machine(card, sums.fewest_gpus(model, machine, sized), precision, ask.cache_precision)
    elif not 1 <= ask.gpus <= sums.NODE:
        raise BadInput(
            f"One copy runs on 1 to {sums.NODE} GPUs of one node; machines of several nodes are not estimated."
        )
    estimate = sums.estimated_throughput(model, machine, work)
    row = comparable(model_id, machine, work)
    throughput = _throughput(queries, ask, estimate, row, model_id, machine)
    if ask.terms not in TERMS:
        raise BadInput(f"The terms {ask.terms!r} are not known; there is {', '.join(TERMS)}.")
    rents = rent(queries, ask.gpu, ask.terms)
    hours = _hours(ask, rents)
    days = (
        None
        if hours is None
        else Range(*(_day_cost(machine, ask, usd) for usd in (hours.low, hours.middle, hours.high)))
    )
    ratio = work.prompt_tokens / work.output_tokens
    api = None
    if ask.api_per_mtok is not None:
        api = ApiPrice(ask.api_per_mtok, "as given", 0, "")
    elif product_id is not None:
        api = api_price(queries, product_id, ratio)
    capacity = sums.capacity_a_day(throughput, ask.utilisation)
    even = daily = None
    if days is not None and api is not None:
        even = Range(
            *(sums.break_even(usd, api.per_mtok, capacity.middle) for usd in (days.low, days.middle, days.high))
        )
    if days is not None and ask.tokens_a_day is not None:
        daily = sums.day(ask.tokens_a_day, days.middle, capacity.middle, api.per_mtok if api else None)
    return Quote(
        ask, model, model_id, machine, work, sums.memory(model, machine, work), throughput, estimate, row, rents,
        None if hours is None else hours.middle, days,
        None if days is None else sums.token_costs(throughput, work, days.middle / 24, ask.utilisation),
        sums.energy_wh_per_ktok(machine, throughput), capacity, api, even, daily,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Point:
    """Cost of one day at so many tokens: on machines at the middle, the fast and the slow end of their throughput; at the API."""

    tokens: float
    own: float
    fast: float
    slow: float
    api: float | None


def cost_curve(answer: Quote, most: float) -> list[Point]:
    """The cost of a day over tokens a day up to ``most``; own cost rises by a copy where the last is full. Empty without a rent."""
    if answer.usd_a_day is None:
        return []
    usd, full, api = answer.usd_a_day.middle, answer.capacity, answer.api
    edges = {most * i / 40 for i in range(1, 41)}
    for copy_full in (full.low, full.middle, full.high):
        for copies in range(1, min(40, math.floor(most / copy_full)) + 1):
            edges |= {copies * copy_full, copies * copy_full * (1 + 1e-6)}
    return [
        Point(
            t,
            sums.day(t, usd, full.middle).own_usd,
            sums.day(t, usd, full.high).own_usd,
            sums.day(t, usd, full.low).own_usd,
            None if api is None else t / 1e6 * api.per_mtok,
        )
        for t in sorted(edges)
        if t <= most
    ]


def _model(queries: Queries, ask: Ask) -> tuple[Architecture, str | None, str | None]:
    """The architecture asked for; ids of the model and its product where it is one of the catalog."""
    if ask.model is None:
        if ask.params_b is None:
            raise BadInput("Name a model, or state its size with --params.")
        return sums.architecture_by_size(ask.params_b, ask.active_b), None, None
    models = queries.frame("models")
    pairs = [
        (str(name), str(row_id))
        for column in ("model_id", "hub_id", "name")
        for row_id, name in zip(models["model_id"], models[column], strict=True)
        if isinstance(name, str) and name
    ]
    model_id = names.one(ask.model, pairs, "in the catalog", "harness models")
    row = models.set_index("model_id").loc[model_id]
    params = ask.params_b if ask.params_b is not None else row["params_b"]
    active = ask.active_b if ask.active_b is not None else row["active_params_b"]
    known = architecture(model_id, str(row["name"]), _float(params), _float(active))
    return known, model_id, str(row["product_id"])


def _float(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)


def _work(ask: Ask) -> Work:
    output = ask.output_tokens if ask.output_tokens is not None else max(1, round(ask.context * SHARE))
    if not 0 < output < ask.context:
        raise BadInput("Output tokens must be above 0 and fewer than the context, which holds prompt and output.")
    if ask.requests is not None and ask.requests < 1:
        raise BadInput("At least one request must be served at a time.")
    return Work(ask.context - output, output, ask.requests)


def _throughput(
    queries: Queries, ask: Ask, estimate: sums.Throughput, row: Published | None, model_id: str | None, machine: Machine
) -> sums.Throughput:
    """The throughput on the basis asked for: a published one where it is comparable, else the estimate; measured only on demand,
    since runs of this harness score tests and do not serve people."""
    if ask.basis not in ("auto", "estimated", "published", "measured"):
        raise BadInput(f"The basis {ask.basis!r} is not known; there is auto, estimated, published, measured.")
    if ask.basis == "measured":
        measured = _measured(queries, model_id, machine)
        if measured is None:
            raise BadInput(f"No run of this harness measured {ask.model or 'a size'} on one {machine.gpu.name}.")
        return sums.known_throughput(estimate, measured, "measured")
    if ask.basis == "published" and row is None:
        raise BadInput(
            "No published throughput is comparable: same model, GPUs and precision, and lengths within a quarter."
        )
    if row is None or ask.basis == "estimated":
        return estimate
    return sums.known_throughput(estimate, row.tokens_per_s, "published")


def _measured(queries: Queries, model_id: str | None, machine: Machine) -> float | None:
    """Tokens per second of the fastest leading run of the model on one such card."""
    models, runs = queries.frame("models"), queries.frame("self_hosted")
    hubs = models.loc[models["model_id"] == model_id, "hub_id"]
    here = runs["model"].isin(hubs) & runs["device_name"].fillna("").str.contains(machine.gpu.name, regex=False)
    found = runs.loc[here, "tokens_per_s"]
    return float(found.max()) if len(found) and machine.gpus == 1 else None


def _hours(ask: Ask, rents: Rent | None) -> Range | None:
    """USD per GPU and hour: as given, else of the cheapest, the median and the dearest cloud."""
    if ask.usd_per_gpu_hour is not None:
        if not ask.usd_per_gpu_hour > 0:
            raise BadInput("The cost of a GPU-hour must be above 0.")
        return Range(*[ask.usd_per_gpu_hour] * 3)
    return None if rents is None else Range(rents.cheapest, rents.median, rents.dearest)


def _day_cost(machine: Machine, ask: Ask, usd_per_gpu_hour: float) -> float:
    return sums.day_cost(machine, usd_per_gpu_hour, usd_per_kwh=ask.usd_per_kwh, utilisation=ask.utilisation)
