"""Scoring of a run: the batches that its journal lacks, one after another, each journalled as a whole."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness import stopping
from harness.engine.base import Answer, Batch, Engine, Scored, Work
from harness.engine.libraries import first_line
from harness.errors import RunFailed
from harness.runs.journal.journal import Journal
from harness.runs.requests import RequestSet


@dataclass(frozen=True)
class Scoring:
    """Answers by request, and the tokens, seconds and batches that this process computed itself (warm-up apart)."""

    answers: Mapping[int, Answer]
    prompt_tokens: int
    generated_tokens: int
    seconds: float
    batches: int


@dataclass
class Tally:
    """Work of this process so far: tokens, seconds, batches. The first batch is warm-up and counts only where it is the only one."""

    warm_up: tuple[Work, float] | None = None
    prompt_tokens: int = 0
    generated_tokens: int = 0
    seconds: float = 0.0
    batches: int = 0

    def add(self, work: Work, seconds: float) -> None:
        """Count one batch."""
        self.batches += 1
        if self.warm_up is None:
            self.warm_up = (work, seconds)
            return
        self.prompt_tokens += work.prompt_tokens
        self.generated_tokens += work.generated_tokens
        self.seconds += seconds

    def scoring(self, answers: Mapping[int, Answer]) -> Scoring:
        """The totals beside these answers."""
        prompt, generated, seconds = self.prompt_tokens, self.generated_tokens, self.seconds
        if self.batches == 1 and self.warm_up is not None:
            work, seconds = self.warm_up
            prompt, generated = work.prompt_tokens, work.generated_tokens
        return Scoring(answers, prompt, generated, seconds, self.batches)


def partition(request_set: RequestSet, engine: Engine, answered: Iterable[int] = ()) -> list[Batch]:
    """Batches of the requests that have no answer yet."""
    has_answer = set(answered)
    pending = [i for i in range(len(request_set.requests)) if i not in has_answer]
    if not pending:
        return []
    batches = engine.partition([request_set.requests[i] for i in pending])
    return [Batch(tuple(pending[i] for i in batch.requests)) for batch in batches]


def score(request_set: RequestSet, engine: Engine, journal: Journal, advance: Callable[[int], None]) -> Scoring:
    """Answer every request of ``request_set``; ``advance`` is called with the requests done.

    Raises:
        RunFailed: the engine failed on a batch, or answered no finite number; what the journal holds is kept.
    """
    pending, tally = journal.pending(), Tally()
    advance(len(request_set.requests) - sum(len(journal.head.batches[i].requests) for i in pending))
    run_batches(request_set, engine, journal, advance, pending, tally)
    return tally.scoring(dict(enumerate(journal.collect(len(request_set.requests)))))


def run_batches(
    request_set: RequestSet,
    engine: Engine,
    journal: Journal,
    advance: Callable[[int], None],
    batches: Sequence[int],
    tally: Tally,
) -> None:
    """Score and journal these batches, in order.

    Raises:
        RunFailed: the engine failed on a batch, or its answers are no numbers; what the journal holds is kept.
    """
    for i in batches:
        stopping.between_batches()
        batch = journal.head.batches[i]
        journal.begin(i)
        started = time.perf_counter()
        try:
            answers, work = engine.run([request_set.requests[r] for r in batch.requests])
        except (RuntimeError, MemoryError) as error:
            done = len(journal.head.batches) - len(journal.pending())
            raise RunFailed(
                f"Scoring stopped in batch {i + 1} of {len(journal.head.batches)}: {first_line(error).removesuffix('.')}. "
                f"{done} batches are kept; the same command goes on from there."
            ) from error
        spent = time.perf_counter() - started
        refuse_unbounded(request_set, batch, answers, f"batch {i + 1} of {len(journal.head.batches)}")
        journal.done(i, answers, work)
        tally.add(work, spent)
        advance(len(batch.requests))


def refuse_unbounded(request_set: RequestSet, batch: Batch, answers: Sequence[Answer], where: str) -> None:
    """Refuse a batch in which a log-likelihood is NaN or infinite: such a model cannot be trusted.

    Raises:
        RunFailed: with the tasks that asked for it; the batch is not journalled.
    """
    wrong = {
        r
        for r, a in zip(batch.requests, answers, strict=True)
        if isinstance(a, Scored) and not math.isfinite(a.logprob)
    }
    if not wrong:
        return
    tasks = sorted(
        {i.task_name for i, parts in zip(request_set.instances, request_set.parts, strict=True) if wrong & set(parts)}
    )
    named = ", ".join(tasks[:4]) + (f" and {len(tasks) - 4} more" if len(tasks) > 4 else "")
    raise RunFailed(
        f"{len(wrong)} of {len(answers)} log-likelihoods in {where} are NaN or infinite ({named}): the model's numbers "
        "overflow or its weights are damaged. Nothing of this batch was kept; try --dtype fp32, or fetch the weights again."
    )
