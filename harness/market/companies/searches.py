"""Facts that were searched for and not found, as ``searched.toml`` keeps them: of whom, what, where, when, with what result."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.catalog.vocabulary import FACTS_BY_KEY
from harness.errors import BadInput
from harness.market.companies.fronts import BY_KEY, FRONTS

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).with_name("searched.toml")
FIELDS = {"vendors", "what", "after", "where", "day", "result"}


@dataclass(frozen=True)
class Search:
    """One search for one vendor; the fields are described at the head of ``searched.toml``. ``places_en`` and ``places_zh``
    name where it was looked for."""

    vendor_id: str
    what: str
    after: date | None
    day: date
    places_en: tuple[str, ...]
    places_zh: tuple[str, ...]
    result_en: str
    result_zh: str


def read_searches(text: str) -> tuple[Search, ...]:
    """Searches of a text in the form of ``searched.toml``, one a vendor.

    Raises:
        BadInput: an entry lacks a field, has an unknown one, or a value that is not allowed; all problems at once.
    """
    problems: list[str] = []
    tables = tomllib.loads(text)
    places = {key: _words(f"place {key}", value, problems) for key, value in tables.get("place", {}).items()}
    rows = [
        row
        for i, table in enumerate(tables.get("search", []), start=1)
        for row in _searches(i, table, places, problems)
    ]
    pairs = [(row.vendor_id, row.what) for row in rows]
    problems += [f"{vendor}, {what}: stands twice" for vendor, what in sorted({p for p in pairs if pairs.count(p) > 1})]
    if problems:
        raise BadInput("The searches cannot be read: " + "; ".join(problems) + ".")
    return tuple(rows)


def _searches(
    number: int, table: Mapping[str, Any], places: Mapping[str, tuple[str, str]], problems: list[str]
) -> list[Search]:
    name = f"entry {number}"
    problems += [f"{name}: unknown field {field}" for field in sorted(set(table) - FIELDS)]
    problems += [f"{name}: lacks {field}" for field in sorted(FIELDS - {"after"} - set(table))]
    what, where = str(table.get("what")), table.get("where", [])
    if what not in (*FRONTS, *BY_KEY, *FACTS_BY_KEY):
        problems.append(f"{name}: {what} is no front, measure or fact key")
    if "after" in table and (type(table["after"]) is not date or what in FRONTS):
        problems.append(f"{name}: after is a day, and of one measure")
    if type(table.get("day")) is not date:
        problems.append(f"{name}: day is the day of the search")
    problems += [f"{name}: {place} is no place" for place in where if place not in places]
    result = _words(name, table.get("result"), problems)
    if problems:
        return []
    named = [places[place] for place in where]
    return [
        Search(vendor, what, table.get("after"), table["day"], tuple(en for en, _ in named), tuple(zh for _, zh in named),
               *result)
        for vendor in table["vendors"]
    ]  # fmt: skip


def _words(name: str, value: Any, problems: list[str]) -> tuple[str, str]:
    """A text in both languages."""
    texts = value if isinstance(value, Mapping) else {}
    pair = tuple(texts.get(language) for language in ("en", "zh"))
    if not all(isinstance(text, str) and text.strip() for text in pair):
        problems.append(f"{name}: needs a text en and a text zh")
    return str(pair[0]), str(pair[1])


def stale(searches: Iterable[Search], measures: pd.DataFrame) -> list[Search]:
    """Searches whose fact has since come in: on a front, for any of its measures; with ``after``, a fact newer than that day.

    ``measures`` is the frame of ``coverage.measures``; figures of a vendor's group count as none.
    """
    own = measures[(measures["facts"] > 0) & measures["group_id"].isna()]
    known: dict[tuple[str, str], date] = {}
    for row in own.to_dict("records"):
        newest = row["newest"].date() if row["newest"] == row["newest"] else date.min
        for what in (row["measure"], row["front"]) if row["asked"] else (row["measure"],):
            known[row["vendor_id"], what] = max(newest, known.get((row["vendor_id"], what), date.min))
    return [
        s for s in searches
        if (s.vendor_id, s.what) in known and (s.after is None or known[s.vendor_id, s.what] > s.after)
    ]  # fmt: skip


SEARCHES: tuple[Search, ...] = read_searches(FILE.read_text(encoding="utf-8")) if FILE.is_file() else ()
