"""Snapshots as they lie on disk, and the few comparisons that the audit needs."""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.catalog.tables import Catalog, Row

SAME, DIFFERS, PAGE = "same", "differs", "page"


@dataclass(frozen=True)
class Verdict:
    """Whether the raw value agrees with a row (``same``, ``differs``, ``page``: nothing to compute), and that value.

    ``wrong`` has the cells that differ, as the source has them, where the source has several.
    """

    agrees: str
    raw: str
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Record:
    """One raw record: the file it is in, the name it gives its model, its numbers by column."""

    place: str
    name: str
    numbers: tuple[tuple[str, float], ...]


@cache
def csv_rows(path: Path) -> list[Row]:
    """Rows of a raw CSV file; none where the file is missing."""
    if not path.is_file():
        return []
    csv.field_size_limit(1 << 26)
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [{k: v or "" for k, v in row.items() if k} for row in csv.DictReader(file)]


@cache
def document(path: Path) -> Any:
    """A raw JSON file; an empty object where it is missing."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


@cache
def flat(text: str) -> str:
    """A name as lower-case letters and digits alone, with a slash's left side and marks gone."""
    return re.sub(r"[\W_]+", "", text.rsplit("/", 1)[-1].lower())


def number(text: object) -> float | None:
    """A raw cell's number (``83.0%``, ``$1.21``, ``2E+11``), None where it is none."""
    match = re.fullmatch(r"\$?\s*([-+]?[\d,]*\.?\d+(?:[eE][-+]?\d+)?)\s*%?", str(text).strip())
    return float(match.group(1).replace(",", "")) if match else None


def same(there: float | None, here: str) -> bool:
    """Equal to one part in a million, or once rounded as the cell is (four decimals or more), or at the sixth decimal."""
    cell = number(here)
    if there is None or cell is None:
        return there is None and here == ""
    decimals = len(here.partition(".")[2]) if re.fullmatch(r"-?\d+\.\d+", here) else 0
    rounded = decimals >= 4 and abs(there - cell) <= 0.500001 * 10**-decimals
    return (
        rounded
        or abs(there - cell) <= 5.1e-7 * (abs(cell) > 1e-3)
        or abs(there - cell) <= 1e-6 * max(abs(there), abs(cell))
    )


def factor(there: float, here: str) -> str | None:
    """How a raw number becomes the cell: as it is, or by one of the named unit factors; None where by neither."""
    for divisor, name in ((1.0, ""), (100.0, " (÷ 100)"), (1e-6, " (× 1,000,000)")):
        if same(there / divisor, here):
            return name
    return None


def names_of(catalog: Catalog) -> dict[str, set[str]]:
    """Names of every model: its id, name, hub id, product and aliases."""
    names: dict[str, set[str]] = {}
    for row in catalog.rows["models"]:
        written = (row["model_id"], row["name"], row["hub_id"], row["product_id"])
        names[row["model_id"]] = {n for n in written if n}
    for row in catalog.rows["aliases"]:
        if row["kind"] == "model":
            names.setdefault(row["id"], set()).add(row["alias"])
    return names


# Words that a raw name may have beside its model's: a date or build, a serving word, an effort, who made or serves it.
_REST = re.compile(
    r"\d{3,8}|\d+k|v|preview|latest|base|hf|chat|instruct|it|turbo|unknown|thinking|nothinking|auto|effort|meta"
    r"|none|minimal|low|medium|x?high|max|nvidia|parasail"
)
# What no word is made of: a day, a run's steps, the precision of the weights, the number of experts.
_ASIDE = re.compile(r"\d{4}-\d\d-\d\d|\(\d+ steps\)|\b(?:fp8|bf16)\b|\b\d+e\b")


def likeness(raw_name: str, names: Iterable[str]) -> int:
    """How well a raw name fits a model: 2 for an equal one, 1 where it only has a date, an effort or such more, else 0.

    The order of the words is free: ``claude-4-1-opus`` is ``claude-opus-4-1``.
    """
    if not flat(raw_name):
        return 0
    words, best = _words(raw_name), 0
    for name in names:
        if flat(name) == flat(raw_name):
            return 2
        ours = _words(name)
        if ours and ours <= words and all(_REST.fullmatch(w) for w in words - ours):
            best = 1
    return best


@cache
def _words(text: str) -> Counter[str]:
    """Words of a name; ``v3p2`` is version 3.2, and R+ is R Plus."""
    text = re.sub(r"(?<=\d)p(?=\d)", ".", _ASIDE.sub(" ", text.lower().rsplit("/", 1)[-1]))
    return Counter(re.findall(r"\d+k\b|\d+|[a-z]+", re.sub(r"(?<=[a-z])\+", " plus ", text)))


def compared(records: Iterable[Record], names: set[str], value: str) -> Verdict:
    """The best record of a name: one with the value where there is one, else the likest, which differs."""
    likely = sorted(((likeness(r.name, names), r) for r in records), key=lambda x: -x[0])
    fits = [r for like, r in likely if like]
    for record in fits:
        for column, there in record.numbers:
            how = factor(there, value)
            if how is not None:
                return Verdict(SAME, f"{record.place}: {record.name}: {column} {there:.10g}{how}")
    if not fits:
        return Verdict(DIFFERS, "no record of this name in the snapshot")
    shown = ", ".join(f"{c} {v:.10g}" for c, v in fits[0].numbers[:4])
    return Verdict(DIFFERS, f"{fits[0].place}: {fits[0].name}: {shown}")


def numbers_of(row: Row, left: Iterable[str] = ()) -> tuple[tuple[str, float], ...]:
    """All numeric cells of a raw row."""
    found = ((c, number(v)) for c, v in row.items() if c not in left)
    return tuple((c, v) for c, v in found if v is not None)
