"""Each rule of the check finds its fault, at its row and column."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from harness import places
from harness.catalog import checks, tables
from harness.catalog.tables import Finding
from harness.catalog.writing import write
from harness.errors import BadInput
from tests.catalog.conftest import TODAY, small_rows


def broken(small: Path, table: str, row: int, **cells: str) -> list[Finding]:
    rows = small_rows()
    rows[table][row].update(cells)
    write(small, rows)
    return checks.check(small, TODAY)


def test_the_packaged_catalog_is_clean() -> None:
    assert checks.check(places.packaged_catalog(), dt.date.today()) == []


def test_the_small_catalog_is_clean(small: Path) -> None:
    assert checks.check(small, TODAY) == []


@pytest.mark.parametrize(
    ("table", "row", "cells", "column", "words"),
    [
        ("models", 0, {"vendor_id": ""}, "vendor_id", "needs a value"),
        ("models", 0, {"vendor_id": "nobody"}, "vendor_id", "no row of vendors.csv"),
        ("models", 0, {"released": "2026-13-01"}, "released", "expects a date"),
        ("models", 0, {"input_modalities": "text;smell"}, "input_modalities", "expects listed values"),
        ("models", 0, {"input_modalities": "text;text"}, "input_modalities", "each once"),
        ("models", 0, {"open_weights": "yes"}, "open_weights", "true or false"),
        ("models", 0, {"params_b": "0"}, "params_b", "above zero"),
        ("models", 0, {"context_tokens": "1.5"}, "context_tokens", "whole number"),
        ("models", 0, {"hub_id": "acme"}, "hub_id", "owner/name"),
        ("vendors", 0, {"segment": "giant"}, "segment", "big-tech"),
        ("vendors", 0, {"segment_borderline": "lab"}, "segment_borderline", "big-tech"),
        ("vendors", 0, {"segment_borderline": "startup"}, "segment_borderline", "not on the line"),
        ("vendors", 1, {"segment_borderline": "startup"}, "segment_borderline", "not on the line"),
        ("vendors", 0, {"country": "UK"}, "country", "ISO 3166-1"),
        ("vendors", 0, {"parent_id": "acme-labs"}, "parent_id", "its own parent"),
        ("vendors", 0, {"founded": "2027"}, "founded", "not in the future"),
        ("prices", 0, {"currency": "DOLLAR"}, "currency", "ISO 4217"),
        ("prices", 0, {"input_per_mtok": "-1"}, "input_per_mtok", "zero or more"),
        ("prices", 0, {"as_of": "2026-07-01"}, "provider_id", "repeats row 3"),
        ("prices", 1, {"as_of": "2026-07-20"}, "as_of", "later than the day its source was read"),
        ("prices", 1, {"as_of": "2026-09-01"}, "as_of", "not in the future"),
        ("facts", 0, {"dimension": "rnd"}, "dimension", "belongs to capital"),
        ("facts", 0, {"unit": "people"}, "unit", "a currency"),
        ("facts", 2, {"unit": ""}, "unit", "'people'"),
        ("facts", 2, {"value": "many"}, "value", "expects a number"),
        ("facts", 3, {"value": "pigeons"}, "value", "is none of own-api"),
        ("relations", 0, {"currency": ""}, "currency", "go together"),
        ("relations", 0, {"to_id": "acme"}, "to_id", "no relation to itself"),
        ("reported_scores", 0, {"score": "61"}, "score", "lies outside 0 to 1"),
        ("reported_scores", 0, {"unit": "points"}, "unit", "are in fraction"),
        ("reported_scores", 0, {"benchmark_id": "mmmlu"}, "benchmark_id", "no row of benchmarks.csv"),
        ("reported_scores", 1, {"score": "4001"}, "score", "lies outside 0 to 4000"),
        ("benchmarks", 1, {"name_en": "MMLU"}, "name_en", "repeats the name of row"),
        ("benchmarks", 0, {"chance": "1"}, "chance", "not below the ceiling"),
        ("benchmarks", 0, {"ceiling": "100"}, "ceiling", "is 1 for scores in fractions"),
        ("aliases", 0, {"id": "acme-70b"}, "id", "no row of models.csv"),
        ("sources", 0, {"url": "example.org"}, "url", "an address"),
    ],
)
def test_a_fault_is_found_where_it_stands(
    small: Path, table: str, row: int, cells: dict[str, str], column: str, words: str
) -> None:
    findings = broken(small, table, row, **cells)
    hits = [f for f in findings if f.file == f"{table}.csv" and f.column == column and words in f.message]
    assert hits, findings
    assert all(f.row >= 2 for f in hits)


def test_contradicting_facts_are_found_unless_the_note_tells_them_apart(small: Path) -> None:
    rows = small_rows()
    rows["facts"].append({**rows["facts"][2], "value": "55"})
    write(small, rows)
    (finding,) = checks.check(small, TODAY)
    assert (finding.file, finding.column) == ("facts.csv", "value")
    assert "contradicts row" in finding.message
    rows["facts"][-1]["note"] = "with contractors"
    write(small, rows)
    assert checks.check(small, TODAY) == []


def test_a_source_that_nothing_uses_is_found(small: Path) -> None:
    rows = small_rows()
    rows["sources"].append({**rows["sources"][0], "source_id": "spare"})
    write(small, rows)
    assert [(f.file, f.row, f.column) for f in checks.check(small, TODAY)] == [("sources.csv", 3, "source_id")]


def test_missing_files_and_wrong_headings_are_named(small: Path) -> None:
    (small / "facts.csv").unlink()
    text = (small / "prices.csv").read_text(encoding="utf-8")
    (small / "prices.csv").write_text(text.replace("input_per_mtok", "input", 1), encoding="utf-8")
    found = {(f.file, f.column) for f in checks.check(small, TODAY)}
    assert found == {("facts.csv", ""), ("prices.csv", "input_per_mtok"), ("prices.csv", "input")}


def test_columns_in_another_order_are_refused(small: Path) -> None:
    (small / "aliases.csv").write_text("alias,kind,id,valid_from,valid_to,as_of,source_id\n", encoding="utf-8")
    assert any("another order" in f.message for f in checks.check(small, TODAY))


def test_a_row_of_wrong_length_and_an_open_quote_are_found(small: Path) -> None:
    path = small / "providers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text + "short,row\n", encoding="utf-8")
    assert [(f.row, f.message[:12]) for f in checks.check(small, TODAY)] == [(3, "has 2 cells,")]
    path.write_text(text + '"open,Cloudy', encoding="utf-8")
    assert [f.file for f in checks.check(small, TODAY)] == ["providers.csv"]
    path.write_text("", encoding="utf-8")
    assert "heading is missing" in checks.check(small, TODAY)[0].message


def test_disagreeing_scores_are_pairs_of_lowest_and_highest() -> None:
    catalog = tables.Catalog(rows=small_rows())
    score = catalog.rows["reported_scores"][0]
    for value, who in (("0.66", "b"), ("0.70", "c"), ("0.615", "d")):
        catalog.rows["reported_scores"].append({**score, "score": value, "reported_by": who})
    assert [(a["score"], b["score"]) for a, b in checks.disagreements(catalog)] == [("0.61", "0.70")]


def test_a_catalog_that_does_not_pass_is_refused_with_its_places(small: Path) -> None:
    checks.require_sound(small, TODAY)
    broken(small, "prices", 0, currency="DOLLAR")
    with pytest.raises(BadInput, match=r"prices\.csv, row 3, column currency"):
        checks.require_sound(small, TODAY)
