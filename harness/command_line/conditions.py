"""Conditions on a model, options of both ``harness choose`` and ``harness report``, and the wish that they make."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from harness.market.choice.wish import Wish

Task = Annotated[
    str | None, typer.Option("--for", help="The kind of task: an id or name, or any unique beginning of one.")
]


@dataclass(frozen=True)
class Conditions:
    """Conditions on a model, by the words of the command line; each field is one option, in the order of the help."""

    budget: Annotated[
        float | None, typer.Option(help="At most this list price: USD per million tokens, blended at --ratio.")
    ] = None
    budget_per_task: Annotated[float | None, typer.Option(help="At most this cost of one task, USD.")] = None
    ratio: Annotated[float | None, typer.Option(help="Input tokens for each output token. Default: 3.")] = None
    open_weights: Annotated[bool, typer.Option("--open", help="Open weights alone.")] = False
    licence: Annotated[str, typer.Option(help="any, or permissive (such as MIT and Apache-2.0).")] = "any"
    language: Annotated[
        str, typer.Option(help="A test in this language must be reported: zh or en. Default: the task's own.")
    ] = ""
    country: Annotated[str, typer.Option(help="Made by vendors of these countries, such as CN,US.")] = ""
    host_country: Annotated[str, typer.Option(help="Sold by a maker, cloud or host of these countries.")] = ""
    context: Annotated[int | None, typer.Option(help="At least so many tokens of context.")] = None
    modality: Annotated[str, typer.Option(help="What the model must read: image, pdf, audio, video; with commas.")] = ""
    memory: Annotated[
        float | None, typer.Option(help="Weights within so many GB (context comes on top), at --bits a parameter.")
    ] = None
    bits: Annotated[int, typer.Option(help="Bits of a parameter for --memory: 16, 8 or 4.")] = 16

    @property
    def ask(self) -> bool:
        """Whether anything is asked."""
        return any(getattr(self, field.name) != field.default for field in fields(self))


def with_conditions(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of ``Conditions`` as options of its own, in the place of its ``conditions``."""

    @functools.wraps(command)
    def flat(**values: Any) -> None:
        conditions = Conditions(**{field.name: values.pop(field.name) for field in fields(Conditions)})
        command(conditions=conditions, **values)

    def parameters(function: Callable[..., object]) -> list[inspect.Parameter]:
        return list(inspect.signature(function, eval_str=True).parameters.values())

    own = parameters(command)
    at = [parameter.name for parameter in own].index("conditions")
    flat.__signature__ = inspect.Signature([*own[:at], *parameters(Conditions), *own[at + 1 :]])  # type: ignore[attr-defined]  # typer reads it
    return flat


def wish(task: str | None, conditions: Conditions, since: str | None = None) -> Wish | None:
    """The wish for a kind of task; None without one.

    Raises:
        BadParameter: conditions without the task that the choice is for.
        BadInput: as ``harness.commands.choose.wish``.
    """
    from harness.commands import choose

    if task is not None:
        return choose.wish(task, since=since, **vars(conditions))
    if conditions.ask or since:
        raise typer.BadParameter("conditions on a model need the task that it is for.", param_hint="--for")
    return None
