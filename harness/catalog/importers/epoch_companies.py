"""Epoch AI's data on AI companies: funding rounds, valuations, revenue, staff, spending on compute.

Mapping: each file is known by its heading; only closed rounds enter; dates are US-style; amounts may be written
``2E+11``. The file's prose notes stay out: figures carry over, sentences do not.
"""

from __future__ import annotations

import re

from harness.catalog.import_context import ImportContext, Imported, SourceFile, decimal, plain, us_date
from harness.catalog.importers.scored import table
from harness.catalog.names.matching import match_vendor
from harness.catalog.tables import Row
from harness.catalog.vocabulary import FACTS_BY_KEY

WHOLE = "Full company"
AI_STAFF = ("Full AI division",)
CONTRACTED = re.compile("contractor", re.IGNORECASE)
"""In a division's name: people who label data for a firm are not its researchers."""


def read(files: list[SourceFile], context: ImportContext) -> Imported:
    """Facts of every file given."""
    out = Imported()
    for file in files:
        rows = table(file)
        heading = set(rows[0]) if rows else set()
        if "Funding (equity)" in heading:
            for row in rows:
                _round(out, context, row)
        elif "Staff count" in heading:
            for row in rows:
                _staff(out, context, row)
        elif "Period type" in heading:
            for row in rows:
                _compute(out, context, row)
        elif any(c.startswith("Revenue amount") for c in heading):
            column = next(c for c in rows[0] if c.startswith("Revenue amount"))
            for row in rows:
                note = "annualised, as reported at the time"
                _fact(out, context, row["Company"], "revenue_run_rate", row[column], us_date(row["Date"]), note)
        else:
            out.leave("file", file.name, "no mapping for it")
    return out


def _fact(out: Imported, context: ImportContext, company: str, key: str, amount: str, day: str, note: str) -> None:
    """Add one figure; a second one for the same day says in its note that it is another report."""
    vendor, value = match_vendor(context.names, company), decimal(amount)
    if vendor is None or not day or day > context.as_of or value is None or value <= 0:
        if amount:
            out.leave(
                "fact", f"{company}: {key} {amount}", "company, date or amount not known, or a date after the snapshot"
            )
        return
    spec, number, first = FACTS_BY_KEY[key], 1, note
    there = {
        (r["note"], r["value"])
        for r in out.rows["facts"]
        if (r["vendor_id"], r["key"], r["as_of"]) == (vendor.id, key, day)
    }
    while not spec.many and any(n == note and v != plain(value) for n, v in there):
        number += 1
        note = f"{first}; report {number} of that day"
    cells = {"dimension": spec.dimension, "key": key, "value": plain(value), "unit": spec.unit, "note": note}
    out.add("facts", vendor_id=vendor.id, **cells, as_of=day, source_id=context.source_id)


def _round(out: Imported, context: ImportContext, row: Row) -> None:
    day = us_date(row["Close date"]) or us_date(row["Report date"])
    sure = f"{row['Confidence'].lower()} according to the source" if row.get("Confidence") else ""
    if row["Status"] != "Closed" or row.get("Exclude from graph view") == "TRUE":
        out.leave("fact", f"{row['Company']}: {row['Id']}", "round not closed, or left out by the source")
        return
    kind = row["Type"].lower().replace(",", ", ")
    if row["Funding (equity)"] not in ("", "0"):
        _fact(out, context, row["Company"], "funding_round", row["Funding (equity)"], day, _words("equity", kind, sure))
    if row["Funding (debt)"] not in ("", "0"):
        _fact(out, context, row["Company"], "funding_round", row["Funding (debt)"], day, _words("debt", kind, sure))
    if row["Valuation (post-money)"]:
        _fact(out, context, row["Company"], "valuation", row["Valuation (post-money)"], day, _words("post-money", sure))


def _staff(out: Imported, context: ImportContext, row: Row) -> None:
    day, sure = us_date(row["Date"]), f"{row['Confidence'].lower()} according to the source"
    if row["Type"] == WHOLE:
        _fact(out, context, row["Company"], "staff", row["Staff count"], day, sure)
    elif (row["Type"] in AI_STAFF or row["Division name"]) and not CONTRACTED.search(row["Division name"]):
        name = "google-deepmind" if row["Division name"] == "DeepMind" else row["Company"]
        _fact(
            out,
            context,
            name,
            "researchers",
            row["Staff count"],
            day,
            _words(row["Division name"] or "AI division", sure),
        )


def _compute(out: Imported, context: ImportContext, row: Row) -> None:
    note = _words(
        row["Category"].replace(",", ", "),
        row["Period type"].lower(),
        f"{row['Confidence'].lower()} according to the source",
    )
    day, reported = us_date(row["Date"]), us_date(row["Report date"])
    if reported and reported < day:  # said before the period was over
        note, day = _words(note, f"expected for the period to {day}"), reported
    _fact(out, context, row["Company"], "compute_spend", row["Amount"], day, note)


def _words(*parts: str) -> str:
    return "; ".join(p for p in parts if p)
