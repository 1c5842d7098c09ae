"""The entries of a run file, checked: each with its line, and every problem met on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from harness.interchange.foreign.limits.yaml_lines import Place
from harness.runs.jobs import fleet_settings
from harness.runs.jobs.fleet_settings import Share
from harness.runs.jobs.run_options import OF_A_MODEL, OPTIONS, is_text


@dataclass(frozen=True)
class Entry:
    """A model, a suite or a pair of both, with the options said of it and its line."""

    name: Mapping[str, str]
    options: Mapping[str, Any]
    line: int
    share: Share = Share()


@dataclass
class Reader:
    """The file's lines and the problems met so far."""

    lines: Mapping[Place, int]
    problems: list[tuple[int, str]] = field(default_factory=list)

    def problem(self, place: Place, sentence: str) -> None:
        """Keep a problem, with the line of the nearest place that has one."""
        while place and place not in self.lines:
            place = place[:-1]
        self.problems.append((self.lines.get(place, 1), sentence))

    def keys(self, value: Mapping[Any, Any], allowed: tuple[str, ...], place: Place, what: str) -> None:
        """Every key that is not allowed is a problem."""
        for key in value:
            if key not in allowed:
                near = get_close_matches(str(key).replace("-", "_"), allowed, 1)
                hint = f"did you mean {near[0]}?" if near else f"it may have {', '.join(allowed)}."
                self.problem((*place, str(key)), f"{what} has the unknown key {str(key)[:60]!r}; {hint}")

    def options(self, value: Mapping[Any, Any], place: Place, what: str, names: tuple[str, ...]) -> dict[str, Any]:
        """The options among a mapping's entries; ``names`` are the entries that are none."""
        allowed = tuple(o for o in OPTIONS if what == "a model" or what == "a run" or o not in OF_A_MODEL)
        for key in set(OF_A_MODEL) & set(map(str, value)) - set(allowed):
            self.problem((*place, key), f"{key} is said of one model; move it to an entry of models or runs.")
        self.keys({k: v for k, v in value.items() if k not in OF_A_MODEL}, (*names, *allowed), place, what)
        return self.checked(value, {key: OPTIONS[key] for key in allowed}, place)

    def checked(self, value: Mapping[Any, Any], checks: fleet_settings.Checks, place: Place) -> dict[str, Any]:
        """The entries of a mapping that ``checks`` name; a wrong value is a problem."""
        out = {}
        for key, (check, must) in checks.items():
            if key not in value:
                continue
            if not check(value[key]):
                self.problem((*place, key), f"{key} is {shown(value[key])}; it must be {must}.")
            out[key] = value[key]
        return out

    def entries(self, document: Mapping[Any, Any], key: str, names: tuple[str, ...], what: str) -> list[Entry]:
        """The list under ``key``: texts, or mappings with ``names`` and options."""
        value = document.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not value:
            self.problem((key,), f"{key} is {shown(value)}; it must be a list with at least one entry.")
            return []
        out = []
        for position, entry in enumerate(value):
            place: Place = (key, position)
            if len(names) == 1 and is_text(entry):
                entry = {names[0]: entry}
            if not isinstance(entry, dict):
                self.problem(place, f"{what} is {shown(entry)}; give {' and '.join(names)}, and options.")
                continue
            of_fleet = tuple(fleet_settings.OF_A_MODEL) if "model" in names else ()
            options = self.options(entry, place, what, (*names, *of_fleet))
            share = self.checked(entry, {key: fleet_settings.OF_A_MODEL[key] for key in of_fleet}, place)
            for name in names:
                if not is_text(entry.get(name)):
                    self.problem((*place, name), f"{what} has no {name}; give one as a text (quote numbers).")
            if all(is_text(entry.get(name)) for name in names):
                named = {name: entry[name] for name in names}
                out.append(Entry(named, options, self.lines.get(place, 1), Share(**share)))
        return out


def shown(value: object) -> str:
    """A value as a message shows it."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    try:
        text = repr(value)
    except ValueError:  # such a number inside a list
        return f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= 80 else text[:80] + "…"
