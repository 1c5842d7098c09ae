"""Metrics that are computed after a run, from its samples; plain values in, plain values out.

Classification: macro-averages over the classes that occur in gold or prediction, a class without
predictions (or without items) counting 0, as scikit-learn does by default. Extractive QA: the
rules of SQuAD v1.1 (lower case, no punctuation, no articles, best of the gold answers). Chinese QA
is compared by character: every Han character is a token, a run of other letters or digits is one,
punctuation of any script and white space are dropped.
"""

from __future__ import annotations

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass

from harness.metrics import names

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_ASCII_PUNCTUATION = frozenset(string.punctuation)


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Macro-averaged precision, recall and F1 over ``classes`` classes."""

    macro_f1: float
    precision: float
    recall: float
    classes: int


def predictions(choice_loglikelihoods: Iterable[Sequence[float]]) -> list[int]:
    """Index of the likeliest choice of each item; the first one where several tie (as lm-eval has it)."""
    return [max(range(len(row)), key=row.__getitem__) for row in choice_loglikelihoods]


def class_scores(gold: Sequence[Hashable], pred: Sequence[Hashable]) -> ClassScores:
    """Macro precision, recall and F1 of ``pred`` against ``gold``.

    Raises:
        ValueError: no items, or not as many predictions as gold labels.
    """
    if not gold or len(gold) != len(pred):
        raise ValueError(f"{len(gold)} gold labels and {len(pred)} predictions cannot be compared")
    hits = Counter(g for g, p in zip(gold, pred, strict=True) if g == p)
    golds, preds = Counter(gold), Counter(pred)
    classes = golds.keys() | preds.keys()
    precision = [hits[c] / preds[c] if preds[c] else 0.0 for c in classes]
    recall = [hits[c] / golds[c] if golds[c] else 0.0 for c in classes]
    f1 = [2 * hits[c] / (preds[c] + golds[c]) for c in classes]
    n = len(classes)
    return ClassScores(math.fsum(f1) / n, math.fsum(precision) / n, math.fsum(recall) / n, n)


def squad_normalise(text: str) -> str:
    """Lower case, without ASCII punctuation and English articles, single spaces."""
    text = "".join(c for c in text.lower() if c not in _ASCII_PUNCTUATION)
    return " ".join(_ARTICLES.sub(" ", text).split())


def squad_em(prediction: str, answers: str | Sequence[str]) -> float:
    """1 where the prediction equals one of the answers after normalisation, else 0."""
    got = squad_normalise(prediction)
    return float(any(got == squad_normalise(answer) for answer in _several(answers)))


def squad_f1(prediction: str, answers: str | Sequence[str]) -> float:
    """Best F1 of the prediction's words against one of the answers' words."""
    got = squad_normalise(prediction).split()
    return max((_bag_f1(got, squad_normalise(answer).split()) for answer in _several(answers)), default=0.0)


def characters(text: str) -> list[str]:
    """Tokens of a Chinese text: single Han characters, runs of other letters and digits."""
    tokens: list[str] = []
    run = ""
    for char in text.lower():
        if _is_han(char) or not char.isalnum():
            if run:
                tokens.append(run)
                run = ""
            if _is_han(char) or not (char.isspace() or unicodedata.category(char).startswith("P")):
                tokens.append(char)
        else:
            run += char
    return [*tokens, run] if run else tokens


def char_em(prediction: str, answers: str | Sequence[str]) -> float:
    """1 where the prediction's characters equal those of one of the answers, else 0."""
    got = characters(prediction)
    return float(any(got == characters(answer) for answer in _several(answers)))


def char_f1(prediction: str, answers: str | Sequence[str]) -> float:
    """Best F1 of the prediction's characters against one of the answers' characters."""
    got = characters(prediction)
    return max((_bag_f1(got, characters(answer)) for answer in _several(answers)), default=0.0)


def order0_entropy(texts: Iterable[str]) -> float:
    """Order-0 entropy of the texts' UTF-8 bytes, in bits per byte: what their byte frequencies alone give."""
    counts: Counter[int] = Counter()
    for text in texts:
        counts.update(text.encode("utf-8"))
    total = counts.total()
    if not total:
        raise ValueError("no bytes to take the entropy of")
    return -math.fsum(n / total * math.log2(n / total) for n in counts.values())


def _several(answers: str | Sequence[str]) -> Sequence[str]:
    return [answers] if isinstance(answers, str) else answers


def _bag_f1(got: Sequence[str], wanted: Sequence[str]) -> float:
    same = (Counter(got) & Counter(wanted)).total()
    return 2 * same / (len(got) + len(wanted)) if same else 0.0


def _is_han(char: str) -> bool:
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf" or "\U00020000" <= char <= "\U0003ffff"


# Scores of one generated answer (prediction, gold answers) that a suite's ``extra_metrics`` may name.
ANSWER_METRICS = {"token_f1": squad_f1, "char_f1": char_f1}

# All that ``extra_metrics`` may name, and what each is computed from.
EXTRA_METRICS = {name: role for role in ("classes", "answers") for name in names(role)}
