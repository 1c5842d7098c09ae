"""A night as a person reads it: a table of its models, and one line that sums it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.markup import escape
from rich.table import Table

from harness.fleet.state import ENDED, STATES, ModelState
from harness.runs.progress import duration
from harness.scrub import scrub

COLUMNS = ("model", "state", "suites", "suite", "node", "cards", "items", "a second", "left", "tries", "time")
MOST_ROWS = 40
"""Models of a table that is drawn again and again; the others are counted below it."""
COLOURS = {"done": "green", "failed": "red", "refused": "red", "running": "cyan", "stopped": "yellow"}


def table(models: Iterable[ModelState], *, most: int | None = None) -> Table:
    """A row a model, those at work first; with ``most`` at most so many rows."""
    rows = sorted(models, key=lambda m: (m.state not in ("running", "starting"), m.state in ENDED))
    drawn = Table(box=None, pad_edge=False)
    for name in COLUMNS:
        right = name in ("suites", "cards", "items", "a second", "left", "tries", "time")
        drawn.add_column(name, justify="right" if right else "left", no_wrap=name not in ("model",), overflow="fold")
    for model in rows[:most]:
        drawn.add_row(*(escape(cell) for cell in cells(model)), style=COLOURS.get(model.state))
    if most is not None and len(rows) > most:
        drawn.add_row(f"and {len(rows) - most} more")
    return drawn


def cells(model: ModelState) -> list[str]:
    """What a model's row shows; what is not known is a dash."""
    items = f"{model.done:,}/{model.total:,}" if model.done is not None and model.total is not None else "–"
    return [
        scrub(model.model),
        model.state,
        f"{model.sealed}/{model.suites}",
        model.suite or "–",
        model.host or "–",
        "–" if model.cards is None else f"{model.cards:g}",
        items,
        f"{model.rate:.3g}" if model.rate else "–",
        duration(model.left) if model.left else "–",
        str(model.tries),
        duration(model.seconds) if model.seconds else "–",
    ]


def summary(models: Iterable[ModelState]) -> str:
    """``12 models: 3 done, 4 running, 5 waiting``."""
    states = Counter(m.state for m in models)
    parts = [f"{states[state]} {state}" for state in (*ENDED, *STATES) if states[state]]
    total = sum(states.values())
    return f"{total} model{'s' if total != 1 else ''}: {', '.join(dict.fromkeys(parts)) or 'none'}"
