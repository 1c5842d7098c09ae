"""A night as a person reads it: a table of its models, and one line that sums it up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from harness.fleet.state import ENDED, ModelState
from harness.runs.progress import duration
from harness.scrub import scrub

COLUMNS = ("model", "state", "suites", "suite", "node", "cards", "items", "a second", "left", "tries", "time")
NUMBERS = ("suites", "cards", "items", "a second", "left", "tries", "time")
ONLY_WIDE = ("suite", "cards", "a second", "tries")
"""Columns that a terminal of fewer than ``WIDE`` characters leaves out."""
WIDE = 110
MOST_ROWS = 40
"""Models of a table that is drawn again and again; the others are counted below it."""
COLOURS = {"done": "green", "failed": "red", "refused": "red", "running": "cyan", "stopped": "yellow"}


def table(models: Iterable[ModelState], *, most: int | None = None, width: int | None = None) -> Table:
    """A row a model, those at work first; with ``most`` at most so many rows. A narrow terminal gets fewer columns."""
    rows = sorted(models, key=lambda m: (m.state not in ("running", "starting"), m.state in ENDED))
    chosen = [name for name in COLUMNS if width is None or width >= WIDE or name not in ONLY_WIDE]
    drawn = Table(box=None, pad_edge=False)
    for name in chosen:
        drawn.add_column(
            name, justify="right" if name in NUMBERS else "left", no_wrap=name != "model", overflow="fold",
            min_width=20 if name == "model" else None,
        )  # fmt: skip
    for model in rows[:most]:
        row = dict(zip(COLUMNS, cells(model), strict=True))
        drawn.add_row(*(escape(row[name]) for name in chosen), style=COLOURS.get(model.state))
    if most is not None and len(rows) > most:
        drawn.add_row(f"and {len(rows) - most} more")
    return drawn


def short(model: str) -> str:
    """A model's name in a table: of a folder the last two parts of its path."""
    path = Path(model)
    return "/".join(path.parts[-2:]) if path.is_absolute() else model


def cells(model: ModelState) -> list[str]:
    """What a model's row shows; what is not known is a dash."""
    items = f"{model.done:,}/{model.total:,}" if model.done is not None and model.total is not None else "–"
    return [
        scrub(short(model.model)),
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
    parts = [f"{states[state]} {state}" for state in (*ENDED, "running", "starting", "waiting") if states[state]]
    total = sum(states.values())
    return f"{total} model{'s' if total != 1 else ''}: {', '.join(parts) or 'none'}"
