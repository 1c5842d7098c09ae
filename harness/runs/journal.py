"""The journal of a run: its batches and their answers so far, one JSON-lines file, durable batch by batch.

Its lines: the head (plan hash, digest of the requests, engine settings, the partition),
then a line as each process starts (its host, its type of machine), as each batch begins and as each batch is done. Every line ends with a checksum; from
the first line on that is torn or damaged (a kill, a loss of power, a bad disk) all is cut off and scored again. A journal
of format 1, whose lines have none, is continued as it is. The counts prove what was computed twice.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from harness.engine.base import Answer, Batch, Generated, Scored, Work
from harness.errors import RunFailed
from harness.files import make_folder, write_atomically
from harness.runs.checked_lines import checked_line, parse, plain_line

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


@dataclass(frozen=True)
class Counts:
    """``begun - done`` is the number of batches that were scored more than once, or are in flight."""

    starts: int
    begun: int
    done: int
    batches: int


class Journal:
    """An append-only journal of one plan. Use ``open_journal``. ``set_aside`` says, for people, which earlier one is not continued."""

    def __init__(
        self,
        path: Path,
        head: Head,
        answers: dict[int, list[Answer]],
        starts: int,
        begun: int,
        work: Work,
        machines: Sequence[str] = (),
    ) -> None:
        self.path = path
        self.head = head
        self.answers = answers
        self.starts = starts
        self.begun = begun
        self.work = work
        self.machines = list(machines)
        self.copy: Callable[[bytes, bool], None] | None = None
        self.before_done: Callable[[], None] | None = None
        self.set_aside = ""
        self.resumed = bool(answers)
        self._file: TextIO = path.open("a", encoding="utf-8")

    def start(self, machine: str = "") -> None:
        """Note that a process works on the plan, and on what type of machine; ``machines`` lists the types so far."""
        self.starts += 1
        if machine and machine not in self.machines:
            self.machines.append(machine)
        self._append({"start": self.starts, "host": socket.gethostname(), "machine": machine or None}, sync=True)

    def begin(self, batch: int) -> None:
        """Note that a batch is about to be scored."""
        self.begun += 1
        self._append({"begin": batch}, sync=False)

    def done(self, batch: int, answers: Sequence[Answer], work: Work) -> None:
        """Record a whole batch, durably; what ``before_done`` raises keeps it out."""
        if self.before_done is not None:
            self.before_done()
        self.answers[batch] = list(answers)
        self.work = _add(self.work, work)
        line = {
            "done": batch,
            "answers": [to_json(a) for a in answers],
            "work": [work.prompt_tokens, work.generated_tokens, work.forwards],
        }
        self._append(line, sync=True)

    def counts(self) -> Counts:
        """How often work began and ended."""
        return Counts(self.starts, self.begun, len(self.answers), len(self.head.batches))

    def pending(self) -> list[int]:
        """Batches still to be scored, in order."""
        return [i for i in range(len(self.head.batches)) if i not in self.answers]

    def collect(self, requests: int) -> list[Answer]:
        """Every request's answer, once all batches are done."""
        out: list[Answer | None] = [self.head.reused.get(i) for i in range(requests)]
        for i, batch in enumerate(self.head.batches):
            for request, answer in zip(batch.requests, self.answers[i], strict=True):
                out[request] = answer
        missing = sum(1 for a in out if a is None)
        if missing:
            raise RunFailed(
                f"{missing} of {requests} requests have no answer in {self.path.name}; delete it and run again."
            )
        return [a for a in out if a is not None]

    def known(self) -> dict[int, Answer]:
        """All answers so far, by request: reused and computed."""
        return dict(self.head.reused) | self.computed()

    def computed(self) -> dict[int, Answer]:
        """The answers that this run computed itself, by request."""
        return {
            request: answer
            for i, answers in self.answers.items()
            for request, answer in zip(self.head.batches[i].requests, answers, strict=True)
        }

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _append(self, line: dict[str, Any], *, sync: bool) -> None:
        text = checked_line(line) if self.head.checked else plain_line(line)
        self._file.write(text)
        self._file.flush()
        if sync:
            os.fsync(self._file.fileno())
        if self.copy is not None:
            self.copy(text.encode(), sync)


def open_journal(
    path: Path,
    plan_hash: str,
    digest: str,
    settings: dict[str, Any],
    partition: Sequence[Batch],
    reused: Mapping[int, Answer] | None = None,
    asked: Mapping[str, Mapping[str, str]] | None = None,
) -> Journal:
    """Continue the journal at ``path``, or begin one with this partition and these answers of other runs.

    A journal of the same plan keeps its own partition and its own reused answers. One whose requests
    differ is set aside: its answers are to other questions; ``asked`` (as in ``Head``) tells which, and what may be the cause.
    So is one with reused answers where there shall be none (``reused`` is None).
    The caller holds the plan (``harness.runs.command.plan_lock``): nobody else writes here.
    """
    make_folder(path.parent)
    head = Head(
        plan_hash, digest, _through_json(settings), tuple(partition), dict(reused or {}), asked=dict(asked or {})
    )
    said = ""
    if path.exists():
        earlier = _read(path)
        why = "its first line is damaged"
        if earlier is not None and not (why := _differs(earlier[0], head, reused)):
            return Journal(path, *earlier)
        aside = path.with_suffix(f".stale-{os.getpid()}")
        path.rename(aside)
        said = f"the journal of an earlier start is not continued: {why}; it is kept as {aside.name}"
    line = {
        "format": FORMAT,
        "plan_hash": plan_hash,
        "digest": digest,
        "settings": settings,
        "batches": [list(b.requests) for b in partition],
        "reused": [[i, *to_json(a)] for i, a in head.reused.items()],
        "asked": head.asked,
    }
    write_atomically(path, checked_line(line))
    begun = Journal(path, head, {}, 0, 0, Work(0, 0, 0))
    begun.set_aside = said
    return begun


def goes_on(
    line: bytes, plan_hash: str, digest: str, settings: dict[str, Any], reused: Mapping[int, Answer] | None
) -> bool:
    """Whether a journal with this first line is continued by ``open_journal``."""
    head = _head(line)
    return head is not None and not _differs(
        head, Head(plan_hash, digest, _through_json(settings), (), dict(reused or {})), reused
    )


def _differs(head: Head, now: Head, reused: Mapping[int, Answer] | None) -> str:
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


def _read(path: Path) -> tuple[Head, dict[int, list[Answer]], int, int, Work, list[str]] | None:
    """Head, answers, starts, begun batches, work and types of machine of a journal; None where its head is unreadable.

    Cuts off a bad end.
    """
    machines: list[str] = []
    answers: dict[int, list[Answer]] = {}
    starts = begun = 0
    work = Work(0, 0, 0)
    with path.open("rb") as lines:
        first = lines.readline()
        head = _head(first)
        if head is None:
            return None
        whole = len(first)
        for raw in lines:
            line = parse(raw, checked=head.checked)
            if line is None:
                break
            if "done" in line:
                done = _done(line, head)
                if done is None:
                    break
                if line["done"] not in answers:  # two hosts may have computed the batch in which one was passed over
                    work = _add(work, done[1])
                answers.setdefault(line["done"], done[0])
            elif "begin" in line:
                begun += 1
            elif "start" in line:
                starts += 1
                if (machine := line.get("machine")) and machine not in machines:
                    machines.append(str(machine))
            whole += len(raw)
    if whole < path.stat().st_size:
        os.truncate(path, whole)
    return head, answers, starts, begun, work, machines


def _head(raw: bytes) -> Head | None:
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


def _done(line: Mapping[str, Any], head: Head) -> tuple[list[Answer], Work] | None:
    """The answers and the work of a batch; None where they are not such as this partition asks for."""
    try:
        answers = [from_json(a) for a in line["answers"]]
        fits = line["done"] >= 0 and len(answers) == len(head.batches[line["done"]].requests)
        return (answers, Work(*line["work"])) if fits else None
    except (LookupError, TypeError, ValueError):
        return None


def to_json(answer: Answer) -> list[Any]:
    """An answer as JSON types."""
    return [answer.logprob, answer.greedy] if isinstance(answer, Scored) else [answer.text, answer.tokens]


def from_json(values: list[Any]) -> Answer:
    """The answer that ``to_json`` wrote."""
    first, second = values
    return Generated(first, second) if isinstance(first, str) else Scored(float(first), bool(second))


def _add(a: Work, b: Work) -> Work:
    return Work(a.prompt_tokens + b.prompt_tokens, a.generated_tokens + b.generated_tokens, a.forwards + b.forwards)


def _through_json(settings: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(json.dumps(settings))
    return result


def _fixed(settings: dict[str, Any]) -> dict[str, Any]:
    """The settings that two starts must share. Token budgets may differ: the journal's partition stands. So may the number
    of threads, which changes scores as another type of machine does, and is noted so."""
    free = {"token_budget", "batch_tokens", "branch_tokens", "out_of_memory_halvings", "threads", "streams"}
    return {name: value for name, value in settings.items() if name not in free}
