"""One line of `harness doctor`: what was looked at, how it stands, and the way out where it does not stand well."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

State = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """How one thing stands on this machine. ``found`` says what is there, ``way_out`` what to do (empty where ok)."""

    part: str
    state: State
    found: str
    way_out: str = ""


def ok(part: str, found: str) -> Finding:
    """It works."""
    return Finding(part, "ok", found)


def warning(part: str, found: str, way_out: str) -> Finding:
    """It works in part, slower, or not for every command."""
    return Finding(part, "warning", found, way_out)


def error(part: str, found: str, way_out: str) -> Finding:
    """What the harness is for does not work like this."""
    return Finding(part, "error", found, way_out)


def kept(part: str, look: Callable[[], Iterator[Finding]]) -> list[Finding]:
    """The findings of one look; whatever it raises is an error line of its own, and the looks after it go on."""
    found: list[Finding] = []
    try:
        found.extend(look())
    except Exception as problem:  # a broken driver or library may raise anything
        said = str(problem).strip().splitlines()
        text = f"{type(problem).__name__}: {said[0]}" if said else type(problem).__name__
        found.append(error(part, f"looking at it failed ({text})", "Mend what the message names, then look again."))
    return found
