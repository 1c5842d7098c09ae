"""Random draws from the grammar: texts, labelled strings of letters, facts and lookups.

Used twice: for the shipped items, and without end for training. Each sampler takes the random
stream as its argument and reads nothing else.
"""

from __future__ import annotations

import numpy as np
from numpy.random import RandomState

from harness.suites.calibration.grammar import (
    KEYS,
    LABELS,
    PAIRS,
    SYMBOLS,
    SYMBOLS_PER_ITEM,
    VALUES,
    Floats,
    Grammar,
    Ints,
)

Question = tuple[str, str]
"""A prompt and its answer."""


def texts(grammar: Grammar, rng: RandomState, n: int, words: int) -> list[str]:
    """``n`` texts of exactly ``words`` words each."""
    chains = _chains(rng, np.tile(grammar.start, (n, 1)), np.tile(grammar.transitions, (n, 1, 1)), words)
    return [" ".join(grammar.words[w] for w in chain) for chain in chains]


def class_items(grammar: Grammar, rng: RandomState, n: int) -> list[tuple[str, int]]:
    """``n`` strings of letters, each with the class that it was drawn from; classes equally likely."""
    labels = rng.randint(len(LABELS), size=n)
    first = np.full((n, len(SYMBOLS)), 1 / len(SYMBOLS))
    chains = _chains(rng, first, grammar.class_transitions[labels], SYMBOLS_PER_ITEM)
    return [("".join(SYMBOLS[s] for s in chain), int(label)) for chain, label in zip(chains, labels, strict=True)]


def fact(grammar: Grammar, word: int) -> Question:
    """The question after one word's partner."""
    return f"match {grammar.words[word]}=", grammar.words[grammar.partner[word]]


def lookup(rng: RandomState) -> tuple[str, list[Question]]:
    """A table of pairs, and every one of its keys in random order with the value."""
    keys = rng.permutation(len(KEYS))[:PAIRS]
    values = rng.permutation(len(VALUES))[:PAIRS]
    table = " ".join(f"{KEYS[k]}{VALUES[v]}" for k, v in zip(keys, values, strict=True))
    return table, [(KEYS[keys[i]], VALUES[values[i]]) for i in rng.permutation(PAIRS)]


def _chains(rng: RandomState, first: Floats, transitions: Floats, length: int) -> Ints:
    """One Markov chain a row, by inverting the cumulative probabilities."""
    n, states = first.shape
    rows = np.arange(n)
    steps: Floats = transitions.cumsum(axis=-1)
    chain = np.empty((n, length), dtype=np.int64)
    reached: Floats = first.cumsum(axis=-1)
    for i in range(length):
        below = (reached < rng.random_sample((n, 1))).sum(axis=1)
        chain[:, i] = np.minimum(below, states - 1)
        reached = steps[rows, chain[:, i]]
    return chain
