"""A wish in words: its task, its conditions, what is not known of a model that it asks for, and on what a task's cost rests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from harness.charts.text import dollars

if TYPE_CHECKING:
    import pandas as pd

    from harness.i18n.translator import Translator
    from harness.market.choice.wish import Wish

UNKNOWN = {
    "price": "choose.unknown_price",
    "task_cost": "choose.unknown_task_cost",
    "open_weights": "choose.unknown_open_weights",
    "licence": "choose.unknown_licence",
    "language": "choose.unknown_language",
    "country": "choose.unknown_country",
    "host": "choose.unknown_host",
    "context": "choose.unknown_context",
    "modality": "choose.unknown_modality",
    "memory": "choose.unknown_memory",
    "released": "choose.unknown_released",
    "task": "choose.unknown_task",
}
"""Messages by what is not known of a model (column ``unknown`` of ``market.choice.choose``)."""


def task_name(say: Translator, wish: Wish) -> str:
    """The kind of task by name."""
    return say.name(wish.family.name_en, wish.family.name_zh)


def conditions(say: Translator, wish: Wish) -> list[str]:
    """The conditions of a wish in words; the task's own are not among them."""
    task = wish.family
    out = []
    if wish.budget is not None:
        out.append(say("choose.cond_price", price=dollars(wish.budget)))
    if wish.budget_per_task is not None:
        out.append(say("choose.cond_task_cost", price=dollars(wish.budget_per_task)))
    if wish.open_weights:
        out.append(say("choose.cond_open"))
    if wish.licence == "permissive":
        out.append(say("choose.cond_licence"))
    if wish.language and wish.language != task.language:
        out.append(say("choose.cond_language", language=language(say, wish.language)))
    if wish.countries:
        out.append(say("choose.cond_country", countries=_countries(say, wish.countries)))
    if wish.hosts:
        out.append(say("choose.cond_host", countries=_countries(say, wish.hosts)))
    if wish.context is not None:
        out.append(say("choose.cond_context", n=f"{wish.context:,}"))
    asked = [m for m in wish.modalities if m != task.modality]
    if asked:
        out.append(
            say("choose.cond_modality", modalities=say("file.join").join(say(f"choose.modality_{m}") for m in asked))
        )
    if wish.memory is not None:
        out.append(say("choose.cond_memory", gb=f"{wish.memory:g}", bits=wish.bits))
    if wish.since is not None:
        out.append(say("choose.cond_released", day=wish.since.isoformat()))
    return out


def wish_text(say: Translator, wish: Wish) -> str:
    """The task and its conditions as one phrase."""
    asked = conditions(say, wish)
    task = task_name(say, wish)
    return say("choose.wish", task=task, conditions=say("file.join").join(asked)) if asked else task


def task_note(say: Translator, wish: Wish) -> str:
    """The typical tokens of one task, and where they come from."""
    task = wish.family
    return say(
        "choose.task_note",
        input=f"{task.input_tokens:,.0f}",
        output=f"{task.output_tokens:,.0f}",
        basis=say.name(task.basis_en, task.basis_zh),
    )


def cost_of(say: Translator, rows: pd.DataFrame) -> list[str]:
    """On which test each row's cost of a task was reported, or that it is estimated; empty where none is known."""
    return [
        "" if not isinstance(basis, str) else say("choose.estimated") if basis == "estimated" else str(test)
        for basis, test in zip(rows["task_basis"], rows["task_benchmark"], strict=True)
    ]


def unknown(say: Translator, codes: Iterable[str]) -> str:
    """What is not known of a model, in words."""
    return say("file.join").join(say(UNKNOWN[code]) for code in codes)


def language(say: Translator, code: str) -> str:
    """A language of tests by name."""
    return say(f"choose.language_{code}")


def _countries(say: Translator, codes: Iterable[str]) -> str:
    return say("file.join").join(say.known("country", code) for code in codes)
