"""Own machine against an API: the calculator's controls, its answer and the cost of a day over tokens a day."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.cost.machine_memory import NODE, WEIGHT_BYTES, NoRoom
from harness.analysis.cost.machine_speed import Range
from harness.charts import costs_a_day
from harness.charts.text import dollars, three_digits, together
from harness.errors import BadInput
from harness.market.own_machines import quotes, tables
from harness.market.own_machines.ask import UTILISATION, Ask
from harness.market.own_machines.rents import TERMS
from harness.reports import choice_text
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    from collections.abc import Callable

    from harness.market.own_machines.quotes import Quote
    from harness.site.server.view import View

FIRST = "llama-3-3-70b-instruct"
FEWEST, ANY = "fewest", "default"
VOLUMES = (1e6, 5e6, 10e6, 50e6, 100e6, 500e6, 1e9, 5e9)
CONTEXTS = (2048, 4096, 8192, 16384, 32768, 131072)


@contained.section
def show(view: View) -> None:
    """What a model takes and costs on machines of one's own, and from how many tokens a day it pays."""
    say = view.say
    models = _models(view)
    if not models:
        return
    blocks.section(say("own.title"), say("own.lead"))
    ask = _ask(view, models)
    try:
        answer = view.derived("own_machine", lambda ask: quotes.quote(view, ask), ask=ask)
    except NoRoom:
        st.info(
            blocks.literal(
                say(
                    "own.no_room",
                    model=models[ask.model or ""],
                    n=ask.gpus or NODE,
                    gpu=ask.gpu,
                    context=f"{ask.context:,}",
                )
            ),
            icon=":material/memory_alt:",
        )
        return
    except BadInput as error:
        st.info(blocks.literal(error), icon=":material/memory_alt:")
        return
    if answer.usd_a_day is None:
        st.info(say("own.no_rent", gpu=answer.machine.gpu.name), icon=":material/sell:")
    else:
        _chart(view, answer)
    _figures(view, answer)


def _models(view: View) -> dict[str, str]:
    """Models with an architecture row that the catalog knows: id to name, by name."""
    rows = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    known = {row["model_id"] for row in tables.table("architectures")}
    return {str(i): str(n) for i, n in rows[rows.index.isin(known)].sort_values().items()}


def _ask(view: View, models: dict[str, str]) -> Ask:
    say, ids = view.say, list(models)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        model = controls.select(
            say("own.model"), ids, "own_model", lambda i: models[i], default=ids.index(FIRST) if FIRST in ids else 0
        )
        gpu = controls.select(say("cost.gpu"), tables.gpu_names(), "own_gpu")
        gpus = controls.select(
            say("cost.gpu_count"), [FEWEST, *(str(n) for n in range(1, NODE + 1))], "own_gpus",
            lambda n: say("own.fewest") if n == FEWEST else n,
        )  # fmt: skip
        precision = controls.select(
            say("own.precision"), [ANY, *WEIGHT_BYTES], "own_precision", lambda p: say("own.any") if p == ANY else p
        )
        terms = controls.select(
            say("cost.terms"), list(TERMS), "own_terms", lambda t: say(f"own.terms_{t.split('-')[0]}")
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        volume = controls.select(
            say("own.volume"),
            list(VOLUMES),
            "own_tokens",
            lambda v: f"{v:,.0f}",
            default=3,
        )
        context = controls.select(say("own.context"), list(CONTEXTS), "own_context", lambda c: f"{c:,}", default=2)
        use = controls.slider(
            say("cost.utilisation"), 0.05, 1.0, UTILISATION, 0.05, "own_use", help=say("cost.utilisation_help")
        )
        hourly = _rent(view)
    return Ask(
        model=model, gpu=gpu, gpus=None if gpus == FEWEST else int(gpus), precision=None if precision == ANY else precision,
        terms=terms, context=context, utilisation=use, tokens_a_day=volume, usd_per_gpu_hour=hourly,
    )  # fmt: skip


def _rent(view: View) -> float | None:
    """The reader's own rent of a GPU and hour; None where the catalog's counts."""
    text = controls.text(view.say("own.rent"), "own_rent", view.say("own.rent_hint"))
    try:
        value = float(text.strip().lstrip("$").replace(",", ".")) if text else None
    except ValueError:
        value = math.nan
    if value is None or 0 < value < math.inf:
        return value
    st.caption(view.say("choose.no_number", text=blocks.literal(text)))
    return None


def _chart(view: View, answer: Quote) -> None:
    """Cost of a day against tokens a day: the machine's steps with their interval, the API's line, where they cross."""
    say, volume = view.say, answer.ask.tokens_a_day or VOLUMES[0]
    most = max(3 * answer.capacity.middle, 1.25 * volume)
    even = answer.break_even.middle if answer.break_even is not None else math.inf
    blocks.chart(
        view,
        costs_a_day.chart(
            quotes.cost_curve(answer, most),
            even=even,
            volume=volume,
            texts={key: say(f"own.{key}") for key in ("own", "api", "even", "volume", "x_unit", "y_unit")},
            title=_finding(view, answer),
            note=_note(view, answer),
            source=_source(view, answer),
            name="own-machine",
        ),
    )


def _note(view: View, answer: Quote) -> str:
    """How to read the chart, after of which days the rents are."""
    machine, basis = answer.machine, view.say(f"own.{answer.throughput.basis}")
    note = view.say("own.note", n=machine.gpus, gpu=machine.gpu.name, basis=basis)
    return choice_text.paragraph(view.say, [part for part in (_rents_said(view, answer), note) if part])


def _rents_said(view: View, answer: Quote) -> str:
    """Of which days the rents are, since they move; nothing where the reader named one."""
    rent = answer.rent
    if rent is None or answer.ask.usd_per_gpu_hour is not None:
        return ""
    return view.say(
        "own.rents_said", rent=dollars(rent.median), gpu=answer.machine.gpu.name, n=rent.clouds, day=rent.newest
    )


def _finding(view: View, answer: Quote) -> str:
    say, name = view.say, answer.model.name
    if answer.usd_a_day is None or answer.day is None:
        return ""
    volume = f"{answer.ask.tokens_a_day or 0:,.0f}"
    own = dollars(answer.day.own_usd)
    if answer.api is None or answer.day.api_usd is None or answer.break_even is None:
        return say("own.finding_no_api", model=name, volume=volume, own=own)
    api = dollars(answer.day.api_usd)
    less = "own.finding_api" if answer.day.api_usd < answer.day.own_usd else "own.finding_own"
    if math.isclose(answer.day.api_usd, answer.day.own_usd):
        less = "own.finding_same"
    return together(say(less, model=name, volume=volume, own=own, api=api), _pays(view, answer, answer.api.per_mtok))


def _pays(view: View, answer: Quote, price: float) -> str:
    """From how many tokens a day a machine pays, and as many as the reader's tokens take; else what one in full use costs."""
    say, even, day = view.say, answer.break_even, answer.day
    if even is None or day is None or answer.costs is None:
        return ""
    if math.isinf(even.middle):
        full = dollars(answer.costs.both.middle)
        rent = (
            say("own.your_rent")
            if answer.rent is None or answer.ask.usd_per_gpu_hour is not None
            else say("own.rent_of", day=answer.rent.newest)
        )
        text = say(
            "own.never",
            rent=rent,
            own=full,
            api=dollars(price),
            full=_rounded(answer.capacity.middle),
            use=f"{answer.ask.utilisation:.0%}",
        )
        return together(text, say("own.cheapest", tokens=_rounded(even.low)) if math.isfinite(even.low) else "")
    one = _rounded(even.middle)
    if day.copies == 1:
        return say("own.pays", tokens=one)
    return say("own.pays_copies", tokens=one, copies=day.copies, total=_rounded(day.copies * even.middle))


def _source(view: View, answer: Quote) -> str:
    """What the chart rests on, with dates: rents, the API's price, the throughput."""
    say, rent = view.say, answer.rent
    parts = []
    if answer.ask.usd_per_gpu_hour is not None:
        parts.append(say("own.source_own_rent", rent=dollars(answer.ask.usd_per_gpu_hour)))
    elif rent is not None:
        dates = rent.newest if rent.oldest == rent.newest else f"{rent.oldest}–{rent.newest}"
        rents = _span(Range(rent.cheapest, rent.median, rent.dearest))
        parts.append(say("own.source_rent", n=rent.clouds, rents=rents, date=dates))
    if answer.api is not None:
        parts.append(
            say(
                "own.source_api",
                price=dollars(answer.api.per_mtok),
                provider=say("seller.median", n=answer.api.hosts) if answer.api.hosts else answer.api.provider,
                date=answer.api.as_of,
            )
        )
    if answer.throughput.basis == "published" and answer.published is not None:
        parts.append(answer.published.source)
    return "; ".join(parts)


def _figures(view: View, answer: Quote) -> None:
    """The answer's figures with their intervals, as a table."""
    import pandas as pd

    say, memory, speed = view.say, answer.memory, answer.throughput
    rows = [
        (say("own.machine"), f"{answer.machine.gpus} × {answer.machine.gpu.name}, {answer.machine.precision}"),
        (say("own.memory"), say("own.memory_text", weights=f"{memory.weights_gb:,.1f}", n=speed.requests,
                                cache=f"{memory.request_gb:,.2f}", usable=f"{memory.usable_gb:,.0f}")),
        (say("own.speed"), f"{_span(speed.both, lambda v: f'{v:,.0f}')} ({say(f'own.{speed.basis}')})"),
    ]  # fmt: skip
    if answer.costs is not None:
        rows += [
            (say("cost.per_mtok"), _span(answer.costs.both)),
            (say("own.cost_in"), _span(answer.costs.prompt)),
            (say("own.cost_out"), _span(answer.costs.output)),
            (say("own.cost_request"), _span(answer.costs.request)),
        ]
    if answer.break_even is not None and answer.break_even_by_speed is not None:
        rows += [
            (say("own.even_rent"), _span(answer.break_even, lambda v: _even(view, v))),
            (say("own.even_speed"), _span(answer.break_even_by_speed, lambda v: _even(view, v))),
        ]
    if answer.energy is not None:
        rows.append((say("own.energy"), _span(answer.energy, three_digits)))
    frame = pd.DataFrame(rows, columns=["figure", "value"])
    column = st.column_config
    blocks.table(
        view,
        frame,
        "own-machine-figures",
        {"figure": column.TextColumn(say("own.figure")), "value": column.TextColumn(say("own.value"))},
        alt=say("own.title"),
    )


def _even(view: View, tokens: float) -> str:
    return _rounded(tokens) if math.isfinite(tokens) else view.say("own.not_ever")


def _span(values: Range, shown: Callable[[float], str] = dollars) -> str:
    low, middle, high = (shown(v) for v in (values.low, values.middle, values.high))
    return middle if low == high else f"{middle} ({low} – {high})"


def _rounded(tokens: float) -> str:
    """A count of tokens with three significant digits."""
    return f"{float(f'{tokens:.3g}'):,.0f}"
