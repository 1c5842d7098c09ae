"""A night as a table and as one line."""

from __future__ import annotations

import io

from rich.console import Console

from harness.fleet.state import ModelState
from harness.fleet.table import summary, table

MODELS = (
    ModelState("a", "/data/checkpoints/step-9", "done", 2, 2, code=0, tries=1, seconds=90.0),
    ModelState("b", "[red]b[/red]", "running", 2, 1, "quick", "scoring", "host-1", "n", 0.5, 1200, 5000, 12.345, 300.0),
    ModelState("c", "c", "waiting", 2),
)


def drawn(width: int, **options: int) -> list[str]:
    stream = io.StringIO()
    Console(file=stream, width=width).print(table(MODELS, width=width, **options))
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def test_models_at_work_come_first_and_unknown_is_a_dash() -> None:
    lines = drawn(160)
    assert lines[1].split() == [
        "[red]b[/red]",
        "running",
        "1/2",
        "quick",
        "host-1",
        "0.5",
        "1,200/5,000",
        "12.3",
        "5",
        "min",
        "0",
        "–",
    ]
    assert lines[2].split()[:3] == ["c", "waiting", "0/2"] and lines[3].split()[:2] == ["checkpoints/step-9", "done"]


def test_a_narrow_terminal_still_shows_whole_names() -> None:
    assert [line.split()[0] for line in drawn(80)] == ["model", "[red]b[/red]", "c", "checkpoints/step-9"]


def test_a_long_night_is_cut_and_counted() -> None:
    assert drawn(160, most=1)[-1] == "and 2 more" and len(drawn(160, most=1)) == 3
    assert summary(MODELS) == "3 models: 1 done, 1 running, 1 waiting"
    assert summary(()) == "0 models: none"
