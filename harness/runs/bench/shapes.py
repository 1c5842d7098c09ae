"""The shapes that are measured: how many requests at a time, and how many tokens of prompt each has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.errors import BadInput

CONTEXTS = (128, 1024, 4096, 16384)
BATCHES = (1, 4, 16, 64)
MOST_TOKENS = 1 << 22
"""Tokens of prompt of one shape, all requests together: more is a slip of the keyboard."""


@dataclass(frozen=True, slots=True, order=True)
class Shape:
    """``batch`` requests at a time, each of ``prompt_tokens`` tokens."""

    batch: int
    prompt_tokens: int

    @property
    def tokens(self) -> int:
        """Tokens of all prompts together."""
        return self.batch * self.prompt_tokens


def shapes(
    contexts: Sequence[int], batches: Sequence[int], *, new_tokens: int, window: int | None
) -> tuple[list[Shape], list[int]]:
    """The shapes in the order in which they are measured (fewest tokens first), and the contexts left out because prompt
    and ``new_tokens`` do not fit into the model's ``window`` (None: unbounded).

    Raises:
        BadInput: a size that is none, or contexts none of which fits.
    """
    problems = [f"{n} is no number of tokens of a prompt (--context)." for n in contexts if n < 1]
    problems += [f"{n} is no number of requests (--batch)." for n in batches if n < 1]
    if new_tokens < 2:
        problems.append(f"--new-tokens is {new_tokens}; speed of decoding needs at least 2.")
    if not problems:
        problems += [
            f"{b} requests of {c} tokens are more than {MOST_TOKENS:,} tokens."
            for c in contexts
            for b in batches
            if b * c > MOST_TOKENS
        ]
    if problems:
        raise BadInput("These sizes cannot be measured:", problems)
    fitting = sorted({c for c in contexts if window is None or c + new_tokens <= window})
    outside = sorted(set(contexts) - set(fitting))
    if not fitting:
        raise BadInput(
            f"The model takes {window} tokens, prompt and answer together; give a --context of at most "
            f"{(window or 0) - new_tokens}."
        )
    found = [Shape(b, c) for c in fitting for b in sorted(set(batches))]
    return sorted(found, key=lambda s: (s.tokens, s.batch)), outside
