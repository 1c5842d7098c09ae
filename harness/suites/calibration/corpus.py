"""The training stream of the reference models: endless rows of tokens drawn from the grammar.

A row holds one document, as the model will meet it. A token's weight is 1 where the model is to learn it: every
byte of a text, but of the other kinds only the answer (their prompts are random by design).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import RandomState

from harness.suites.calibration import sampling
from harness.suites.calibration.bayes import CLASS_PROMPT
from harness.suites.calibration.grammar import LABELS, Floats, Grammar, Ints
from harness.suites.calibration.tokenizer import BOS, PAD

Piece = tuple[str, float]
"""A stretch of text and the weight of its bytes."""


@dataclass(frozen=True)
class Rows:
    """``tokens[row, position]`` and the weight of predicting each; both of one shape."""

    tokens: Ints
    weights: Floats


def text_rows(source: Grammar, rng: RandomState, n: int, context: int) -> Rows:
    """Running text, cut at the end of the context."""
    # The shortest word and its space take four bytes.
    drawn = sampling.texts(source, rng, n, context // 4 + 1)
    return _rows([[(text, 1.0)] for text in drawn], context)


def class_rows(source: Grammar, rng: RandomState, n: int) -> Rows:
    """Labelled strings of letters."""
    drawn = sampling.class_items(source, rng, n)
    return _rows([[(f"{CLASS_PROMPT}{letters}:", 0.0), (f" {LABELS[label]}\n", 1.0)] for letters, label in drawn])


def fact_rows(source: Grammar, rng: RandomState, n: int) -> Rows:
    """Words and their partners."""
    drawn = [sampling.fact(source, word) for word in rng.randint(len(source.words), size=n)]
    return _rows([[(prompt, 0.0), (f"{answer}\n", 1.0)] for prompt, answer in drawn])


def lookup_rows(rng: RandomState, n: int) -> Rows:
    """Tables of pairs, each followed by all its keys and their values."""

    def document() -> list[Piece]:
        table, asked = sampling.lookup(rng)
        pieces: list[Piece] = [(f"{table}\n", 0.0)]
        for key, value in asked:
            pieces += [(key, 0.0), (f"{value}\n", 1.0)]
        return pieces

    return _rows([document() for _ in range(n)])


def _rows(rows: list[list[Piece]], context: int | None = None) -> Rows:
    """One document a row; as wide as the longest, or cut to ``context``.

    Only a running text follows the beginning token, for only there a harness puts one before it;
    a prompt starts with its own first byte.
    """
    first = [BOS] if context else []
    data = [[*first, *b"".join(text.encode() for text, _ in pieces)][:context] for pieces in rows]
    width = max(map(len, data))
    tokens = np.full((len(rows), width), PAD, dtype=np.int64)
    weights = np.zeros((len(rows), width))
    for row, (ids, pieces) in enumerate(zip(data, rows, strict=True)):
        marks = [np.full(len(text.encode()), weight) for text, weight in pieces]
        tokens[row, : len(ids)] = ids
        weights[row, : len(ids)] = np.concatenate([np.zeros(len(first)), *marks])[: len(ids)]
    return Rows(tokens, weights)
