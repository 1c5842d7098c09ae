"""A fact that a person mended stays mended when its source is read again."""

from __future__ import annotations

import pytest

from harness.catalog.import_context import Imported
from harness.catalog.importers import corrections
from harness.catalog.schema import BY_NAME
from harness.catalog.vocabulary import FACTS_BY_KEY


def fact(value: str, note: str = "", **more: str) -> dict[str, str]:
    return {
        "vendor_id": "acme",
        "dimension": "rnd",
        "key": "staff",
        "value": value,
        "unit": "people",
        "note": note,
        "as_of": "2025-12-31",
        "source_id": "page",
        **more,
    }


def line(value: str, note: str, column: str, new: str, why: str) -> dict[str, str]:
    return {"vendor_id": "acme", "key": "staff", "value": value, "note": note, "column": column, "new": new, "why": why}


def test_cells_are_mended_and_a_wrong_fact_stays_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    group = [
        line("40", "", "note", "of the group", "the report speaks of the group"),
        line("40", "", "key", "revenue", "no head count"),
    ]
    other = [line("7", "in Lyon", "", "", "the office of another company")]
    held = {
        ("acme", "staff", "40", "", "2025-12-31"): group,
        ("acme", "staff", "7", "in Lyon", "2025-12-31"): other,
    }
    monkeypatch.setattr(corrections, "corrected", lambda: held)
    out = Imported()
    for row in (fact("40"), fact("7", "in Lyon"), fact("7"), fact("40", as_of="2024-12-31")):
        out.add("facts", **row)
    corrections.mend_facts(out)
    assert [(r["key"], r["dimension"], r["value"], r["note"], r["as_of"]) for r in out.rows["facts"]] == [
        ("revenue", "capital", "40", "of the group", "2025-12-31"),
        ("staff", "rnd", "7", "", "2025-12-31"),
        ("staff", "rnd", "40", "", "2024-12-31"),
    ]
    assert [(u.kind, u.name, u.why) for u in out.unmatched] == [
        ("fact", "acme: staff 7", "wrong in its source: the office of another company")
    ]


def test_every_line_names_a_fact_of_the_vocabulary_a_column_and_a_reason() -> None:
    assert corrections.corrected()
    for key, own in corrections.corrected().items():
        assert key[1] in FACTS_BY_KEY
        for row in own:
            assert row["column"] in ("", *BY_NAME["facts"].names), row
            assert row["why"] and bool(row["new"]) <= bool(row["column"]), row
