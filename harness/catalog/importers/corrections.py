"""Reviewed corrections of facts that a source has wrong: an import must not bring back what a person has mended."""

from __future__ import annotations

import csv
from collections import defaultdict
from functools import cache
from importlib import resources

from harness.catalog.import_context import Imported
from harness.catalog.tables import Row
from harness.catalog.vocabulary import FACTS_BY_KEY

_KEY = ("vendor_id", "key", "value", "note", "as_of")  # cells as the importer writes them


@cache
def corrected() -> dict[tuple[str, ...], list[Row]]:
    """Lines of corrections by the fact as its importer reads it: vendor, key, value, note and ISO day."""
    text = resources.files(__package__).joinpath("mappings/facts_corrected.csv").read_text(encoding="utf-8")
    lines: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    for line in csv.DictReader(text.splitlines()):
        lines[tuple(line[c] for c in _KEY)].append(line)
    return lines


def mend_facts(imported: Imported) -> None:
    """Put mended cells into the facts that an importer read; a fact whose line names no column stays out, by name."""
    facts = []
    for row in imported.rows["facts"]:
        lines = corrected().get(tuple(row[c] for c in _KEY), [])
        mended = {**row, **{line["column"]: line["new"] for line in lines if line["column"]}}
        if any(not line["column"] for line in lines):
            name = f"{row['vendor_id']}: {row['key']} {row['value']}"
            imported.leave("fact", name, f"wrong in its source: {lines[0]['why']}")
        else:
            facts.append({**mended, "dimension": FACTS_BY_KEY[mended["key"]].dimension})
    imported.replace("facts", facts)
