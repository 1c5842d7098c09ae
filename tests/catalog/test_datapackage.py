"""The Data Package says of the files what is so: headings, keys, references, and every cell's type."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
from typing import Any

import pytest

from harness import places
from harness.catalog import datapackage

FOLDER = places.packaged_catalog()
PACKAGE: dict[str, Any] = json.loads((FOLDER / datapackage.FILE).read_text(encoding="utf-8"))
RESOURCES = {r["name"]: r for r in PACKAGE["resources"]}


def rows(resource: dict[str, Any]) -> list[dict[str, str]]:
    with (FOLDER / resource["path"]).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fits(text: str, field: dict[str, Any]) -> bool:
    """Whether a cell is what Table Schema says of its field (the types and constraints that the package uses)."""
    rules = field.get("constraints", {})
    if text == "":
        return not rules.get("required", False)
    if field["type"] == "date":
        return dt.date.fromisoformat(text).isoformat() == text
    if field["type"] == "boolean":
        return text in field["trueValues"] + field["falseValues"]
    if field["type"] in ("number", "integer"):
        value = float(text)
        return value >= rules.get("minimum", value) and (field["type"] == "number" or value == int(value))
    return text in rules.get("enum", [text]) and re.fullmatch(rules.get("pattern", ".*"), text) is not None


def test_the_file_is_made_from_the_schema() -> None:
    assert (FOLDER / datapackage.FILE).read_text(encoding="utf-8") == datapackage.text(), (
        "python -m harness.catalog.datapackage > data/catalog/datapackage.json"
    )
    assert {r["path"] for r in PACKAGE["resources"]} == {p.name for p in FOLDER.glob("*.csv")}


@pytest.mark.parametrize("name", RESOURCES)
def test_every_cell_is_what_its_field_says(name: str) -> None:
    resource = RESOURCES[name]
    fields = {f["name"]: f for f in resource["schema"]["fields"]}
    found = rows(resource)
    assert list(found[0]) == list(fields)
    seen = {(c, text) for row in found for c, text in row.items()}
    assert [(c, text) for c, text in seen if not fits(text, fields[c])] == []
    keys = [tuple(row[c] for c in resource["schema"]["primaryKey"]) for row in found]
    assert len(set(keys)) == len(keys)
    for link in resource["schema"].get("foreignKeys", ()):
        target = RESOURCES[link["reference"]["resource"] or name]
        there = {row[link["reference"]["fields"][0]] for row in rows(target)}
        assert {row[link["fields"][0]] for row in found} - there <= {""}
