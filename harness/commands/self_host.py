"""``harness cost self-host``: what a model takes and costs on machines of one's own, and from how many tokens a day it pays."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import dollars
from harness.commands.database import reader as open_reader
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    from harness.analysis.cost.own_machines import Range
    from harness.market.own_machines.api_prices import ApiPrice
    from harness.market.own_machines.quotes import Ask, Quote


def self_host(ask: Ask, *, as_json: bool) -> None:
    """The answer in a sentence and its figures as a table, or one JSON document.

    Raises:
        BadInput: an impossible ask, or a machine that is too small.
        MissingData: the catalog does not know the model.
    """
    from harness.market.own_machines.quotes import quote

    answer = quote(open_reader(), ask)
    if as_json:
        print_json(to_json(answer))
        return
    print(sentence(answer))
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("figure", no_wrap=True)
    table.add_column("value")
    for label, value in lines(answer):
        table.add_row(label, value)
    print_table(table)


def sentence(answer: Quote) -> str:
    """The finding: which of machine and API costs less, from how many tokens a day, or what is missing for that."""
    name, machine = answer.model.name, f"{answer.machine.gpus} × {answer.machine.gpu.name}"
    if answer.usd_a_day is None or answer.costs is None:
        return f"{name} runs on {machine}; the catalog has no {answer.ask.terms} rent of it, so its cost is not known (--gpu-hour)."
    usd = answer.usd_a_day.middle
    if answer.api is None:
        return (
            f"{name} on {machine} costs {dollars(usd)} a day, {dollars(answer.costs.both.middle)} per million tokens at "
            f"{answer.ask.utilisation:.0%} utilisation; no API price to compare it with (--api-price)."
        )
    price = answer.api.per_mtok
    if answer.day is not None and answer.day.api_usd is not None:
        own, api = answer.day.own_usd, answer.day.api_usd
        less = "The API" if api < own else "Own machines"
        text = (
            f"{less} cost{'s' if api < own else ''} less at {tokens(answer.ask.tokens_a_day or 0)} tokens a day of {name}: "
            f"{dollars(api)} a day at the API, {dollars(own)} on {answer.day.copies} × ({machine})."
        )
    else:
        text = f"{name} on {machine} costs {dollars(usd)} a day; the API asks {dollars(price)} per million tokens."
    return f"{text} {_even(answer, usd / price * 1e6)}"


def whose(api: ApiPrice) -> str:
    """Whose price it is, in words."""
    return f"median of {api.hosts} hosts" if api.hosts else api.provider


def _even(answer: Quote, needed: float) -> str:
    """From how many tokens a day the machine pays, or that it is full before that."""
    full = answer.capacity
    if needed <= full.middle:
        doubt = " if it reaches the middle of its throughput" if needed > full.low else ""
        return f"A machine pays from {tokens(needed)} tokens a day{doubt}."
    how = (
        " at the middle of its throughput"
        if needed <= full.high
        else " even at the fast end of it"
        if full.high > full.low
        else ""
    )
    return (
        f"A machine would pay from {tokens(needed)} tokens a day, but serves at most {_spoken(full)} "
        f"({answer.throughput.basis}): it never pays{how}."
    )


def lines(answer: Quote) -> list[tuple[str, str]]:
    """The table: each figure with its interval, its date and what it rests on."""
    machine, work, memory, speed = answer.machine, answer.work, answer.memory, answer.throughput
    rows = [
        ("model", _model(answer)),
        (
            "machine",
            f"{machine.gpus} × {machine.gpu.name}, weights {machine.precision}, cache {machine.cache_precision}",
        ),
        (
            "memory",
            f"{memory.weights_gb:,.1f} GB weights + {speed.requests} × {memory.request_gb:,.2f} GB cache of "
            f"{memory.usable_gb:,.0f} GB usable ({memory.total_gb:,.0f} GB); room for {memory.requests:,} requests",
        ),
        ("request", f"{work.prompt_tokens:,.0f} tokens in, {work.output_tokens:,.0f} out ({_ratio(answer):.3g}:1)"),
        ("tokens/s", f"{span(speed.both, '{:,.0f}')}, {speed.basis}; out {span(_output(answer), '{:,.0f}')}"),
        ("tokens a day", f"{_spoken(answer.capacity)} at {answer.ask.utilisation:.0%} utilisation"),
    ]
    if answer.published is not None:
        rows.append(
            (
                "published",
                f"{answer.published.tokens_per_s:,.0f} tokens/s, {answer.published.software}, {answer.published.source}",
            )
        )
        rows.append(("estimated", f"{span(answer.estimate.both, '{:,.0f}')} tokens/s"))
    rows.append(("rent", _rent(answer)))
    if answer.costs is not None and answer.usd_a_day is not None:
        rows += [
            ("US$ a day", f"{span(answer.usd_a_day)} (cheapest to dearest rent)"),
            (
                "US$/M tokens",
                f"{span(answer.costs.both)}; in {span(answer.costs.prompt)}; out {span(answer.costs.output)}",
            ),
            ("US$ a task", span(answer.costs.request)),
        ]
    if answer.energy is not None:
        rows.append(("energy", f"at most {span(answer.energy, '{:.3g}')} Wh per 1,000 tokens (cards at TDP)"))
    if answer.api is not None:
        rows.append(
            (
                "API",
                f"{dollars(answer.api.per_mtok)} per million tokens, {whose(answer.api)} {answer.api.as_of}".rstrip(),
            )
        )
    if answer.break_even is not None:
        rows.append(("break-even a day", f"{_spoken(answer.break_even)} (cheapest to dearest rent)"))
    if answer.day is not None:
        api = "" if answer.day.api_usd is None else f"; API {dollars(answer.day.api_usd)}"
        rows.append(
            (
                f"{tokens(answer.ask.tokens_a_day or 0)} a day",
                f"{answer.day.copies} machine(s) {dollars(answer.day.own_usd)}{api}",
            )
        )
    return rows


def to_json(answer: Quote) -> dict[str, Any]:
    """The quote as design §6 names its values: intervals as low, middle, high; null where something is not known."""
    document = asdict(answer)
    document["break_even"] = None if answer.break_even is None else {
        key: value if math.isfinite(value) else None for key, value in document["break_even"].items()
    }  # fmt: skip
    return {**document, "answer": sentence(answer)}


def tokens(count: float) -> str:
    """A count of tokens in words: 50 million, 1.3 billion."""
    if not math.isfinite(count):
        return "never"
    for size, word in ((1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if count >= size:
            return f"{count / size:.3g} {word}"
    return f"{count:,.0f}"


def span(values: Range, pattern: str | None = None) -> str:
    """The middle with its interval; one number where they are the same."""
    low, middle, high = (pattern.format(v) if pattern else dollars(v) for v in (values.low, values.middle, values.high))
    return middle if low == high else f"{middle} ({low} to {high})"


def _spoken(values: Range) -> str:
    low, middle, high = tokens(values.low), tokens(values.middle), tokens(values.high)
    return middle if low == high else f"{middle} ({low} to {high})"


def _output(answer: Quote) -> Range:
    return answer.throughput.both / (answer.work.tokens / answer.work.output_tokens)


def _ratio(answer: Quote) -> float:
    return answer.work.prompt_tokens / answer.work.output_tokens


def _model(answer: Quote) -> str:
    size = f"{answer.model.params_b:,g}B parameters"
    active = "" if answer.model.active_b == answer.model.params_b else f", {answer.model.active_b:,g}B active"
    rule = "" if answer.model.cache_doubt == 1 else "; layers and cache from its size alone: the interval is wider"
    return f"{answer.model.name}: {size}{active}{rule}"


def _rent(answer: Quote) -> str:
    if answer.ask.usd_per_gpu_hour is not None:
        return f"{dollars(answer.ask.usd_per_gpu_hour)} per GPU-hour, as given"
    if answer.rent is None:
        return f"no {answer.ask.terms} offer in the catalog"
    rent = answer.rent
    dates = rent.newest if rent.oldest == rent.newest else f"{rent.oldest} to {rent.newest}"
    return (
        f"{dollars(rent.median)} per GPU-hour, median of {rent.clouds} cloud(s) {answer.ask.terms} "
        f"({dollars(rent.cheapest)} to {dollars(rent.dearest)}), {dates}"
    )
