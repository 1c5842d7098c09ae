"""The runs of a source of items as its rows come in, file by file: which are one run, and which may lack rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields
from typing import Any

from harness.errors import BadInput
from harness.interchange.readers.items.file_rows import EFFORTS, words_of
from harness.interchange.readers.items.item_mapping import ItemMapping
from harness.interchange.readers.items.source_files import SourceFile


@dataclass
class MatrixRun:
    """What the rows of one benchmark, model, agent and effort hold: values and numbers by item."""

    benchmark: str
    model: str
    agent: str | None
    effort: str | None
    # The benchmark as the matrix names it.
    word: str
    # Numbers of its rows, by the label of their file.
    rows: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    values: dict[str, list[float | None]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, dict[str, list[float]]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(list)))
    dates: set[str] = field(default_factory=set)
    editions: set[str] = field(default_factory=set)
    # Hashes of each item's answers.
    answers: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    unnamed_efforts: set[str] = field(default_factory=set)


@dataclass
class Matrix:
    """The runs of a matrix as its rows come in, and the words of the columns that the mapping filters by."""

    spec: ItemMapping
    runs: dict[tuple[str, str, str, str], MatrixRun] = field(default_factory=dict)
    filtered: dict[str, set[str | None]] = field(default_factory=lambda: defaultdict(set))
    # The name in the matrix of each model by the name that is shown, without local folders and secrets.
    names: dict[str, str] = field(default_factory=dict)
    # Columns of efforts that the mapping does not name, and columns of the mapping that no row had.
    efforts: tuple[str, ...] = ()
    unseen: set[str] = field(default_factory=set)


def empty(spec: ItemMapping) -> Matrix:
    """A matrix without rows."""
    return Matrix(spec, efforts=tuple(c for c in EFFORTS if c not in spec.columns), unseen=set(spec.columns))


def join(matrix: Matrix, part: Matrix) -> None:
    """Add the runs of one file to those of the files before it.

    Raises:
        BadInput: a model or a benchmark of the file has another name there; nothing was added.
    """
    for shown, raw in part.names.items():
        refuse_other_model(matrix, shown, raw)
    for key, run in part.runs.items():
        if (known := matrix.runs.get(key)) is not None:
            refuse_other_benchmark(known, run.word)
    matrix.names |= part.names
    matrix.unseen &= part.unseen
    for column, words in part.filtered.items():
        matrix.filtered[column] |= words
    for key, run in part.runs.items():
        if (known := matrix.runs.setdefault(key, run)) is not run:
            for part_of in fields(run):
                _add(getattr(known, part_of.name), getattr(run, part_of.name))


def _add(known: Any, more: Any) -> None:
    """Add what a collection holds to another of the same make; names stay as they are."""
    if isinstance(known, dict):
        for key, value in more.items():
            if key in known:
                _add(known[key], value)
            else:
                known[key] = value
    elif isinstance(known, set):
        known |= more
    elif isinstance(known, list):
        known += more


def may_lack(matrix: Matrix, key: tuple[str, str, str, str], file: SourceFile, part: Matrix) -> bool:
    """Whether a run may have rows in a file that is refused.

    It may where rows of it were read there; and, of a run that lies in several files, where neither the file's name nor what
    lies beside it says that it is another's.
    """
    run = matrix.runs[key]
    if key in part.runs:
        return True
    own = {"model": matrix.names[run.model], "benchmark": run.word, "agent": run.agent, "effort": run.effort}
    said = words_of(file, matrix.spec)
    return len(run.rows) > 1 and all(said.get(name) in (None, word) for name, word in own.items())


def refuse_other_model(matrix: Matrix, shown: str, raw: str) -> None:
    """Refuse a model that would be shown as another of the matrix is.

    Raises:
        BadInput: it would.
    """
    if matrix.names.get(shown, raw) != raw:
        raise BadInput(f"names a model that would be shown as {shown[:60]}, and so would another of the matrix")


def refuse_other_benchmark(run: MatrixRun, word: str) -> None:
    """Refuse items of two of the source's benchmarks under one name.

    Raises:
        BadInput: the run's is another.
    """
    if run.word != word:
        raise BadInput(f"gives items of {run.word} and of {word} to one benchmark, {run.benchmark}")
