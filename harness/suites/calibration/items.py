"""Items of the calibration suite: drawn from the grammar, shipped as Parquet beside this file.

``python -m harness.suites.calibration.items`` writes them again; the content is the seed's.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from numpy.random import RandomState

from harness.suites.calibration import sampling
from harness.suites.calibration.bayes import CLASS_PROMPT
from harness.suites.calibration.grammar import SEED, WORDS_PER_TEXT, Grammar, grammar

FOLDER = Path(__file__).resolve().parent / "data"

TEXTS, CLASS_ITEMS, LOOKUPS = 128, 320, 128

Column = Sequence[str] | Sequence[int]


@cache
def items(seed: int = SEED) -> dict[str, dict[str, Column]]:
    """Every table of the suite by name, as columns."""
    source = grammar(seed)
    return {
        "text": {"text": sampling.texts(source, _stream(seed, 1), TEXTS, WORDS_PER_TEXT)},
        "class": _class_table(source, _stream(seed, 2)),
        "facts": _questions([sampling.fact(source, word) for word in range(len(source.words))]),
        "lookup": _questions(_lookups(_stream(seed, 3))),
    }


def _stream(seed: int, part: int) -> RandomState:
    """Random generator of one table, independent of the other tables' items."""
    return RandomState([seed, part])


def _class_table(source: Grammar, rng: RandomState) -> dict[str, Column]:
    drawn = sampling.class_items(source, rng, CLASS_ITEMS)
    return {
        "prompt": [f"{CLASS_PROMPT}{letters}:" for letters, _ in drawn],
        "label": [label for _, label in drawn],
    }


def _lookups(rng: RandomState) -> list[sampling.Question]:
    questions = []
    for _ in range(LOOKUPS):
        table, asked = sampling.lookup(rng)
        key, value = asked[0]
        questions.append((f"{table}\n{key}", value))
    return questions


def _questions(questions: Sequence[sampling.Question]) -> dict[str, Column]:
    return {"question": [q for q, _ in questions], "answer": [a for _, a in questions]}


def write(folder: Path = FOLDER) -> None:
    """Write every table as Parquet into ``folder``."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    for name, columns in items().items():
        pq.write_table(pa.table({key: list(values) for key, values in columns.items()}), folder / f"{name}.parquet")


if __name__ == "__main__":
    write()
