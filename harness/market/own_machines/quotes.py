"""A quote: a model on machines of one's own, from the memory that it takes to the tokens a day at which it pays."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from harness import names
from harness.analysis.cost import machine_cost, machine_memory, machine_speed
from harness.analysis.cost.machine_memory import Architecture, Machine, Work
from harness.analysis.cost.machine_speed import Range
from harness.errors import BadInput
from harness.market.own_machines import checks
from harness.market.own_machines.api_prices import ApiPrice, api_price
from harness.market.own_machines.ask import SHARE, Ask
from harness.market.own_machines.published import ALIKE, Published, comparable
from harness.market.own_machines.rents import Rent, rent
from harness.market.own_machines.tables import architecture, gpu

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.queries import Queries

REQUESTS = 16
"""Requests at a time that as few cards as fit must hold, where nobody says how many: a small team's."""
SAME_SIZE = 0.05
"""A stated size that is this near to the catalog's is the same model's, counted or rounded otherwise."""


@dataclass(frozen=True, slots=True)
class Quote:
    """The answer. Money in USD; ``usd_a_day``, ``costs`` and what follows are None without a rent, the API's without a price.

    Tokens a day at which machine and API cost the same: ``needed`` at the cheapest, the median and the dearest rent, whether or not
    a machine serves as many; ``break_even`` the same, infinite where it is full before that at the middle throughput;
    ``break_even_by_speed`` at the median rent and the fast, the middle and the slow end of the throughput."""

    ask: Ask
    model: Architecture
    model_id: str | None
    machine: Machine
    work: Work
    memory: machine_memory.Memory
    throughput: machine_speed.Throughput
    estimate: machine_speed.Throughput
    published: Published | None
    rent: Rent | None
    usd_per_gpu_hour: float | None
    usd_a_day: Range | None
    costs: machine_cost.TokenCosts | None
    energy: Range | None
    capacity: Range
    api: ApiPrice | None
    needed: Range | None
    break_even: Range | None
    break_even_by_speed: Range | None
    day: machine_cost.Day | None


def quote(queries: Queries, ask: Ask) -> Quote:
    """Compute everything that the ask needs.

    Raises BadInput for an impossible ask, with all of its problems; MissingData for an unknown model.
    """
    model, model_id, product_id = _model(queries, ask)
    card = gpu(ask.gpu)
    precision = ("fp8" if card.fp8_tflops else "bf16") if ask.precision is None else ask.precision
    work = _work(ask)
    machine = Machine(card, ask.gpus or 1, precision, ask.cache_precision)
    if ask.gpus is None:
        sized = Work(work.prompt_tokens, work.output_tokens, work.requests or REQUESTS)
        machine = Machine(card, machine_memory.fewest_gpus(model, machine, sized), precision, ask.cache_precision)
    estimate = machine_speed.estimated_throughput(model, machine, work)
    row = comparable(model_id, machine, work)
    throughput = _throughput(queries, ask, estimate, row, model_id, machine)
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
    capacity = machine_cost.capacity_a_day(throughput, ask.utilisation)
    needed = even = by_speed = daily = None
    if days is not None and api is not None:
        price, usd = api.per_mtok, days.middle
        needed = Range(*(machine_cost.break_even(d, price, math.inf) for d in (days.low, usd, days.high)))
        even = Range(*(machine_cost.break_even(d, price, capacity.middle) for d in (days.low, usd, days.high)))
        by_speed = Range(
            *(machine_cost.break_even(usd, price, c) for c in (capacity.high, capacity.middle, capacity.low))
        )
    if days is not None and ask.tokens_a_day is not None:
        daily = machine_cost.day(ask.tokens_a_day, days.middle, capacity.middle, api.per_mtok if api else None)
    return Quote(
        ask, model, model_id, machine, work, machine_memory.memory(model, machine, work), throughput, estimate, row, rents,
        None if hours is None else hours.middle, days,
        None if days is None else machine_cost.token_costs(throughput, work, days.middle / 24, ask.utilisation),
        machine_cost.energy_wh_per_ktok(machine, throughput), capacity, api, needed, even, by_speed,
        daily,
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
            machine_cost.day(t, usd, full.middle).own_usd,
            machine_cost.day(t, usd, full.high).own_usd,
            machine_cost.day(t, usd, full.low).own_usd,
            None if api is None else t / 1e6 * api.per_mtok,
        )
        for t in sorted(edges)
        if t <= most
    ]


def _model(queries: Queries, ask: Ask) -> tuple[Architecture, str | None, str | None]:
    """The architecture asked for; ids of the model (None where another size is stated) and of its product, where the catalog has it.

    Raises BadInput with every problem of the ask, MissingData where the unknown model is the only one.
    """
    size, others = checks.sizes(ask), checks.options(ask)
    try:
        row = _row(queries, ask)
        found = None if size else _architecture(row, ask)
    except BadInput as error:
        if not size + others:
            raise
        checks.refuse([str(error), *size, *others])
        raise
    checks.refuse(size + others)
    assert found is not None
    if row is None:
        return found, None, None
    return found, None if _resized(row, ask) else str(row.name), str(row["product_id"])


def _row(queries: Queries, ask: Ask) -> pd.Series[Any] | None:
    """The catalog's row of the model, by its id; None where only a size is asked for."""
    if ask.model is None:
        if ask.params_b is None:
            raise BadInput("Name a model, or state its size with --params.")
        return None
    models = queries.frame("models")
    pairs = [
        (str(name), str(row_id))
        for column in ("model_id", "hub_id", "name")
        for row_id, name in zip(models["model_id"], models[column], strict=True)
        if isinstance(name, str) and name
    ]
    found: pd.Series[Any] = models.set_index("model_id").loc[
        names.one_distinct(ask.model, pairs, "in the catalog", "harness models")
    ]
    return found


def _architecture(row: pd.Series[Any] | None, ask: Ask) -> Architecture:
    """The table's architecture of a model; by its size where that is all that is known, or is not the catalog's."""
    if row is None:
        return machine_memory.architecture_by_size(ask.params_b or 0, ask.active_b)
    name = str(row["name"])
    params = _float(ask.params_b if ask.params_b is not None else row["params_b"])
    active = _float(ask.active_b if ask.active_b is not None else row["active_params_b"])
    if _resized(row, ask) and params is not None:
        return replace(machine_memory.architecture_by_size(params, active), name=name)
    return architecture(str(row.name), name, params, active)


def _resized(row: pd.Series[Any], ask: Ask) -> bool:
    """Whether a size is stated that is not the catalog's; the active parameters of a dense model are all."""
    params, active = _float(row["params_b"]), _float(row["active_params_b"])
    pairs = ((ask.params_b, params), (ask.active_b, params if active is None else active))
    return any(
        stated is not None and known is not None and abs(stated / known - 1) > SAME_SIZE for stated, known in pairs
    )


def _float(value: float | None) -> float | None:
    return None if value is None or value != value else float(value)


def _work(ask: Ask) -> Work:
    output = ask.output_tokens if ask.output_tokens is not None else max(1, round(ask.context * SHARE))
    return Work(ask.context - output, output, ask.requests)


def _throughput(
    queries: Queries,
    ask: Ask,
    estimate: machine_speed.Throughput,
    row: Published | None,
    model_id: str | None,
    machine: Machine,
) -> machine_speed.Throughput:
    """The throughput on the basis asked for: a published one where it is comparable, else the estimate; measured only on demand:
    `harness bench` of this machine at lengths like the work's, else the fastest run, which scored tests and served nobody."""
    if ask.basis == "measured":
        work = _work(ask)
        measured = measured_serving(queries, model_id, machine, work)
        if measured is None:
            measured = _measured(queries, model_id, machine)
        if measured is None:
            raise BadInput(
                f"Neither `harness bench` nor a run measured {ask.model or 'a model of this size'} on {machine.gpus} × "
                f"{machine.gpu.name}."
            )
        return machine_speed.known_throughput(estimate, measured, "measured")
    if ask.basis == "published" and row is None:
        raise BadInput(
            "No published throughput is comparable: same model, GPUs and precision, and lengths within a quarter."
        )
    if row is None or ask.basis == "estimated":
        return estimate
    return machine_speed.known_throughput(estimate, row.tokens_per_s, "published")


def measured_serving(queries: Queries, model_id: str | None, machine: Machine, work: Work) -> float | None:
    """Tokens per second, in and out together, of the model on this machine at this work, from `harness bench`; None where it was
    not measured there.

    A request of P tokens of prompt and O of answer takes P / prefill + O / decode seconds of the whole machine's rates. Of
    the shapes whose prompt is within the factor ``ALIKE`` of the work's, that whose requests at a time are nearest to those
    asked for counts (the fastest, where nobody says how many); of equal ones the newest.
    """
    rows = queries.frame("serving_speeds")
    here = rows[
        (rows["model_id"] == model_id)
        & rows["device_name"].fillna("").str.contains(machine.gpu.name, regex=False)
        & (rows["gpus"] == machine.gpus)
        & (rows["dtype"] == machine.precision)
        & rows["quantisation"].isna()
        & rows["prompt_tokens"].between(work.prompt_tokens / ALIKE, work.prompt_tokens * ALIKE)
    ]
    if here.empty:
        return None
    seconds = work.prompt_tokens / here["prefill_tokens_per_s"] + work.output_tokens / here["decode_tokens_per_s"]
    rates = here.assign(rate=work.tokens / seconds).sort_values("measured", ascending=False, kind="stable")
    if work.requests is None:
        return float(rates["rate"].max())
    apart = (rates["batch"] / work.requests).map(lambda ratio: abs(math.log(ratio)))
    return float(rates.loc[apart.sort_values(kind="stable").index[0], "rate"])


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
        return Range(*[ask.usd_per_gpu_hour] * 3)
    return None if rents is None else Range(rents.cheapest, rents.median, rents.dearest)


def _day_cost(machine: Machine, ask: Ask, usd_per_gpu_hour: float) -> float:
    return machine_cost.day_cost(machine, usd_per_gpu_hour, usd_per_kwh=ask.usd_per_kwh, utilisation=ask.utilisation)
