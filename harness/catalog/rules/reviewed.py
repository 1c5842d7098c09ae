"""Warnings that a person has looked at and found right: ``reviewed.csv``, each with its rule, key and reason."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from harness.catalog.tables import Finding

PLACE = Path(__file__).with_name("reviewed.csv")
HEADING = ("rule", "key", "reason")


def unreviewed(found: Iterable[Finding], own: bool, place: Path = PLACE) -> list[Finding]:
    """``found`` without the reviewed warnings; with the faults of the list itself where the catalog is its ``own``."""
    entries, faults = _entries(place)
    kept, matched = [], set()
    for finding in found:
        entry = (finding.rule, finding.key)
        if finding.level == "warning" and entry in entries:
            matched.add(entry)
        else:
            kept.append(finding)
    if own:
        kept += faults
        for entry, line in entries.items():
            if entry not in matched:
                message = f"no warning of the rule {entry[0]} has the key {entry[1]!r} any more: delete the entry"
                kept.append(Finding(place.name, line, "key", message, "warning", "reviewed", f"{entry[0]} {entry[1]}"))
    return kept


def _entries(place: Path) -> tuple[dict[tuple[str, str], int], list[Finding]]:
    """Row of each entry, and the entries that say too little."""
    with place.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    faults = [] if tuple(rows[0]) == HEADING else [Finding(place.name, 1, "", f"the heading is {','.join(HEADING)}")]
    entries = {}
    for line, row in enumerate(rows[1:], start=2):
        if len(row) == len(HEADING) and all(row):
            entries[row[0], row[1]] = line
        else:
            faults.append(Finding(place.name, line, "reason", "a reviewed warning needs a rule, a key and a reason"))
    return entries, faults
