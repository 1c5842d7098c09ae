"""The first line of a journal: the plan, the settings and the partition of a run, and why another start does not continue it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.engine.base import Answer, Batch, Generated, Scored
from harness.runs.journal.checked_lines import parse

FORMAT = 2
UNCHECKED = 1
"""Format of journals whose lines have no checksum."""


@dataclass(frozen=True)
class Head:
    """First line of a journal, the same for every start of the run. ``reused`` are answers of other suites' runs;
    ``checked`` says that lines end with checksums; ``asked`` holds what tells why another start asks otherwise (``tasks``, a
    digest each, and the versions of ``libraries``; empty in journals of earlier versions).
    """

    plan_hash: str
    digest: str
    settings: dict[str, Any]
    batches: tuple[Batch, ...]
    reused: Mapping[int, Answer] = field(default_factory=dict)
    checked: bool = True
    asked: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def differs(head: Head, now: Head, reused: Mapping[int, Answer] | None) -> str:
    """Why a journal is not continued by a start that would begin one with the head ``now``, in words; empty where it is."""
    if head.plan_hash != now.plan_hash:
        return "it is of another plan"
    if head.digest != now.digest:
        return _asked_otherwise(head.asked, now.asked)
    if changed := _changed(_fixed(head.settings), _fixed(now.settings)):
        return changed
    return "it has answers of other runs, and --again takes none" if head.reused and reused is None else ""


def _asked_otherwise(old: Mapping[str, Mapping[str, str]], new: Mapping[str, Mapping[str, str]]) -> str:
    """Which tasks two starts of one plan ask otherwise, and which libraries changed between them."""
    if not old.get("tasks") or not new.get("tasks"):
        return "its requests are others than those of this start, and it does not say in which task"
    then, now = old["tasks"], new["tasks"]
    others = [task for task in {**then, **now} if then.get(task) != now.get(task)]
    named = ", ".join(others[:5]) + (f" and {len(others) - 5} more" if len(others) > 5 else "")
    changed = _changed(old.get("libraries", {}), new.get("libraries", {}))
    return (
        (f"it asks {named} otherwise than this start does" if others else "its requests stand in another order")
        + "; "
        + (changed or "the plan and the versions of all libraries are the same")
    )


def _changed(old: Mapping[str, Any], new: Mapping[str, Any]) -> str:
    others = [name for name in sorted({*old, *new}) if old.get(name) != new.get(name)]
    return ", ".join(f"{name} was {old.get(name)} and is {new.get(name)}" for name in others)


def read_head(raw: bytes) -> Head | None:
    """The first line of a journal of either format; None where it is none, or damaged."""
    line = parse(raw, checked=False)
    if line is None or line.get("format") not in (FORMAT, UNCHECKED):
        return None
    checked = line["format"] == FORMAT
    if checked != ("sum" in line) or parse(raw, checked=checked) is None:
        return None
    try:
        return Head(
            line["plan_hash"],
            line["digest"],
            line["settings"],
            tuple(Batch(tuple(b)) for b in line["batches"]),
            {i: from_json(a) for i, *a in line.get("reused", ())},
            checked,
            line.get("asked", {}),
        )
    except (LookupError, TypeError, ValueError):
        return None


def to_json(answer: Answer) -> list[Any]:
    """An answer as JSON types."""
    return [answer.logprob, answer.greedy] if isinstance(answer, Scored) else [answer.text, answer.tokens]


def from_json(values: list[Any]) -> Answer:
    """The answer that ``to_json`` wrote."""
    first, second = values
    return Generated(first, second) if isinstance(first, str) else Scored(float(first), bool(second))


def through_json(settings: dict[str, Any]) -> dict[str, Any]:
    """Settings as a journal gives them back."""
    result: dict[str, Any] = json.loads(json.dumps(settings))
    return result


def _fixed(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that two starts must share. Token budgets may differ: the journal's partition stands. So may the number
    of threads, which changes scores as another type of machine does, and is noted so."""
    free = {"token_budget", "batch_tokens", "branch_tokens", "out_of_memory_halvings", "threads", "streams"}
    return {name: value for name, value in settings.items() if name not in free}
