"""What travels inside every report file: choices, numbers, sentences, run ids; and how ``verify`` holds a file to it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import BadInput
from harness.reports.document import Report

FORMAT = "landscape-report/1"
LARGEST = 200_000_000
"""Bytes that a report or a part of it may have; a larger one is none of ours."""


def embedded(report: Report, *, full: bool) -> dict[str, Any]:
    """Choices, evidence, every number and every sentence of a report; ``full``: also of rows that pages leave out."""
    return {
        "format": FORMAT,
        "title": report.title,
        "language": report.language,
        "day": report.day.isoformat(),
        "catalog": report.catalog,
        "choices": report.choices,
        "full": full,
        "numbers": [[n.key, n.value, n.text] for n in report.numbers(full=full)],
        "sentences": {key: sentence.text for key, sentence in report.sentences()},
        "runs": sorted({run for section in report.sections for run in section.runs}),
    }


def as_json(parts: Mapping[str, Any]) -> str:
    """The embedded part as JSON text."""
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def as_inline_json(parts: Mapping[str, Any]) -> str:
    """The embedded part as JSON text that neither a script element nor a comment can end."""
    return as_json(parts).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@dataclass(frozen=True, slots=True)
class Carried:
    """Numbers (key, value, printed) in the order shown and sentences by key, read back from a file."""

    numbers: tuple[tuple[str, float, str], ...]
    sentences: Mapping[str, str]


def number_problems(shown: Iterable[str], expected: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Where the numbers that a file shows, in order, are not the expected ones (key, text)."""
    texts, wanted = list(shown), list(expected)
    if len(texts) != len(wanted):
        yield f"The file shows {len(texts)} numbers in its tables; it carries {len(wanted)}."
    for text, (key, printed) in zip(texts, wanted, strict=False):
        if text.removeprefix("≥ ").removeprefix("≤ ") != printed:  # the end of an interval that has one end alone
            yield f"{key}: the file shows {text}, its own numbers say {printed}."


def value_problems(shown: Iterable[float], carried: Carried) -> Iterator[str]:
    """Where values that a workbook or an archive holds, in order, are not the carried ones (to twelve digits)."""
    return number_problems((f"{v:.12g}" for v in shown), [(k, f"{v:.12g}") for k, v, _ in carried.numbers])


def sentence_problems(sentences: Mapping[str, str], texts: set[str]) -> Iterator[str]:
    """Sentences (by key) that stand nowhere among a file's texts."""
    for key, text in sentences.items():
        if text not in texts:
            yield f"{key}: the file does not say “{text}”, which follows from its own numbers."


def check_size(size: int) -> None:
    """Refuse an archive that unpacks to more than a report can be.

    Raises:
        BadInput: it does.
    """
    if size > LARGEST:
        raise BadInput("The archive is too large to be a report.")
