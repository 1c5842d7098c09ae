"""``harness cost self-host``: what a model takes and costs on machines of one's own, and from how many tokens a day it pays."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.table import Table

from harness.charts.text import dollars, three_digits
from harness.commands.database import reader as open_reader
from harness.terminal import print_json, print_table

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.analysis.cost.machine_speed import Range
    from harness.market.own_machines.api_prices import ApiPrice
    from harness.market.own_machines.ask import Ask
    from harness.market.own_machines.quotes import Quote


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
            f"{_utilisation(answer)}; no API price to compare it with (--api-price)."
        )
    price = answer.api.per_mtok
    if answer.day is not None and answer.day.api_usd is not None:
        own, api = answer.day.own_usd, answer.day.api_usd
        less = "The API costs less" if api < own else "Own machines cost less"
        if math.isclose(api, own):
            less = "Own machines and the API cost the same"
        text = (
            f"{less} at {worded(answer.ask.tokens_a_day or 0)} a day of {name}: "
            f"{dollars(api)} a day at the API, {dollars(own)} on {answer.day.copies} × ({machine})."
        )
    else:
        text = f"{name} on {machine} costs {dollars(usd)} a day; the API asks {dollars(price)} per million tokens."
    return f"{text} {_pays(answer)}"


def whose(api: ApiPrice) -> str:
    """Whose price it is, in words."""
    return f"median of {api.hosts} hosts" if api.hosts else api.provider


def _pays(answer: Quote) -> str:
    """From how many tokens a day machines pay, and under what they do not; or that they never pay, and under what they would."""
    rents, speeds, needed = answer.break_even, answer.break_even_by_speed, answer.needed
    if rents is None or speeds is None or needed is None or answer.costs is None or answer.api is None:
        return ""
    at = " at the median rent" if _rents(answer) else ""
    if math.isfinite(rents.middle):
        text = f"A machine pays off from {worded(rents.middle)} a day{at}"
        if answer.day is not None and answer.day.copies > 1:
            copies = answer.day.copies
            text += f"; {worded(answer.ask.tokens_a_day or 0)} need {copies:,}, which pay off from {tokens(copies * rents.middle)}"
        ends = (("the dearest rent", rents.high), ("the slow end of the throughput", speeds.high))
        never = [name for name, even in ends if not math.isfinite(even)]
        return f"{text} (never at {' or at '.join(never)})." if never else f"{text}."
    full, price = dollars(answer.costs.both.middle), dollars(answer.api.per_mtok)
    more = f"more than the API's {price}" if full != price else "a little more than the API"
    text = f"A machine never pays off{at}, since even at {_utilisation(answer)} one costs {full} per million tokens, {more}"
    ends = (("the cheapest rent", rents.low), ("the fast end of the throughput", speeds.low))
    pays = [f"at {name} from {worded(even)} a day" for name, even in ends if math.isfinite(even)]
    if not pays and needed.low <= answer.capacity.high:
        pays = [f"at the cheapest rent and the fast end of the throughput together from {worded(needed.low)} a day"]
    return f"{text}; it does {', '.join(pays)}." if pays else f"{text}."


def _break_even(answer: Quote) -> str:
    """The same at the median rent and the middle of the throughput, then at the ends of each where they differ."""
    rents, speeds, needed = answer.break_even, answer.break_even_by_speed, answer.needed
    assert rents is not None and speeds is not None and needed is not None
    parts = [tokens(rents.middle)]
    if rents.low < rents.high:
        parts.append(f"cheapest rent {tokens(rents.low)}, dearest {tokens(rents.high)}")
    if speeds.low < speeds.high:
        parts.append(f"fast end of the throughput {tokens(speeds.low)}, slow end {tokens(speeds.high)}")
    if len(parts) == 1 and math.isinf(rents.middle) and needed.low <= answer.capacity.high:
        parts.append(f"cheapest rent and fast end together {tokens(needed.low)}")
    return "; ".join(parts)


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
            f"{memory.usable_gb:,.0f} GB usable ({memory.total_gb:,.0f} GB); room for {number_of(memory.requests, 'request')}",
        ),
        (
            "request",
            f"{number_of(round(work.prompt_tokens), 'token')} in, {work.output_tokens:,.0f} out ({_ratio(answer)})",
        ),
        ("tokens/s", f"{span(speed.both, _whole)}, {speed.basis}; out {span(_output(answer), _whole)}"),
        ("tokens a day", f"{_spoken(answer.capacity)} at {_utilisation(answer)}"),
    ]
    if answer.published is not None:
        rows.append(
            (
                "published",
                f"{answer.published.tokens_per_s:,.0f} tokens/s, {answer.published.software}, {answer.published.source}",
            )
        )
        rows.append(("estimated", f"{span(answer.estimate.both, _whole)} tokens/s"))
    rows.append(("rent", _rent(answer)))
    if answer.costs is not None and answer.usd_a_day is not None:
        rows += [
            ("US$ a day", f"{span(answer.usd_a_day)}{' (cheapest to dearest rent)' if _rents(answer) else ''}"),
            (
                "US$/M tokens",
                f"{span(answer.costs.both)}; in {span(answer.costs.prompt)}; out {span(answer.costs.output)}",
            ),
            ("US$ a task", span(answer.costs.request)),
        ]
    if answer.energy is not None:
        rows.append(("energy", f"at most {span(answer.energy, three_digits)} Wh per 1,000 tokens (cards at TDP)"))
    if answer.api is not None:
        rows.append(
            (
                "API",
                f"{dollars(answer.api.per_mtok)} per million tokens, {whose(answer.api)} {answer.api.as_of}".rstrip(),
            )
        )
    if answer.break_even is not None:
        rows.append(("break-even a day", _break_even(answer)))
    if answer.day is not None:
        api = "" if answer.day.api_usd is None else f"; API {dollars(answer.day.api_usd)}"
        rows.append(
            (
                f"{tokens(answer.ask.tokens_a_day or 0)} a day",
                f"{number_of(answer.day.copies, 'machine')} {dollars(answer.day.own_usd)}{api}",
            )
        )
    return rows


def to_json(answer: Quote) -> dict[str, Any]:
    """The quote as design §6 names its values: intervals as low, middle, high; null where something is not known."""
    document = asdict(answer)
    for name in ("break_even", "break_even_by_speed"):
        if document[name] is not None:
            document[name] = {k: v if math.isfinite(v) else None for k, v in document[name].items()}
    return {**document, "answer": sentence(answer)}


def tokens(count: float) -> str:
    """A count of tokens in words: 50 million, 1.3 billion."""
    if not math.isfinite(count):
        return "never"
    rounded = float(f"{count:.3g}")
    for size, word in ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand")):
        if rounded >= size:
            return f"{three_digits(rounded / size)} {word}"
    return f"{max(1, rounded):,.0f}"


def worded(count: float) -> str:
    """``tokens`` with the word: 1 token, 50 million tokens."""
    text = tokens(count)
    return f"{text} token{'' if text == '1' else 's'}"


def number_of(count: int, what: str) -> str:
    """So many of a thing: 1 machine, 2 machines."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def span(values: Range, shown: Callable[[float], str] = dollars) -> str:
    """The middle with its interval; one number where they are the same."""
    low, middle, high = (shown(v) for v in (values.low, values.middle, values.high))
    return middle if low == high else f"{middle} ({low} to {high})"


def _spoken(values: Range) -> str:
    return span(values, tokens)


def _whole(value: float) -> str:
    return f"{value:,.0f}"


def _output(answer: Quote) -> Range:
    return answer.throughput.both / (answer.work.tokens / answer.work.output_tokens)


def _ratio(answer: Quote) -> str:
    prompt, output = answer.work.prompt_tokens, answer.work.output_tokens
    return f"{three_digits(prompt / output)}:1" if prompt * 100 > output else f"1:{three_digits(output / prompt)}"


def _utilisation(answer: Quote) -> str:
    return f"{three_digits(100 * answer.ask.utilisation)}% utilisation"


def _rents(answer: Quote) -> bool:
    """Whether the rent is an interval."""
    return answer.usd_a_day is not None and answer.usd_a_day.low < answer.usd_a_day.high


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
    if rent.clouds == 1:
        return f"{dollars(rent.median)} per GPU-hour {answer.ask.terms} at the only cloud in the catalog, {dates}"
    return (
        f"{dollars(rent.median)} per GPU-hour, median of {rent.clouds} clouds {answer.ask.terms} "
        f"({dollars(rent.cheapest)} to {dollars(rent.dearest)}), {dates}"
    )
