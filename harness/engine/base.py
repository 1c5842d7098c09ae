"""The contract of an engine: requests of token ids in, log-probabilities (nats) or text out.

Nothing here imports lm-eval, tasks or files. A request is a plain value, so that a plan can be
hashed, journalled and tested without a model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias


@dataclass(frozen=True, slots=True)
class ScoreRequest:
    """Log-probability of ``continuation`` after ``context`` (token ids, already truncated).

    ``context`` holds at least one token (the prefix token where the text context is empty), and
    ``len(context) + len(continuation) - 1`` positions fit the model's window. The same ids split
    elsewhere are another request. ``greedy`` says whether the greedy flag is wanted.
    """

    context: tuple[int, ...]
    continuation: tuple[int, ...]
    greedy: bool = True


@dataclass(frozen=True, slots=True)
class GenerateRequest:
    """Text generated after ``context`` until a stop string, the end token or ``max_new_tokens``.

    ``options`` are further generation arguments, sorted (``(("do_sample", False), …)``).
    """

    context: tuple[int, ...]
    until: tuple[str, ...]
    max_new_tokens: int
    options: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class TextRequest:
    """A question in text, for an engine that has its own tokenizer (a server, vLLM).

    ``kind`` is lm-eval's: ``loglikelihood`` with ``(context, continuation)``, or ``generate_until`` with
    ``(context, generation arguments as JSON)``. ``draw`` tells apart repeated draws of one prompt.
    """

    kind: str
    arguments: tuple[str, str]
    draw: int = 0


Request: TypeAlias = ScoreRequest | GenerateRequest | TextRequest


@dataclass(frozen=True, slots=True)
class Scored:
    """Sum of the continuation's log-probabilities (nats, fp32 softmax) and whether it is greedy."""

    logprob: float
    greedy: bool


@dataclass(frozen=True, slots=True)
class Generated:
    """Generated text, cut before the first stop string, and the number of tokens computed for it."""

    text: str
    tokens: int


Answer: TypeAlias = Scored | Generated


@dataclass(frozen=True, slots=True)
class Batch:
    """A unit of scoring and of the journal: indices into the run's list of unique requests."""

    requests: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """Work of one batch: tokens fed to the model, tokens generated, forward passes."""

    prompt_tokens: int
    generated_tokens: int
    forwards: int


class Engine(Protocol):
    """Computes answers. ``partition`` decides, ``run`` obeys.

    ``partition`` is a pure function of the requests and of ``settings()`` (the token budget
    included): the same requests give the same batches on every start. ``run`` answers the requests
    of one batch, in order, bit for bit the same whenever it is called with the same batch.
    """

    name: str
    version: str

    def settings(self) -> dict[str, object]:
        """All that fixes the partition and the numbers (token budget, attention path, …)."""
        ...

    def partition(self, requests: Sequence[Request]) -> list[Batch]:
        """Batches that cover every request exactly once."""
        ...

    def run(self, requests: Sequence[Request]) -> tuple[list[Answer], Work]:
        """Answers to the requests of one batch, in order."""
        ...
