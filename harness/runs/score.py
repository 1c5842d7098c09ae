"""Score what the journal lacks, batch by batch."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.engine.base import Answer, Batch, Engine, Work
from harness.errors import RunFailed
from harness.runs.journal import Journal
from harness.runs.requests import Book


@dataclass(frozen=True)
class Scoring:
    """What this process computed: tokens and seconds of its own batches only. ``answers`` by request."""

    answers: Mapping[int, Answer]
    prompt_tokens: int
    generated_tokens: int
    seconds: float
    batches: int


@dataclass
class Tally:
    """Work of this process so far. Its first batch warms the device up and counts only where it is the only one."""

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
        """All of it, with the answers."""
        prompt, generated, seconds = self.prompt_tokens, self.generated_tokens, self.seconds
        if self.batches == 1 and self.warm_up is not None:
            work, seconds = self.warm_up
            prompt, generated = work.prompt_tokens, work.generated_tokens
        return Scoring(answers, prompt, generated, seconds, self.batches)


def partition(book: Book, engine: Engine, answered: Iterable[int] = ()) -> list[Batch]:
    """Batches of the requests that have no answer yet."""
    have = set(answered)
    open_ = [i for i in range(len(book.requests)) if i not in have]
    if not open_:
        return []
    return [Batch(tuple(open_[i] for i in b.requests)) for b in engine.partition([book.requests[i] for i in open_])]


def score(book: Book, engine: Engine, journal: Journal, advance: Callable[[int], None]) -> Scoring:
    """Answer every request of ``book``; ``advance`` is called with the requests done.

    Raises:
        RunFailed: the engine failed on a batch; what the journal holds is kept.
    """
    pending, tally = journal.pending(), Tally()
    advance(len(book.requests) - sum(len(journal.head.batches[i].requests) for i in pending))
    run_batches(book, engine, journal, advance, pending, tally)
    return tally.scoring(dict(enumerate(journal.collect(len(book.requests)))))


def run_batches(
    book: Book, engine: Engine, journal: Journal, advance: Callable[[int], None], batches: Sequence[int], tally: Tally
) -> None:
    """Score and journal these batches, in order.

    Raises:
        RunFailed: the engine failed on a batch; what the journal holds is kept.
    """
    for i in batches:
        batch = journal.head.batches[i]
        journal.begin(i)
        started = time.perf_counter()
        try:
            answers, work = engine.run([book.requests[r] for r in batch.requests])
        except (RuntimeError, MemoryError) as error:
            done = len(journal.head.batches) - len(journal.pending())
            raise RunFailed(
                f"Scoring stopped in batch {i + 1} of {len(journal.head.batches)}: {_first_line(error)} "
                f"{done} batches are kept; the same command goes on from there."
            ) from error
        spent = time.perf_counter() - started
        journal.done(i, answers, work)
        tally.add(work, spent)
        advance(len(batch.requests))


def _first_line(error: BaseException) -> str:
    text = str(error).strip().splitlines()
    line = text[0] if text else type(error).__name__
    return line if line.endswith(".") else line + "."
