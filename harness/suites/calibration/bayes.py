"""The best possible predictor: exact probabilities under the grammar, which bound every model's expected score.

``Bayes`` answers the same three questions that a language model is asked: the log-probability of
a text, of a continuation, and the most probable answer to a prompt.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from harness.suites.calibration.grammar import LABELS, PAIRS, SYMBOLS, Floats, Grammar

CLASS_PROMPT, FACT_PROMPT = "label ", "match "


@dataclass(frozen=True)
class Bayes:
    """Exact probabilities under ``grammar``; natural logarithms, as lm-eval has them."""

    grammar: Grammar

    def text_loglikelihood(self, text: str) -> float:
        """ln P(text): the first word from the stationary distribution, each next from its row."""
        index = {word: i for i, word in enumerate(self.grammar.words)}
        chain = [index[word] for word in text.split(" ")]
        steps = self.grammar.transitions[chain[:-1], chain[1:]]
        return float(np.log(self.grammar.start[chain[0]]) + np.log(steps).sum())

    def posterior(self, letters: str) -> Floats:
        """P(class | letters) under equally likely classes (Bayes' rule)."""
        chain = [SYMBOLS.index(letter) for letter in letters]
        logs = np.log(self.grammar.class_transitions[:, chain[:-1], chain[1:]]).sum(axis=1)
        weights = np.exp(logs - logs.max())
        return np.asarray(weights / weights.sum(), dtype=np.float64)

    def label_loglikelihood(self, prompt: str, label: str) -> float:
        """ln P(label | prompt) for a prompt of the classification task."""
        letters = prompt.removeprefix(CLASS_PROMPT).removesuffix(":")
        return float(np.log(self.posterior(letters)[LABELS.index(label.strip())]))

    def answer(self, prompt: str) -> str:
        """The answer to a prompt of one of the two question tasks."""
        if prompt.startswith(FACT_PROMPT):
            word = prompt.removeprefix(FACT_PROMPT).removesuffix("=")
            return self.grammar.words[self.grammar.partner[self.grammar.words.index(word)]]
        table, key = prompt.split("\n")
        pairs = {pair[0]: pair[1:] for pair in table.split(" ")}
        if len(pairs) != PAIRS:
            raise ValueError(f"a lookup has {PAIRS} different keys, this one has {len(pairs)}: {prompt!r}")
        return pairs[key]
