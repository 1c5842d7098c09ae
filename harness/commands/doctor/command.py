"""`harness doctor`: every part of the machine that a run, a report or the site needs, a line each."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from rich.console import Console
from rich.text import Text

from harness.commands.doctor.accelerator import accelerator
from harness.commands.doctor.finding import Finding, kept
from harness.commands.doctor.packages import packages
from harness.commands.doctor.places_in_use import places_in_use
from harness.commands.doctor.programs import programs
from harness.commands.doctor.sources import sources
from harness.scrub import scrub
from harness.terminal import print_json

COLOURS = {"ok": "green", "warning": "yellow", "error": "red"}


def doctor(*, offline: bool, device: str | None, as_json: bool) -> int:
    """Look at everything and print a line each; 0 where nothing is an error, else 1.

    Raises:
        BadInput: ``device`` is none of this machine's.
    """
    if device is not None:
        from harness.engine.settings import resolve_device

        device = resolve_device(device)
    looks: list[tuple[str, Callable[[], Iterator[Finding]]]] = [
        ("packages", packages),
        ("accelerator", lambda: accelerator(device)),
        ("places", places_in_use),
        ("sources", lambda: sources(offline=offline)),
        ("programs", programs),
    ]
    console = Console(highlight=False, soft_wrap=True)
    found: list[Finding] = []
    for part, look in looks:
        for finding in kept(part, look):
            found.append(finding)
            if not as_json:
                _say(console, finding)
    errors, warnings = (sum(f.state == state for f in found) for state in ("error", "warning"))
    if as_json:
        lines = [{name: scrub(text) for name, text in dataclasses.asdict(f).items()} for f in found]
        print_json({"ok": not errors, "errors": errors, "warnings": warnings, "findings": lines})
    else:
        console.print(f"{len(found)} looked at: {_count(errors, 'error')}, {_count(warnings, 'warning')}.")
    return 1 if errors else 0


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _say(console: Console, finding: Finding) -> None:
    """One line, and one for the way out."""
    line = Text(f"{finding.state:<8}", style=COLOURS[finding.state])
    line.append(f"{finding.part:<17} {scrub(finding.found)}", style="default")
    console.print(line)
    if finding.way_out:
        console.print(Text(f"{'':<8}{'':<17} → {scrub(finding.way_out)}"))
