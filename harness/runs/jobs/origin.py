"""The origin of a run file that ``harness fleet run`` has written for one model: its own command, file and lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.runs.jobs.file_entries import Reader
from harness.runs.jobs.run_options import is_text

KEY = "night"
"""The entry of a run file that holds it."""


@dataclass(frozen=True)
class Origin:
    """What a fleet's night was asked by: the command, and the run file that it names with its SHA-256, or None without one.

    ``lines`` says of each run, in order, where it stands in the night's file.
    """

    command: str
    lines: tuple[str, ...]
    file: str | None = None
    sha256: str | None = None

    @property
    def name(self) -> str:
        """What a message calls that which asks for the runs."""
        return self.file or "the command line"


def entry(origin: Origin) -> dict[str, Any]:
    """The entry of a run file with this origin."""
    said = {"command": origin.command, "file": origin.file, "sha256": origin.sha256}
    return {**{key: value for key, value in said.items() if value is not None}, "lines": list(origin.lines)}


def origin_of(reader: Reader, document: Mapping[Any, Any], runs: Sequence[object]) -> Origin | None:
    """The origin that a run file gives, for its runs one by one; None where it gives none."""
    value = document.get(KEY)
    if value is None:
        return None
    lines = value.get("lines") if isinstance(value, dict) else None
    texts = {k: v for k, v in value.items() if k != "lines"} if isinstance(value, dict) else {}
    right = "command" in texts and set(texts) <= {"command", "file", "sha256"} and all(map(is_text, texts.values()))
    if not right or not isinstance(lines, list) or not all(map(is_text, lines)) or len(lines) != len(runs):
        reader.problem((KEY,), f"{KEY} is written by harness fleet run for the process of one model; drop it.")
        return None
    return Origin(lines=tuple(lines), **texts)
