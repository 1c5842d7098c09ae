"""Refresh of the catalog from a market source: read, match, merge, check, then write."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness import places
from harness.catalog import checks, tables, writing
from harness.catalog.download import MAX_DOWNLOAD, fetch
from harness.catalog.import_context import ImportContext, Imported, SourceFile, Unmatched
from harness.catalog.importers.corrections import mend_facts
from harness.catalog.names import matching
from harness.catalog.names.identity_notes import SET_UP_KINDS, Note, by_kind, set_ups
from harness.catalog.registry import importer_named
from harness.catalog.schema import BY_NAME, TABLES, Table, named_by
from harness.catalog.tables import Catalog, Finding, Row, key_of
from harness.errors import BadInput, MissingData
from harness.files import sweep


@dataclass(frozen=True)
class Change:
    """One cell that a refresh changed."""

    table: str
    key: tuple[str, ...]
    column: str
    old: str
    new: str


@dataclass
class Report:
    """Outcome of a refresh: rows added, cells and prices changed, names matched or not and how read, files written."""

    source: str
    date: str
    added: Counter[str] = field(default_factory=Counter)
    changed: list[Change] = field(default_factory=list)
    price_changes: list[Change] = field(default_factory=list)
    unmatched: list[Unmatched] = field(default_factory=list)
    matched: Counter[str] = field(default_factory=Counter)
    notes: list[Note] = field(default_factory=list)
    offers: int = 0
    offers_with_vendor: int = 0
    files: list[str] = field(default_factory=list)

    @property
    def identity(self) -> dict[str, list[Note]]:
        """Readings of names by kind (``identity_notes.HEADINGS``), with the tests whose set-up is unknown."""
        return by_kind([*self.notes, *set_ups(u.name for u in self.unmatched if u.kind in SET_UP_KINDS)])

    def as_json(self) -> dict[str, object]:
        """The report as one JSON document."""
        return {
            "source": self.source,
            "date": self.date,
            "added": dict(sorted(self.added.items())),
            "changed": [vars(c) | {"key": list(c.key)} for c in self.changed],
            "price_changes": [vars(c) | {"key": list(c.key)} for c in self.price_changes],
            "unmatched": [vars(u) for u in self.unmatched],
            "identity": {kind: [_note_cells(n) for n in notes] for kind, notes in self.identity.items()},
            "matched_by_rule": dict(sorted(self.matched.items())),
            "offers": self.offers,
            "offers_with_vendor": self.offers_with_vendor,
            "files_written": self.files,
        }


def _note_cells(note: Note) -> dict[str, str]:
    return {"name": note.name, "model_id": note.model_id, "says": note.says}


def refresh(
    folder: Path,
    source: str,
    files: Sequence[Path] = (),
    date: dt.date | None = None,
    today: dt.date | None = None,
) -> Report:
    """Import ``source`` into the catalog in ``folder``; without files its live address is read.

    ``date`` is the day the data speaks of: by default the date in a file's name, for the live address today.
    Nothing is written where anything of the result would not pass ``check``.
    """
    importer = importer_named(source)
    today = today or dt.date.today()
    if not files and not importer.live:
        raise BadInput(f"{source} has no live address: name {importer.files} with --file.")
    sources = [_file(p) for p in files] if files else [fetch(url) for url in importer.live]
    day = date or (today if not files else _date_in([f.name for f in sources], source))
    if day > today:
        raise BadInput(f"{day} lies in the future: state the day that {source} speaks of with --date.")
    before = _read_sound(folder)
    sweep(folder)  # what a killed refresh left; one that was interrupted half way is finished by now
    base = before if folder.resolve() == places.packaged_catalog().resolve() else _read_sound(places.packaged_catalog())
    context = ImportContext(_name_index(before, base, day.isoformat()), day, importer.source(day)["source_id"], before)
    imported = _imported(importer.read, sources, context, source)
    if any(r.get("source_id") == context.source_id for rows in imported.rows.values() for r in rows):
        imported.add("sources", **importer.source(day, today))
    report = Report(source, day.isoformat(), matched=imported.matched, unmatched=imported.unmatched)
    report.notes = list(imported.notes)
    after = _merged(before, base, imported, report)
    _refuse(checks.check_tables(after, today), source)
    _count_offers(imported, after, report)
    report.files = writing.write(folder, after.rows)
    return report


def _imported(
    read: Callable[[list[SourceFile], ImportContext], Imported],
    files: list[SourceFile],
    context: ImportContext,
    source: str,
) -> Imported:
    """What an importer reads out of a source's files; files of another shape, or without any of it, are refused."""
    try:
        imported = read(files, context)
        mend_facts(imported)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        names = ", ".join(f.name for f in files[:3])
        raise BadInput(
            f"{names[:200]}: of a shape that the importer of {source} does not know ({type(error).__name__}: "
            f"{' '.join(str(error).split())[:120]}). Nothing was written. Is it a file of {source}, and whole?"
        ) from error
    if not any(imported.rows.values()) and not imported.unmatched:
        names = ", ".join(f.name for f in files[:3])
        raise BadInput(f"{names[:200]}: holds nothing that the importer of {source} reads. Nothing was written.")
    return imported


def _file(path: Path) -> SourceFile:
    if not path.is_file():
        raise MissingData(f"There is no file {path}.")
    if path.stat().st_size > MAX_DOWNLOAD:
        raise BadInput(f"{path} holds more than {MAX_DOWNLOAD // 2**20} MB: no market source is that large.")
    return SourceFile(path.name, path.read_bytes())


def _date_in(file_names: Sequence[str], source: str) -> dt.date:
    for name in file_names:
        match = re.search(r"(20\d{2})[-_](\d{2})[-_](\d{2})", name)
        if match:
            try:
                return dt.date(*map(int, match.groups()))
            except ValueError:
                continue
    raise BadInput(f"No file name holds a date: state the day that {source} speaks of with --date YYYY-MM-DD.")


def _read_sound(folder: Path) -> Catalog:
    """The catalog of a folder: empty where the folder is; BadInput where a file cannot be read as a table."""
    if tables.is_empty(folder):
        return Catalog()
    catalog, findings = tables.read(folder)
    _refuse(findings, "the catalog as it stands")
    return catalog


def _refuse(findings: Sequence[Finding], what: str) -> None:
    if findings:
        first = [str(f) for f in findings[:50]]
        more = f" (the first 50 of {len(findings)})" if len(findings) > 50 else ""
        raise BadInput(f"{what} does not pass the catalog's checks; nothing was written{more}:", first)


def _name_index(before: Catalog, base: Catalog, day: str) -> matching.NameIndex:
    def both(name: str) -> list[Row]:
        there = before.keyed(BY_NAME[name])
        return [*there.values(), *(r for k, r in base.keyed(BY_NAME[name]).items() if k not in there)]

    aliases = before.rows["aliases"] or base.rows["aliases"]
    return matching.index_names(both("models"), both("vendors"), both("providers"), aliases, both("benchmarks"), day)


def _merged(before: Catalog, base: Catalog, imported: Imported, report: Report) -> Catalog:
    """The catalog ``before`` with the imported rows, and the rows of ``base`` to which they refer."""
    rows: dict[str, dict[tuple[str, ...], Row]] = {t.name: before.keyed(t) for t in TABLES}
    known = set(rows["sources"])
    for table in TABLES:
        borrowed = base.keyed(table)
        for row in imported.rows[table.name]:
            key = key_of(table, row)
            if key not in rows[table.name] and key in borrowed and table.name in _REVIEWED:
                rows[table.name][key] = dict(borrowed[key])  # the reviewed row comes along
                report.added[table.name] += 1
            _merge_row(table, rows[table.name], key, row, report)
    _borrow(rows, base, report)
    _drop_unused(rows)
    report.added["sources"] = len(rows["sources"].keys() - known)
    report.added += Counter()  # without zeros
    _price_changes(rows["prices"], imported, report)
    after = Catalog()
    for table in TABLES:
        after.rows[table.name] = sorted(rows[table.name].values(), key=lambda r, t=table: key_of(t, r))  # type: ignore[misc]
        after.lines[table.name] = list(range(2, len(after.rows[table.name]) + 2))
    return after


# Tables whose packaged row a person has looked at: an import into another folder starts from it.
_REVIEWED = frozenset({"vendors", "models", "providers", "sources"})


# What a row is, once a person or an import has said it: no import changes it.
_IDENTITY = {
    "models": ("product_id", "kind", "derived_from"),
    "providers": ("kind", "vendor_id"),
    "prices": ("model_id", "tier", "per"),
}


# Cells that only published weights fill: of a closed model a source has another model's page, or an estimate of its size.
_OF_OPEN_WEIGHTS = {"hub_id", "licence", "params_b", "active_params_b"}


def _series(source_id: str) -> str:
    """A source's id without the date of its snapshot."""
    return re.sub(r"-\d{4}-\d{2}-\d{2}$", "", source_id)


def _merge_row(table: Table, rows: dict[tuple[str, ...], Row], key: tuple[str, ...], new: Row, report: Report) -> None:
    """Merge one imported row: add it, or fill an existing row's empty cells, or renew the importer's own older row."""
    old = rows.get(key)
    if old is None:
        rows[key] = dict(new)
        report.added[table.name] += 1
        return
    if table.name == "sources":
        if old["retrieved"] and new["retrieved"] > old["retrieved"]:  # the same page, read again
            report.changed.append(Change(table.name, key, "retrieved", old["retrieved"], new["retrieved"]))
            rows[key] = {**old, "retrieved": new["retrieved"]}
        return
    stamped = "as_of" in old
    own = stamped and _series(old["source_id"]) == _series(new["source_id"]) and new["as_of"] >= old["as_of"]
    kept = _IDENTITY.get(table.name, ()) if own else new  # of another's row only empty cells are filled
    cells = {c: v for c, v in new.items() if v and v != old[c] and not (c in kept and old[c])}
    left = {"as_of", "source_id"}
    if table.name == "models" and (old["open_weights"] or new["open_weights"]) == "false":
        left |= _OF_OPEN_WEIGHTS
    cells = {c: v for c, v in cells.items() if c not in left}
    for column, value in sorted(cells.items()):
        report.changed.append(Change(table.name, key, column, old[column], value))
    rows[key] = {**old, **cells}
    if own:
        rows[key] |= {"as_of": new["as_of"], "source_id": new["source_id"]}


def _borrow(rows: dict[str, dict[tuple[str, ...], Row]], base: Catalog, report: Report) -> None:
    """Add the rows of ``base`` that rows refer to and ``rows`` lacks: a model's vendor, its parent, their sources."""
    referred = {(c.ref, named_by(c)) for table in TABLES for c in table.columns if c.ref}
    packaged = {(name, by): {r[by]: r for r in base.rows[name]} for name, by in referred}
    present = {(name, by): {r[by] for r in rows[name].values()} for name, by in referred}
    unchecked = [(table, row) for table in TABLES for row in rows[table.name].values()]
    while unchecked:
        table, row = unchecked.pop()
        for column in (c for c in table.columns if c.ref):
            target, value = BY_NAME[column.ref], row[column.name]
            place = (column.ref, named_by(column))
            if value and value not in present[place] and value in packaged[place]:
                borrowed = dict(packaged[place][value])
                rows[column.ref][key_of(target, borrowed)] = borrowed
                present[place].add(value)
                report.added[column.ref] += 1
                unchecked.append((target, borrowed))


def _drop_unused(rows: dict[str, dict[tuple[str, ...], Row]]) -> None:
    """Delete the sources that no row refers to."""
    used = {r.get("source_id") for name, by_key in rows.items() if name != "sources" for r in by_key.values()}
    for key in [k for k in rows["sources"] if k[0] not in used]:
        del rows["sources"][key]


def _price_changes(prices: Mapping[tuple[str, ...], Row], imported: Imported, report: Report) -> None:
    """Report the price of every imported offer that differs from the offer's last earlier price."""
    history: dict[tuple[str, str], list[Row]] = {}
    for row in prices.values():
        history.setdefault((row["provider_id"], row["offer_id"]), []).append(row)
    for row in imported.rows["prices"]:
        key = (row["provider_id"], row["offer_id"])
        earlier = [r for r in history[key] if r["as_of"] < row["as_of"]]
        if earlier:
            last = max(earlier, key=lambda r: r["as_of"])
            for column in ("input_per_mtok", "output_per_mtok", "cache_read_per_mtok", "cache_write_per_mtok"):
                if last[column] and row[column] and last[column] != row[column]:
                    report.price_changes.append(
                        Change("prices", (*key, row["as_of"]), column, last[column], row[column])
                    )


def _count_offers(imported: Imported, after: Catalog, report: Report) -> None:
    vendor = {r["model_id"]: r["vendor_id"] for r in after.rows["models"]}
    report.offers = len(imported.rows["prices"])
    report.offers_with_vendor = sum(bool(vendor.get(r["model_id"])) for r in imported.rows["prices"])
