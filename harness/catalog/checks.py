"""Checks of the catalog: every cell, every key, then rows against each other; all findings at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

from harness import places
from harness.catalog.codes import CURRENCIES
from harness.catalog.rules import (
    alias_rules,
    cell_rules,
    cloud_rules,
    figure_rules,
    identity_rules,
    licence_rules,
    name_rules,
    offer_rules,
    price_range_rules,
    reviewed,
    row_rules,
    setting_rules,
    size_rules,
    twin_rules,
)
from harness.catalog.schema import ALIAS_TARGET, BORDERLINE_SEGMENTS, BY_NAME, TABLES, Table, named_by
from harness.catalog.tables import Catalog, Finding, Row, key_of, read
from harness.catalog.vocabulary import CLOSED_VALUES, FACTS_BY_KEY
from harness.errors import BadInput


def check(folder: Path, today: dt.date) -> list[Finding]:
    """Errors of the catalog in ``folder``, in the order of its tables; empty where it is sound."""
    return errors(findings(folder, today))


def findings(folder: Path, today: dt.date) -> list[Finding]:
    """Errors of the catalog in ``folder``, and its warnings that nobody has reviewed."""
    catalog, unreadable = read(folder)
    if unreadable:
        # a table that cannot be read whole would make every reference to it look broken
        return sorted(unreadable)
    packaged = folder.resolve() == places.packaged_catalog().resolve()
    return reviewed.unreviewed(_all_findings(catalog, today), own=packaged)


def errors(found: list[Finding]) -> list[Finding]:
    """The findings that cannot be right: those that a rebuild and a refresh refuse."""
    return [f for f in found if f.level == "error"]


def require_sound(folder: Path, today: dt.date) -> None:
    """Raise BadInput with the findings of a catalog that is not sound, before a rebuild of the database reads a row.

    Raises:
        BadInput: with every finding (the first 50), each with file, row and column.
    """
    found = check(folder, today)
    if found:
        more = f" (the first 50 of {len(found)})" if len(found) > 50 else ""
        raise BadInput(f"The catalog in {folder} does not pass its checks{more}:", [str(f) for f in found[:50]])


def check_tables(catalog: Catalog, today: dt.date) -> list[Finding]:
    """Errors of tables in memory, which a refresh checks before it writes."""
    return errors(_all_findings(catalog, today))


def _all_findings(catalog: Catalog, today: dt.date) -> list[Finding]:
    found = [f for table in TABLES for f in _cells(catalog, table, today)]
    bad = {(f.file, f.row) for f in found}
    if _overlong(catalog, bad):
        return sorted(set(found))  # names of megabytes are compared with nothing
    for rule in _RULES:
        found += [f for f in rule(catalog) if (f.file, f.row) not in bad or f.column]
    return sorted(set(found))


_numbered = Catalog.numbered


def _overlong(catalog: Catalog, bad: set[tuple[str, int]]) -> bool:
    """Whether a cell of one of the ``bad`` rows (file, row of the file) is longer than any may be."""
    return any(
        len(text) > cell_rules.MAX_CELL
        for table in TABLES
        for line, row in _numbered(catalog, table.name)
        if (table.file, line) in bad
        for text in row.values()
    )


def _cells(catalog: Catalog, table: Table, today: dt.date) -> Iterator[Finding]:
    passed: dict[tuple[str, str], str] = {}  # the same text stands in thousands of cells
    for line, row in _numbered(catalog, table.name):
        for column in table.columns:
            text = row[column.name]
            seen = (column.name, text)
            if seen not in passed:
                passed[seen] = cell_rules.complaint(text, column, today)
            if passed[seen]:
                yield Finding(table.file, line, column.name, passed[seen])


def _keys(catalog: Catalog) -> Iterator[Finding]:
    for table in TABLES:
        first: dict[tuple[str, ...], int] = {}
        for line, row in _numbered(catalog, table.name):
            key = key_of(table, row)
            if key in first:
                names = ", ".join(table.key)
                yield Finding(table.file, line, table.key[0], f"repeats row {first[key]} (same {names})")
            first.setdefault(key, line)


def _references(catalog: Catalog) -> Iterator[Finding]:
    for table in TABLES:
        for column in (c for c in table.columns if c.ref):
            names = {r[named_by(column)] for r in catalog.rows[column.ref]}
            for line, row in _numbered(catalog, table.name):
                text = row[column.name]
                if text and text not in names:
                    message = f"{cell_rules.quoted(text)} is no row of {BY_NAME[column.ref].file}"
                    yield Finding(table.file, line, column.name, message)
    ids = {name: {r[BY_NAME[name].key[0]] for r in catalog.rows[name]} for name in set(ALIAS_TARGET.values())}
    for line, row in _numbered(catalog, "aliases"):
        target = ALIAS_TARGET.get(row["kind"])
        if target and row["id"] not in ids[target]:
            message = f"{cell_rules.quoted(row['id'])} is no row of {BY_NAME[target].file}"
            yield Finding("aliases.csv", line, "id", message)


def _unused_sources(catalog: Catalog) -> Iterator[Finding]:
    used = {
        r["source_id"] for t in TABLES if t.name != "sources" and "source_id" in t.names for r in catalog.rows[t.name]
    }
    for line, row in _numbered(catalog, "sources"):
        if row["source_id"] not in used:
            yield Finding(
                "sources.csv", line, "source_id", f"nothing uses the source {cell_rules.quoted(row['source_id'])}"
            )


def _dates_of_sources(catalog: Catalog) -> Iterator[Finding]:
    """A row cannot speak of a day after its source was read."""
    retrieved = {r["source_id"]: r["retrieved"] for r in catalog.rows["sources"]}
    for table in TABLES:
        if "as_of" not in table.names:
            continue
        for line, row in _numbered(catalog, table.name):
            limit = retrieved.get(row["source_id"], "")
            if limit and row["as_of"] > limit:
                message = f"{cell_rules.quoted(row['as_of'])} is later than the day its source was read ({limit})"
                yield Finding(table.file, line, "as_of", message)


def _parents(catalog: Catalog) -> Iterator[Finding]:
    parent = {r["vendor_id"]: r["parent_id"] for r in catalog.rows["vendors"]}
    for line, row in _numbered(catalog, "vendors"):
        seen, at = {row["vendor_id"]}, row["parent_id"]
        while at and at not in seen:
            seen.add(at)
            at = parent.get(at, "")
        if at == row["vendor_id"]:
            yield Finding("vendors.csv", line, "parent_id", "the vendor is its own parent")


def _borderlines(catalog: Catalog) -> Iterator[Finding]:
    """Findings of ``segment_borderline``: it and ``segment`` are the two BORDERLINE_SEGMENTS, one each."""
    for line, row in _numbered(catalog, "vendors"):
        other = row["segment_borderline"]
        if other and {row["segment"], other} != set(BORDERLINE_SEGMENTS):
            message = (
                f"a vendor of {row['segment']} is not on the line to {other}; it is {' or '.join(BORDERLINE_SEGMENTS)}"
            )
            yield Finding("vendors.csv", line, "segment_borderline", message)


def _facts(catalog: Catalog) -> Iterator[Finding]:
    """Each fact fits its key: dimension, unit, number or word; and no two facts contradict each other."""
    first_values: dict[tuple[str, ...], tuple[str, int]] = {}
    for line, row in _numbered(catalog, "facts"):
        key = FACTS_BY_KEY.get(row["key"])
        if key is None:
            continue
        if row["dimension"] != key.dimension:
            yield Finding("facts.csv", line, "dimension", f"{row['key']} belongs to {key.dimension}")
        money = key.unit == "USD"
        if row["unit"] != key.unit and not (money and row["unit"] in CURRENCIES):
            expected = "a currency" if money else repr(key.unit)
            yield Finding("facts.csv", line, "unit", f"{row['key']} is measured in {expected}, not {row['unit']!r}")
        value = cell_rules.number(row["value"])
        if key.unit and (value is None or (value < 0 and not key.signed)):
            yield Finding(
                "facts.csv", line, "value", f"{row['key']} expects a number, not {cell_rules.quoted(row['value'])}"
            )
        if row["key"] in CLOSED_VALUES and row["value"] not in CLOSED_VALUES[row["key"]]:
            allowed = ", ".join(CLOSED_VALUES[row["key"]])
            yield Finding("facts.csv", line, "value", f"{cell_rules.quoted(row['value'])} is none of {allowed}")
        if not key.many:
            claim = (row["vendor_id"], row["key"], row["unit"], row["as_of"], row["note"])
            value_before, line_before = first_values.setdefault(claim, (row["value"], line))
            if value_before != row["value"]:
                message = (
                    f"contradicts row {line_before} ({value_before}) for the same day; say in note how they differ"
                )
                yield Finding("facts.csv", line, "value", message)


def _relations(catalog: Catalog) -> Iterator[Finding]:
    for line, row in _numbered(catalog, "relations"):
        if row["from_id"] == row["to_id"]:
            yield Finding("relations.csv", line, "to_id", "a vendor has no relation to itself")
        if bool(row["amount"]) != bool(row["currency"]):
            yield Finding("relations.csv", line, "currency", "amount and currency go together")


# Highest plausible score where a benchmark's unit has no end: above it stands a slip, such as minutes written as seconds.
_PLAUSIBLE = {"elo": Decimal(4000), "minutes": Decimal(10**6)}


def _benchmarks(catalog: Catalog) -> Iterator[Finding]:
    """Names are unique, since readers know a benchmark by it; a guesser's score lies below the best possible."""
    first: dict[str, int] = {}
    for line, row in _numbered(catalog, "benchmarks"):
        if first.setdefault(row["name_en"], line) != line:
            yield Finding("benchmarks.csv", line, "name_en", f"repeats the name of row {first[row['name_en']]}")
        chance, ceiling = cell_rules.number(row["chance"]), cell_rules.number(row["ceiling"])
        if chance is not None and (ceiling is None or chance >= ceiling):
            yield Finding(
                "benchmarks.csv", line, "chance", f"is not below the ceiling {cell_rules.quoted(row['ceiling'])}"
            )
        if row["unit"] == "fraction" and ceiling != 1:
            yield Finding("benchmarks.csv", line, "ceiling", "is 1 for scores in fractions")


def _scores(catalog: Catalog) -> Iterator[Finding]:
    benchmarks = {r["benchmark_id"]: r for r in catalog.rows["benchmarks"]}
    for line, row in _numbered(catalog, "reported_scores"):
        benchmark = benchmarks.get(row["benchmark_id"])
        score = cell_rules.number(row["score"])
        if benchmark is None or score is None:
            continue
        if row["unit"] != benchmark["unit"]:
            message = f"scores of {benchmark['name_en']} are in {benchmark['unit']}, not {row['unit']!r}"
            yield Finding("reported_scores.csv", line, "unit", message)
        high = cell_rules.number(benchmark["ceiling"]) or _PLAUSIBLE.get(benchmark["unit"])
        if high is not None and not 0 <= score <= high:
            message = f"{row['score']} lies outside 0 to {high:f}"
            yield Finding("reported_scores.csv", line, "score", message)


_RULES: tuple[Callable[[Catalog], Iterator[Finding]], ...] = (
    _keys,
    _references,
    _unused_sources,
    _dates_of_sources,
    _parents,
    _borderlines,
    _facts,
    _relations,
    _benchmarks,
    _scores,
    *identity_rules.RULES,
    *name_rules.RULES,
    *row_rules.RULES,
    *setting_rules.RULES,
    *size_rules.RULES,
    *licence_rules.RULES,
    *twin_rules.RULES,
    *alias_rules.RULES,
    *offer_rules.RULES,
    *price_range_rules.RULES,
    *cloud_rules.RULES,
    *figure_rules.RULES,
)


def disagreements(catalog: Catalog, tolerance: Decimal = Decimal("0.02")) -> list[tuple[Row, Row]]:
    """Pairs of reported scores of one model, benchmark, effort and setting that differ by more than ``tolerance``.

    No error (sources do differ), but worth seeing: each pair is the lowest and the highest of its group.
    """
    groups: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for row in catalog.rows["reported_scores"]:
        if row["unit"] == "fraction":
            groups[row["model_id"], row["benchmark_id"], row["effort"], row["setting"]].append(row)
    pairs = []
    for rows in groups.values():
        ordered = sorted(rows, key=lambda r: Decimal(r["score"]))
        if Decimal(ordered[-1]["score"]) - Decimal(ordered[0]["score"]) > tolerance:
            pairs.append((ordered[0], ordered[-1]))
    return pairs


def unopened(catalog: Catalog) -> tuple[list[str], int]:
    """Ids of the sources without a ``retrieved`` date, and the number of rows that name one of them."""
    ids = [r["source_id"] for r in catalog.rows["sources"] if not r["retrieved"]]
    unopened_ids = set(ids)
    return ids, sum(
        r.get("source_id") in unopened_ids for t in TABLES if t.name != "sources" for r in catalog.rows[t.name]
    )
