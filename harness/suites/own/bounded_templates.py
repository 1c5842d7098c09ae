"""Bounds of what the templates of task files that are data may take: loops, time, memory, and the length of their texts.

A template that only puts texts together can still do so without end. Honest ones take microseconds, and their texts
are as long as the item and the template themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import Environment, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lm_eval import utils

from harness.engine.libraries import OutOfTime, limited, limited_time
from harness.suites.own.templates import OutOfBounds

FREE, FREE_IN_ALL = 1 << 20, 1 << 26
"""Characters that one text, and all texts of a run together, may have beyond what their items and templates account for."""
SMALL = 1 << 16
"""Characters below which a text is not looked at any further."""
TIMES = 16
"""Times that an item and its template may come back in their text: a prompt that repeats its passage for each choice."""
SHORT_FILTERS = frozenset(
    {"capitalize", "d", "default", "first", "int", "last", "length", "lower", "string", "trim", "upper"}
)
SHORT_CALLS = frozenset({"capitalize", "lower", "lstrip", "rstrip", "strip", "upper"})
"""Filters and methods whose result is about as long as what they are given."""
METRIC_START, METRIC_MEAN = 20.0, 0.2
"""Processor time, in seconds, of all filters and metrics of a run: so much, and so much for each answer."""
SHOWN = 80
"""Characters of a template that a sentence shows."""


@contextmanager
def bounded() -> Iterator[None]:
    """While active, lm-eval renders every template within bounds, and otherwise as it would.

    Raises, from the template:
        OutOfBounds: a bound is exceeded; the sentence names the bound and the template.
    """
    before: Any = utils.env
    utils.env = _Bounded(before)
    try:
        yield
    finally:
        utils.env = before


@contextmanager
def metrics_bounded(instances: int) -> Iterator[None]:
    """Where ``bounded`` is active, a limit on the time of filters and metrics: their regular expressions may have no end, too."""
    if not isinstance(utils.env, _Bounded):
        yield
        return
    with limited_time(METRIC_START + instances * METRIC_MEAN):
        yield


class _Bounded(SandboxedEnvironment):
    """lm-eval's environment as a sandbox, with its filters; ``range`` gives at most 100,000 numbers (jinja2's MAX_RANGE)."""

    def __init__(self, like: Any) -> None:
        super().__init__(loader=like.loader, undefined=like.undefined, keep_trailing_newline=like.keep_trailing_newline)
        self.filters |= like.filters
        self.compile_within, self.render_within, self.excess = (
            limited(super().from_string),
            limited(_rendered),
            _Excess(),
        )
        self.cached_template = lru_cache(4096)(self._template)

    def from_string(self, source: Any, *_: Any, **__: Any) -> Any:
        """The template of a text, compiled once."""
        return self.cached_template(source)

    def _template(self, source: str) -> _Template:
        compiled = _within(source, self.compile_within, source)
        return _Template(source, compiled, _rendered if _is_short(source) else self.render_within, self.excess)


@dataclass(frozen=True)
class _Template:
    """A compiled template; one that cannot take long is rendered without the cost of a clock and a memory limit."""

    source: str
    compiled: Any
    draw: Callable[..., str]
    excess: _Excess

    def render(self, **document: Any) -> str:
        """The template's text of a document."""
        text: str = _within(self.source, self.draw, self.compiled, document)
        self.excess.add(self.source, document, text)
        return text


@lru_cache(maxsize=4096)
def _is_short(source: str) -> bool:
    """Whether the work of a template is in proportion to its length and its item's: no loops, nothing multiplied or set."""
    try:
        parts = list(Environment().parse(source).find_all(nodes.Node))  # nosec B701  # parsed, never rendered
    except (TemplateError, RecursionError):
        return False
    return not any(
        isinstance(part, (nodes.For, nodes.Mul, nodes.Assign, nodes.Pow))
        or (isinstance(part, nodes.Filter) and part.name not in SHORT_FILTERS)
        or (
            isinstance(part, nodes.Call)
            and not (isinstance(part.node, nodes.Getattr) and part.node.attr in SHORT_CALLS)
        )
        for part in parts
    )


def _rendered(template: Any, document: Mapping[str, Any]) -> str:
    text: str = template.render(**document)
    return text


def _within(source: str, function: Callable[..., Any], *arguments: object) -> Any:
    """What a function gives, with the errors of bounds as sentences; a template's other errors pass."""
    try:
        return function(*arguments)
    except OutOfTime as error:
        raise OutOfBounds(f"{_named(source)} does not come to an end: {error}. Shorten its loops.") from None
    except MemoryError:
        raise OutOfBounds(f"{_named(source)} needs more than 1 GiB of memory. Shorten what it puts together.") from None
    except OverflowError as error:
        if "MAX_RANGE" not in str(error):
            raise
        raise OutOfBounds(f"{_named(source)} has a range of more than 100,000 numbers. Shorten it.") from None


class _Excess:
    """Characters of all texts beyond what their items and templates account for."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, source: str, document: Mapping[str, Any], text: str) -> None:
        if len(text) <= SMALL:
            return
        more = len(text) - SMALL - TIMES * (len(source) + sum(len(str(value)) for value in document.values()))
        self.total += max(0, more)
        if more > FREE or self.total > FREE_IN_ALL:
            raise OutOfBounds(
                f"{_named(source)} makes a text of {len(text):,} characters, more than {TIMES} times its item and "
                "itself. Shorten what it repeats."
            )


def _named(source: str) -> str:
    short = source if len(source) <= SHOWN else source[:SHOWN] + "…"
    return f"the template {short!r}"
