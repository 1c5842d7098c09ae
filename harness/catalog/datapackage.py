"""The catalog's schema as a Data Package with Table Schemas, so that any validator of that standard reads the files.

    python -m harness.catalog.datapackage > data/catalog/datapackage.json

Source of the format: Data Package, version 2 (datapackage.org/standard/data-package and table-schema).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from harness.catalog.schema import TABLES, Column, Table, named_by

FILE = "datapackage.json"
_SLUG = "[a-z0-9]+(-[a-z0-9]+)*"
_TYPES: dict[str, dict[str, Any]] = {
    "date": {"type": "date"},
    "number": {"type": "number"},
    "amount": {"type": "number", "constraints": {"minimum": 0}},
    "positive": {"type": "number", "constraints": {"minimum": 0}},
    "count": {"type": "integer", "constraints": {"minimum": 1}},
    "boolean": {"type": "boolean", "trueValues": ["true"], "falseValues": ["false"]},
    "slug": {"type": "string", "constraints": {"pattern": _SLUG}},
    "partial-date": {"type": "string", "constraints": {"pattern": r"\d{4}(-\d{2}){0,2}"}},
    "country": {"type": "string", "constraints": {"pattern": "[A-Z]{2}"}},
    "currency": {"type": "string", "constraints": {"pattern": "[A-Z]{3}"}},
    "hub-id": {"type": "string", "constraints": {"pattern": "[^/]+/[^/]+"}},
    "url": {"type": "string", "format": "uri"},
}


def package() -> dict[str, Any]:
    """The whole catalog as a Data Package: one resource a table."""
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": "landscape-catalog",
        "title": "Landscape: vendors, models, benchmarks, prices and published scores, each with its source",
        "resources": [_resource(table) for table in TABLES],
    }


def _resource(table: Table) -> dict[str, Any]:
    keys = [
        {
            "fields": [c.name],
            "reference": {"resource": "" if c.ref == table.name else c.ref.replace("_", "-"), "fields": [named_by(c)]},
        }
        for c in table.columns
        if c.ref
    ]
    schema: dict[str, Any] = {
        "fields": [_field(c) for c in table.columns],
        "missingValues": [""],
        "primaryKey": list(table.key),
    }
    return {
        "name": table.name.replace("_", "-"),
        "title": table.row_is,
        "type": "table",
        "path": table.file,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema | ({"foreignKeys": keys} if keys else {}),
    }


def _field(column: Column) -> dict[str, Any]:
    kind = _TYPES.get(column.kind, {"type": "string"})
    constraints = dict(kind.get("constraints", {}))
    if column.required:
        constraints["required"] = True
    if column.values and column.kind == "choice":
        constraints["enum"] = list(column.values)
    field = {"name": column.name, **{k: v for k, v in kind.items() if k != "constraints"}}
    return field | ({"constraints": constraints} if constraints else {})


def text() -> str:
    """The package as the file holds it."""
    return json.dumps(package(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
