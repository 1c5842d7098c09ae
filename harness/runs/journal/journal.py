"""The journal of a run: its batches and their answers so far, one JSON-lines file, durable batch by batch.

Its lines: the head (plan hash, digest of the requests, engine settings, the partition),
then a line as each process starts (its host, its type of machine), as each batch begins and as each batch is done. Every line ends with a checksum; from
the first line on that is torn or damaged (a kill, a loss of power, a bad disk) all is cut off and scored again. A journal
of format 1, whose lines have none, is continued as it is. The counts prove what was computed twice.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from harness.engine.base import Answer, Batch, Work
from harness.errors import RunFailed
from harness.files import make_folder, write_atomically
from harness.runs.journal.checked_lines import checked_line, parse, plain_line
from harness.runs.journal.head import FORMAT, Head, differs, from_json, read_head, through_json, to_json


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
        plan_hash, digest, through_json(settings), tuple(partition), dict(reused or {}), asked=dict(asked or {})
    )
    said = ""
    if path.exists():
        earlier = _read(path)
        why = "its first line is damaged"
        if earlier is not None and not (why := differs(earlier[0], head, reused)):
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
    head = read_head(line)
    return head is not None and not differs(
        head, Head(plan_hash, digest, through_json(settings), (), dict(reused or {})), reused
    )


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
        head = read_head(first)
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


def _done(line: Mapping[str, Any], head: Head) -> tuple[list[Answer], Work] | None:
    """The answers and the work of a batch; None where they are not such as this partition asks for."""
    try:
        answers = [from_json(a) for a in line["answers"]]
        fits = line["done"] >= 0 and len(answers) == len(head.batches[line["done"]].requests)
        return (answers, Work(*line["work"])) if fits else None
    except (LookupError, TypeError, ValueError):
        return None


def _add(a: Work, b: Work) -> Work:
    return Work(a.prompt_tokens + b.prompt_tokens, a.generated_tokens + b.generated_tokens, a.forwards + b.forwards)
