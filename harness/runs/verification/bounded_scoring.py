"""Scoring of a calibration set batch by batch, with progress, until it is done or its time is over."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TypeAlias

from harness.engine.base import Answer, Engine, GenerateRequest, Request, ScoreRequest

SEED = 1234
Bar: TypeAlias = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""A progress bar of a title and a total, as ``Progress.bar`` makes it."""


def no_bar(title: str, total: int) -> AbstractContextManager[Callable[[int], None]]:
    """A bar that shows nothing."""
    return nullcontext(lambda done: None)


@dataclass(frozen=True)
class Deadline:
    """The time, in seconds of ``clock``, at which scoring stops."""

    end: float = math.inf
    clock: Callable[[], float] = time.monotonic

    @property
    def bounded(self) -> bool:
        """Whether there is an end at all."""
        return math.isfinite(self.end)

    def passed(self) -> bool:
        """Whether the time is over."""
        return self.clock() >= self.end

    def share(self, parts: int, each_besides: float = 0.0) -> Deadline:
        """The end of the first of ``parts`` equal parts of the time left; every other one needs so many seconds besides."""
        if not self.bounded:
            return self
        now = self.clock()
        return Deadline(now + max(0.0, self.end - now - (parts - 1) * each_besides) / parts, self.clock)


def kind(request: Request) -> str:
    """The kind of task that asks such requests."""
    if isinstance(request, ScoreRequest):
        return "classification" if request.greedy else "perplexity"
    return "qa" if isinstance(request, GenerateRequest) else "text"


def score(
    engine: Engine, asked: Sequence[Request], *, chosen: Sequence[int] | None = None,
    deadline: Deadline | None = None, title: str = "", bar: Bar = no_bar,
) -> dict[int, Answer]:  # fmt: skip
    """Answers of an engine by the number of the request, batch by batch as a run scores them.

    ``chosen`` are the requests to score (else all). Each kind of task (kinds that share a batch together) has a bar, and
    a like part of the time until ``deadline``; with one, small batches come first, and the first of all is scored in any case.
    """
    numbers = range(len(asked)) if chosen is None else chosen
    deadline = deadline or Deadline()
    kinds: dict[str, list[list[int]]] = {}
    for batch in engine.partition([asked[i] for i in numbers]):
        members = [numbers[i] for i in batch.requests]
        kinds.setdefault(" and ".join(sorted({kind(asked[i]) for i in members})), []).append(members)
    if deadline.bounded:
        kinds = {n: sorted(b, key=lambda members: _tokens(asked, members)) for n, b in kinds.items()}
        kinds = dict(sorted(kinds.items(), key=lambda kind: _tokens(asked, kind[1][0])))
    answers: dict[int, Answer] = {}
    for position, (name, batches) in enumerate(kinds.items()):
        end = deadline.share(len(kinds) - position)
        with bar(f"{title}: {name}", sum(map(len, batches))) as advance:
            for members in batches:
                if answers and end.passed():
                    break
                part, _ = engine.run([asked[i] for i in members])
                answers.update(zip(members, part, strict=True))
                advance(len(members))
    return answers


def _tokens(asked: Sequence[Request], members: Sequence[int]) -> int:
    """Tokens that a batch takes, or may take to generate."""
    requests = (asked[i] for i in members)
    return sum(
        len(r.context) + (len(r.continuation) if isinstance(r, ScoreRequest) else r.max_new_tokens)
        for r in requests
        if isinstance(r, (ScoreRequest, GenerateRequest))
    )


def score_shuffled(engine: Engine, asked: Sequence[Request], seed: int = SEED) -> list[Answer]:
    """Answers in the order of the requests, which are scored shuffled and split into three parts of unlike size."""
    order = list(range(len(asked)))
    random.Random(seed).shuffle(order)
    by_request: dict[int, Answer] = {}
    for start, end in ((0, len(order) // 6), (len(order) // 6, len(order) // 2), (len(order) // 2, len(order))):
        by_request.update(score(engine, asked, chosen=order[start:end]))
    return [by_request[i] for i in range(len(asked))]
