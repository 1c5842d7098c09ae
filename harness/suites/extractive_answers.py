"""Functions of our own lm-eval task files: choice of documents and scores of extractive answers.

The files under ``tasks/`` name these functions (``!function harness.suites.extractive_answers.…``); lm-eval
calls them with a data set or with a document and the model's answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from harness.suites import extra_metrics

if TYPE_CHECKING:
    from datasets import Dataset


def english(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """Exact match and word F1 by the rules of SQuAD v1.1, best of the gold answers."""
    answers = doc["answers"]["text"]
    return {
        "exact_match": extra_metrics.squad_em(results[0], answers),
        "f1": extra_metrics.squad_f1(results[0], answers),
    }


def chinese(doc: Mapping[str, Any], results: Sequence[str]) -> dict[str, float]:
    """SQuAD's scores (comparable with lm-eval's), and exact match and F1 by character."""
    answers = doc["answers"]["text"]
    by_character = {
        "char_em": extra_metrics.char_em(results[0], answers),
        "char_f1": extra_metrics.char_f1(results[0], answers),
    }
    return english(doc, results) | by_character


def passages(dataset: Dataset) -> Dataset:
    """Every distinct passage once, in the order of first appearance."""
    first = {context: row for row, context in reversed(list(enumerate(dataset["context"])))}
    return dataset.select_columns(["context"]).select(sorted(first.values()))


def first_400(dataset: Dataset) -> Dataset:
    """The first 400 documents: enough for three digits, small enough for every model."""
    return dataset.select(range(min(400, len(dataset))))
