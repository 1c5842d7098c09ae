"""The controls of the page Choose a model, and the wish that they state; all of it stands in the URL."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING

import streamlit as st

from harness.market.choice.families import families
from harness.market.choice.wish import BYTES, LANGUAGES, MODALITIES, Wish
from harness.site.widgets import blocks, controls

if TYPE_CHECKING:
    from harness.site.server.view import View

CONTEXTS = (0, 32_000, 128_000, 200_000, 1_000_000)
MORE = ("made", "served", "spoken", "reads", "context", "memory", "bits", "since")
"""Conditions that few need, by their keys in the URL: folded away until one is asked."""
_FIGURE = re.compile(r"\d+|\d*[.,]\d+", re.ASCII)
_AMBIGUOUS = re.compile(r"[1-9]\d{0,2}[,.]\d{3}", re.ASCII)  # a thousand to some and one to others


def wish(view: View) -> Wish:
    """The wish that the controls state; what cannot be read is said and asks nothing."""
    say = view.say
    known = families()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        task = controls.select(
            say("choose.task"), list(known), "task", lambda id: say.name(known[id].name_en, known[id].name_zh)
        )
        budget = _number(view, say("choose.budget"), "budget")
        per_task = _number(view, say("choose.budget_task"), "per_task")
        licence = controls.segmented(
            say("choose.licence"), ["any", "open", "permissive"], "terms", lambda name: say(f"choose.licence_{name}")
        )
    used = any(st.query_params.get(key) for key in MORE)
    with controls.expander(say("choose.more"), "open_more", opened=used):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            makers = controls.multiselect(
                say("choose.countries"), _countries(view, "vendors"), "made", lambda c: say.known("country", c)
            )
            hosts = controls.multiselect(
                say("choose.hosts"), _countries(view, "sellers"), "served", lambda c: say.known("country", c)
            )
            language = controls.select(
                say("choose.language"), ["", *LANGUAGES], "spoken",
                lambda code: say(f"choose.language_{code}") if code else say("controls.all"),
            )  # fmt: skip
            reads = controls.multiselect(
                say("choose.modalities"), list(MODALITIES), "reads", lambda name: say(f"choose.modality_{name}")
            )
        with st.container(horizontal=True, vertical_alignment="bottom"):
            context = controls.select(
                say("choose.context"), list(CONTEXTS), "context", lambda n: f"{n:,}" if n else say("controls.all")
            )
            memory = _number(view, say("choose.memory"), "memory")
            bits = controls.select(say("choose.bits"), list(BYTES), "bits")
            since = _day(view)
    return Wish(
        task, budget=budget, budget_per_task=per_task, open_weights=licence != "any",
        licence="permissive" if licence == "permissive" else "any", language=language, countries=tuple(makers),
        hosts=tuple(hosts), context=context or None, modalities=tuple(reads), memory=memory, bits=bits, since=since,
    )  # fmt: skip


def command(asked: Wish) -> str:
    """The options that ask the same on the command line."""
    options = {
        "for": asked.task, "budget": asked.budget, "budget-per-task": asked.budget_per_task, "open": asked.open_weights,
        "licence": asked.licence if asked.licence != "any" else None, "language": asked.language,
        "country": ",".join(asked.countries), "host-country": ",".join(asked.hosts), "context": asked.context,
        "modality": ",".join(asked.modalities), "memory": asked.memory,
        "bits": asked.bits if asked.memory is not None and asked.bits != 16 else None, "since": asked.since,
    }  # fmt: skip
    given = {name: value for name, value in options.items() if value not in (None, "", False)}
    return " ".join(
        f"--{name}" if value is True else f"--{name} {value:.12g}" if isinstance(value, float) else f"--{name} {value}"
        for name, value in given.items()
    )


def _countries(view: View, query: str) -> list[str]:
    return sorted({c for c in view.frame(query)["country"] if isinstance(c, str)})


def _number(view: View, label: str, key: str) -> float | None:
    text = controls.text(label, key, view.say("choose.budget_hint") if key != "memory" else "80")
    if not text:
        return None
    plain = text.strip().lstrip("$")
    value = (
        float(plain.replace(",", ".")) if _FIGURE.fullmatch(plain) and not _AMBIGUOUS.fullmatch(plain) else float("nan")
    )
    if 0 < value < float("inf"):
        return value
    st.caption(view.say("choose.no_number", text=blocks.literal(text)))
    return None


def _day(view: View) -> dt.date | None:
    text = controls.text(view.say("choose.since"), "since", view.say("choose.since_hint"))
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        st.caption(view.say("choose.no_day", text=blocks.literal(text)))
        return None
