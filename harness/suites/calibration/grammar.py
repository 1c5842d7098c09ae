"""The seeded grammar over bytes from which all items of the calibration suite are drawn.

Four sources, each simple enough that its best possible score is a formula or a finite sum:

text    words joined by single spaces; the words are a first-order Markov chain. No word is a
        prefix of another, so bytes and words determine each other, a word's end costs nothing,
        and the byte source's entropy rate is that of the word chain over the mean word length.
        A sixth of the words are Chinese characters of three bytes: bytes are not characters.
class   ten letters from one of four Markov chains over ``abcd``; which one is to be named.
facts   a fixed one-to-one partner of each word, to be known by heart.
lookup  four ``key value`` pairs in view, one key asked again: the answer stands in the prompt.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.random import RandomState
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# RandomState, not Generator: numpy promises that its stream never changes (NEP 19), so the seed
# alone makes the same grammar, items and training stream on every machine and every version.
SEED = 20266

LATIN_WORDS = 80
HAN_WORDS = "山水木火土日月石田风云雨雪花草鱼"
CONSONANTS, VOWELS = "bdklmnrstv", "aeiou"
SHAPES = ("cvc", "cvcv", "cvcvc")

SUCCESSORS = 8
# The share of words that follow no rule; keeps every sequence possible and every log finite.
FREE = 0.05
WORDS_PER_TEXT = 50

SYMBOLS = "abcd"
LABELS = ("red", "green", "grey", "blue")
SYMBOLS_PER_ITEM = 10

KEYS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
VALUES = "abcdefghijklmnopqrstuvwxyz"
PAIRS = 4


@dataclass(frozen=True)
class Grammar:
    """The tables. Rows of ``transitions`` and of each of ``class_transitions`` sum to one."""

    words: tuple[str, ...]
    start: Floats
    transitions: Floats
    class_transitions: Floats
    partner: tuple[int, ...]

    @property
    def word_bytes(self) -> Ints:
        """Length of each word in bytes of UTF-8."""
        return np.array([len(w.encode()) for w in self.words], dtype=np.int64)


@cache
def grammar(seed: int = SEED) -> Grammar:
    """The grammar of this seed; always the same."""
    rng = RandomState(seed)
    words = (*_latin_words(rng), *HAN_WORDS)
    transitions = _word_transitions(rng, len(words))
    return Grammar(
        words=words,
        start=stationary(transitions),
        transitions=transitions,
        class_transitions=_class_transitions(rng),
        partner=_cycle(rng, len(words)),
    )


def stationary(transitions: Floats) -> Floats:
    """Stationary distribution of the chain: pi P = pi, sum(pi) = 1."""
    n = len(transitions)
    system = np.vstack([transitions.T - np.eye(n), np.ones(n)])
    right = np.append(np.zeros(n), 1.0)
    return np.asarray(np.linalg.lstsq(system, right, rcond=None)[0], dtype=np.float64)


def _latin_words(rng: RandomState) -> tuple[str, ...]:
    words: list[str] = []
    while len(words) < LATIN_WORDS:
        shape = SHAPES[rng.randint(len(SHAPES))]
        letters = (CONSONANTS if kind == "c" else VOWELS for kind in shape)
        word = "".join(choices[rng.randint(len(choices))] for choices in letters)
        if not any(word.startswith(w) or w.startswith(word) for w in words):
            words.append(word)
    return tuple(words)


def _word_transitions(rng: RandomState, n: int) -> Floats:
    table = np.full((n, n), FREE / n)
    for row in table:
        successors = rng.permutation(n)[:SUCCESSORS]
        row[successors] += (1 - FREE) * _simplex(rng, SUCCESSORS)
    return table


def _class_transitions(rng: RandomState) -> Floats:
    k, m = len(LABELS), len(SYMBOLS)
    return np.array([[_simplex(rng, m) for _ in range(m)] for _ in range(k)])


def _simplex(rng: RandomState, n: int) -> Floats:
    """A point drawn uniformly from the simplex (normalised exponentials)."""
    draws = -np.log(1.0 - rng.random_sample(n))
    return np.asarray(draws / draws.sum(), dtype=np.float64)


def _cycle(rng: RandomState, n: int) -> tuple[int, ...]:
    """A random permutation of one cycle, so that no element maps to itself."""
    order = rng.permutation(n)
    partner = np.empty(n, dtype=np.int64)
    partner[order] = np.roll(order, -1)
    return tuple(int(i) for i in partner)
