"""True scores of the calibration suite, computed from the grammar's tables without any model, in numpy alone.

Two kinds of number: of the source (what the best predictor expects on endless data) and of the
very items that are shipped (what it gets on these). A model's score is held against the second,
where chance in the choice of items has cancelled out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from harness.suites.calibration.bayes import CLASS_PROMPT, Bayes
from harness.suites.calibration.grammar import (
    LABELS,
    SEED,
    SYMBOLS,
    SYMBOLS_PER_ITEM,
    VALUES,
    WORDS_PER_TEXT,
    Floats,
    Grammar,
    grammar,
)
from harness.suites.calibration.items import items

LN2 = float(np.log(2.0))


@dataclass(frozen=True)
class Truth:
    """True entropies and accuracies of the calibration suite. Bits are to base two, bytes are of UTF-8."""

    text_entropy_rate: float
    """Bits per byte of the endless source: no predictor's expectation is lower."""
    text_expected_bits: float
    """Expected bits of one text under the best predictor, its first word included."""
    text_expected_bytes: float
    """Expected bytes of one text."""
    text_bits: tuple[float, ...]
    """Ideal code length of each shipped text."""
    text_bytes: tuple[int, ...]
    """Length of each shipped text."""
    text_h0: float
    """Order-0 byte entropy of the shipped texts: the anchor of the index."""
    class_accuracy: float
    """Bayes accuracy: the best that any classifier can expect."""
    class_accuracy_on_items: float
    """Accuracy of Bayes' rule on the shipped items."""
    class_expected_on_items: float
    """Mean of the largest posterior over the shipped items."""
    class_cross_entropy_on_items: float
    """Bits of the right label under the exact posterior, a mean over the shipped items."""
    class_chance: float
    """Accuracy of guessing one of the four labels."""
    facts_ceiling: float
    """Exact match of one who knows the table."""
    facts_chance: float
    """Exact match of one who names any word."""
    lookup_ceiling: float
    """Exact match of one who reads the prompt."""
    lookup_chance: float
    """Exact match of one who names any value."""

    @property
    def text_bits_per_byte(self) -> float:
        """The best predictor's bits per byte on the shipped texts."""
        return sum(self.text_bits) / sum(self.text_bytes)


@cache
def truth(seed: int = SEED) -> Truth:
    """The truth of the suite that this seed makes."""
    source = grammar(seed)
    per_word = row_entropies(source.transitions)
    word_bits = float(source.start @ per_word)
    word_bytes = float(source.start @ source.word_bytes)
    texts = [str(text) for text in items(seed)["text"]["text"]]
    return Truth(
        text_entropy_rate=word_bits / (word_bytes + 1),
        text_expected_bits=float(row_entropies(source.start)) + (WORDS_PER_TEXT - 1) * word_bits,
        text_expected_bytes=WORDS_PER_TEXT * (word_bytes + 1) - 1,
        text_bits=tuple(-Bayes(source).text_loglikelihood(text) / LN2 for text in texts),
        text_bytes=tuple(len(text.encode()) for text in texts),
        text_h0=byte_entropy("".join(texts).encode()),
        class_accuracy=bayes_accuracy(source),
        **_class_on_items(source, seed),
        class_chance=1 / len(LABELS),
        facts_ceiling=1.0,
        facts_chance=1 / len(source.words),
        lookup_ceiling=1.0,
        lookup_chance=1 / len(VALUES),
    )


def row_entropies(probabilities: Floats) -> Floats:
    """Entropy in bits of the last axis; every probability is positive."""
    return np.asarray(-(probabilities * np.log2(probabilities)).sum(axis=-1))


def byte_entropy(data: bytes) -> float:
    """Order-0 entropy of these bytes, in bits per byte."""
    counts = np.bincount(np.frombuffer(data, dtype=np.uint8))
    share = counts[counts > 0] / len(data)
    return float(row_entropies(share))


def bayes_accuracy(source: Grammar) -> float:
    """Sum over all 4^10 strings of the largest joint probability with a class."""
    m = len(SYMBOLS)
    joint = np.full((len(LABELS), m), 1 / (len(LABELS) * m))
    for _ in range(SYMBOLS_PER_ITEM - 1):
        # joint[class, string]; a string's last letter is its index modulo the alphabet.
        last = np.arange(joint.shape[1]) % m
        joint = (joint[:, :, None] * source.class_transitions[:, last, :]).reshape(len(LABELS), -1)
    return float(joint.max(axis=0).sum())


def _class_on_items(source: Grammar, seed: int) -> dict[str, float]:
    table = items(seed)["class"]
    letters = [str(prompt).removeprefix(CLASS_PROMPT).removesuffix(":") for prompt in table["prompt"]]
    posteriors = np.array([Bayes(source).posterior(string) for string in letters])
    labels = np.array([int(label) for label in table["label"]])
    right = posteriors[np.arange(len(labels)), labels]
    return {
        "class_accuracy_on_items": float((posteriors.argmax(axis=1) == labels).mean()),
        "class_expected_on_items": float(posteriors.max(axis=1).mean()),
        "class_cross_entropy_on_items": float(-np.log2(right).mean()),
    }
