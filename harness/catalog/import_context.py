"""Input and output of importers: source files and the catalog's names in, rows and unmatched names out."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from harness.catalog.names import effort, spellings
from harness.catalog.names.identity_notes import Note
from harness.catalog.names.matching import Match, NameIndex, match_model, moving_name
from harness.catalog.rules import name_rules
from harness.catalog.schema import BY_NAME, TABLES
from harness.catalog.tables import Catalog, Row, key_of
from harness.errors import BadInput
from harness.interchange.foreign.limits.nesting import too_deep


@dataclass(frozen=True)
class SourceFile:
    """One file of a source: its name (which may contain the date) and its bytes."""

    name: str
    raw: bytes

    def text(self) -> str:
        """The file as text; a byte-order mark is dropped."""
        text = self.raw.decode("utf-8-sig")
        if text.lstrip()[:1] in ("{", "[") and too_deep(text):
            raise BadInput(f"{self.name} is nested too deeply: no market source is.")
        return text


@dataclass(frozen=True)
class Unmatched:
    """A name of the source without an id in the catalog, and the reason."""

    kind: str
    name: str
    why: str


@dataclass
class Imported:
    """Result of an import: rows by table, unmatched names, the number of matches by rule, and notes on identity."""

    rows: dict[str, list[Row]] = field(default_factory=lambda: {t.name: [] for t in TABLES})
    unmatched: list[Unmatched] = field(default_factory=list)
    matched: Counter[str] = field(default_factory=Counter)
    notes: dict[Note, None] = field(default_factory=dict)  # each once, in the order of the source
    _keys: dict[str, dict[tuple[str, ...], Row]] = field(default_factory=lambda: {t.name: {} for t in TABLES})

    def add(self, table: str, **cells: str) -> bool:
        """Add a row (columns not named stay empty); False where a row of that key is already there."""
        spec = BY_NAME[table]
        row = {name: cells.pop(name, "") for name in spec.names}
        assert not cells, f"{table} has no column {sorted(cells)}"
        key = key_of(spec, row)
        if key in self._keys[table]:
            return False
        self._keys[table][key] = row
        self.rows[table].append(row)
        return True

    def has(self, table: str, *key: str) -> Row | None:
        """The row of that key among those added so far."""
        return self._keys[table].get(key)

    def replace(self, table: str, rows: Iterable[Row]) -> None:
        """Put other rows in place of a table's; of one key the first counts."""
        self.rows[table], self._keys[table] = [], {}
        for row in rows:
            self.add(table, **row)

    def leave(self, kind: str, name: str, why: str) -> None:
        """Record an unmatched name and the reason."""
        self.unmatched.append(Unmatched(kind, name[:200], why))

    def note(self, kind: str, name: str, model_id: str, says: str) -> None:
        """Record a reading of a name, once."""
        self.notes[Note(kind, name[:200], model_id, says)] = None


@dataclass
class ImportContext:
    """Context of one import: the index of the catalog's names, the date of the snapshot, the id of its source row.

    ``there`` is the catalog as it stands before the import.
    """

    names: NameIndex
    date: dt.date
    source_id: str
    there: Catalog = field(default_factory=Catalog)

    @property
    def as_of(self) -> str:
        """Date of the snapshot, as rows write it (ISO)."""
        return self.date.isoformat()

    def model(self, out: Imported, name: str, tier: str = "standard") -> Match | None:
        """The model that ``name`` means, counted by the rule that found it, and noted where the rule took something off.

        ``tier`` ``fast`` says that a word for speed at the name's end is no part of the model's name.
        """
        match = match_model(self.names, name)
        if match:
            out.matched[match.rule] += 1
            self.note_reading(out, name, match, tier)
        else:
            self.note_moving(out, name)
        return match

    def note_reading(self, out: Imported, name: str, match: Match, tier: str = "standard") -> None:
        """Note how a name was read: by an alias of a period, without its effort or date, or as a model that it exceeds."""
        if match.period:
            period = f"{match.period.start or 'always'} to {match.period.end or 'now'}"
            out.note("period-alias", name, match.id, f"{period}, read on {self.as_of}")
            return
        asked = effort.split(name)[1]
        if "mode" in match.rule and asked != effort.DEFAULT:
            out.note("effort", name, match.id, asked)
        if "date" in match.rule:
            out.note("date", name, match.id, "the catalog has no model of that date")
        row = self.names.rows.get(match.id)
        if match.rule != "alias" and row and (more := name_rules.beyond(name, row, self.names.rows, tier)):
            out.note("beyond-model", name, match.id, ", ".join(more))

    def note_moving(self, out: Imported, name: str) -> None:
        """Note an unmatched name that moved from model to model and whose meaning on the day nobody has said."""
        if form := moving_name(self.names, name):
            out.note("moving-name", name, "", f"{form} has no alias for {self.as_of}")

    def learn(self, row: Row) -> None:
        """Add a new model's row to the index of names, for the rest of the import."""
        self.names.add_model(row)


@dataclass(frozen=True)
class Importer:
    """One market source: its name for ``--from``, title, publisher, address, licence, and the function that reads it.

    A source without a ``live`` address says in ``files`` which ones it needs.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    live: tuple[str, ...]
    read: Callable[[list[SourceFile], ImportContext], Imported]
    mapping: str
    # A snapshot's date is that of its test's edition, and rows are added for months: the source was read on the import's day.
    by_edition: bool = False
    files: str = ""

    @property
    def slug(self) -> str:
        """The source's name in the form of source ids."""
        return spellings.slug(self.name)

    def source(self, date: dt.date, today: dt.date | None = None) -> Row:
        """The source row of one snapshot of this source, imported ``today``."""
        read_on = today if self.by_edition and today else date
        return {
            "source_id": f"{self.slug}-{date.isoformat()}",
            "title": f"{self.title}, {date.isoformat()}",
            "publisher": self.publisher,
            "url": self.url,
            "licence": self.licence,
            "retrieved": read_on.isoformat(),
        }


def plain(value: Decimal) -> str:
    """A number as the catalog writes it: no exponent, no trailing zeros."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def decimal(text: object) -> Decimal | None:
    """The number in a source's cell (``$1,200``, ``2E+11``, ``3e-06``), or None, as where a comma stands before decimals."""
    match = re.fullmatch(
        r"\s*[$]?\s*(-?(?:[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?|\d*\.?\d+)(?:[eE][+-]?\d+)?)\s*", str(text)
    )
    return Decimal(match.group(1).replace(",", "")) if match else None


def us_date(text: str) -> str:
    """``12/31/2022`` or ``2022-12-31`` as an ISO date; empty where it is neither."""
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text.strip())
    try:
        if match:
            day = dt.date(int(match.group(3)), int(match.group(1)), int(match.group(2)))
        else:
            day = dt.date.fromisoformat(text.strip())
    except ValueError:
        return ""
    return day.isoformat() if day.year >= 1900 else ""  # the year 0202 is a slip in the source


def sizes(name: str) -> tuple[str, str]:
    """(parameters, active parameters) in billions, where the model's own name states them."""
    written = re.sub(r"(?<=\d)_(?=\d)", ".", name.lower().rsplit("/", 1)[-1])
    total = re.search(r"(?:^|[-_ v])(\d{1,4}(?:\.\d{1,2})?)b(?=[-_ :.)]|$)", written)
    active = re.search(r"a(\d{1,3}(?:\.\d)?)b(?=[-_ :.)]|$)", written)
    if not total or re.search(r"\d+x\d+", written):
        return "", ""
    return plain(Decimal(total.group(1))), plain(Decimal(active.group(1))) if active else ""


def commonest(values: Iterable[str]) -> str:
    """The most frequent non-empty value; among equals the first in the alphabet, so that order never matters."""
    counted = Counter(v for v in values if v)
    return min(counted, key=lambda v: (-counted[v], v)) if counted else ""
