"""Positioning in a report: places as the index has them, figures in dollars and as stated, releases of a year, what is not known."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from harness.market.companies.figures import valuation_kind
from harness.reports.build import build
from harness.reports.cells import printed
from harness.reports.companies.figure_units import SCALED
from harness.reports.data import Material
from harness.reports.document import Report, Table
from harness.reports.formats.xlsx_book import pattern
from harness.reports.messages import Words
from harness.reports.selection import Choices
from harness.store.reader import Reader

CNY = 0.14
FACTS = f"""
INSERT INTO fx (currency, usd_per_unit, as_of, source_id) VALUES
    ('CNY', {CNY}, DATE '2025-06-01', 'market'), ('CNY', {CNY}, DATE '2026-06-01', 'market');
DELETE FROM fact WHERE vendor_id IN ('borealis', 'delta');
INSERT INTO fact (vendor_id, dimension, key, value, unit, note, as_of, source_id) VALUES
    ('borealis', 'capital', 'revenue', '500000000', 'CNY', 'year 2024', DATE '2025-06-02', 'market'),
    ('borealis', 'capital', 'revenue', '700000000', 'CNY', 'year 2025', DATE '2025-12-31', 'filings'),
    ('borealis', 'capital', 'valuation', '5000000000', 'USD', 'market capitalisation, about', DATE '2026-01-01', 'market'),
    ('borealis', 'business', 'business_model', 'api', NULL, NULL, DATE '2026-01-01', 'market'),
    ('borealis', 'business', 'business_model', 'subscription', NULL, NULL, DATE '2025-01-01', 'filings'),
    ('delta', 'capital', 'revenue_run_rate', '900000000', 'USD', 'April', DATE '2026-04-30', 'market');
INSERT INTO fact (vendor_id, dimension, key, value, unit, as_of, source_id)
    SELECT vendor_id, 'application', 'monthly_users', 1000 * row_number() OVER (ORDER BY vendor_id), 'people', DATE '2026-01-01', 'market'
    FROM vendor WHERE vendor_id <> 'borealis';
INSERT INTO alias (kind, alias, id) VALUES ('family', 'polaris', 'borealis');
INSERT INTO relation (from_id, to_id, kind, amount, currency, as_of, source_id) VALUES
    ('delta', 'borealis', 'invested', 100, 'CNY', DATE '2026-01-01', 'market');
"""


@pytest.fixture(scope="module")
def reader(database: Path, tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("positioning") / "db.duckdb"
    shutil.copy(database, path)
    with duckdb.connect(str(path)) as con:
        con.execute(FACTS)
    return Reader(path)


@pytest.fixture(scope="module", params=["en", "zh"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def both(reader: Reader, language: str) -> Report:
    return build(reader, Choices(("borealis", "delta")), language, "abc", lambda _, __: None)


@pytest.fixture(scope="module")
def alone(reader: Reader, language: str) -> Report:
    return build(reader, Choices(("polaris",)), language, "abc", lambda _, __: None)


def rows(report: Report, key: str) -> list[dict[str, Any]]:
    (found,) = (t for s in report.sections if s.key == "positioning" for t in s.tables if t.key == key)
    return [dict(zip([c.key for c in found.columns], row, strict=True)) for row in found.rows]


def tables(report: Report) -> list[Table]:
    return [t for s in report.sections if s.key == "positioning" for t in s.tables]


def said(report: Report, section: str = "positioning") -> str:
    return " ".join(s.text for part in report.sections if part.key == section for s in part.sentences)


def test_ranks_are_those_of_the_index(both: Report, reader: Reader, language: str) -> None:
    places = Material(reader, Choices()).dimensions.set_index(["vendor_id", "dimension"])
    table = rows(both, "dimensions")
    words = Words(language)
    for row, dimension in zip(
        table, ("overall", "rnd", "application", "business", "ecosystem", "capital"), strict=True
    ):
        for vendor in ("borealis", "delta"):
            own = places.loc[(vendor, dimension)]
            ends = [f"{own[k]:.0f}" for k in ("rank", "rank_low", "rank_high") if own["placed"]]
            assert re.findall(r"\d+", row[vendor]) == ends
            assert own["placed"] or row[vendor] == words("place.not_placed")


def test_who_leads_is_said_of_every_dimension_that_places_both(both: Report, reader: Reader, language: str) -> None:
    places = Material(reader, Choices()).dimensions
    (leads,) = (
        s for s in next(p for p in both.sections if p.key == "positioning").sentences if s.key.startswith("place.leads")
    )
    for dimension, part in places[places["vendor_id"].isin(["borealis", "delta"])].groupby("dimension"):
        if dimension != "overall":
            assert (Words(language)(f"col.dim_{dimension}") in leads.text) == bool(part["placed"].all())


def test_money_is_in_dollars_beside_what_its_source_states(both: Report, language: str) -> None:
    words = Words(language)
    by = {(row["vendor"], row["figure_name"]): row for row in rows(both, "facts")}
    own = words.name("Borealis", "北辰智能")
    revenue = by[own, {"en": "Revenue of a full year", "zh": "全年营收"}[language]]
    assert revenue["value"] == pytest.approx(700e6 * CNY / SCALED[language])
    assert revenue["stated"] == {"en": "700 million CNY", "zh": "7 亿元人民币"}[language]
    assert (str(revenue["as_of"]), revenue["source"]) == ("2025-12-31", "Company filings")
    value = by[own, {"en": "Value of the company", "zh": "公司价值"}[language]]
    assert (value["remark"], value["stated"]) == (words("valuation.market_cap"), None)
    other = words.name("Delta Cloud", "三角云")
    assert (
        by[other, {"en": "Revenue of a full year", "zh": "全年营收"}[language]]["value"] is None
    )  # a run rate is no year
    assert by[other, {"en": "Revenue, run rate", "zh": "年化营收"}[language]]["value"] == pytest.approx(
        9e8 / SCALED[language]
    )
    assert by[other, {"en": "Value of the company", "zh": "公司价值"}[language]]["remark"] == words("place.unknown")


def test_what_is_not_known_is_named_for_each(both: Report, language: str) -> None:
    lacks = {"en": "Not known of Borealis: monthly users.", "zh": "北辰智能暂缺的数据：月活跃用户。"}[language]
    assert lacks in said(both)


def test_the_memo_tells_money_with_kind_and_date(both: Report, language: str) -> None:
    text = said(both, "memo")
    parts = {
        "en": ("market capitalisation 5 billion USD (2026-01)", "700 million CNY, or 98.0 million USD", "not known: ",
               "run rate of 900 million USD (2026-04; not a full year)"),
        "zh": ("市值 50 亿美元（2026-01）", "全年营收 7 亿元人民币，合 9,800 万美元（截至 2025-12）", "未知：",
               "年化营收 9 亿美元（2026-04，并非全年）"),
    }[language]  # fmt: skip
    assert all(part in text for part in parts), text


def test_a_vendor_alone_says_its_rank_and_its_year_before_the_rest(
    alone: Report, reader: Reader, language: str
) -> None:
    text = said(alone)
    place = Material(reader, Choices()).dimensions.query("vendor_id == 'borealis' and dimension == 'overall'").iloc[0]
    assert [f"{place[k]:.0f}" for k in ("rank", "rank_low", "rank_high")] == [
        re.findall(
            {"en": r"ranks (\d+)|interval (\d+) to (\d+)", "zh": r"排名第 (\d+)|第 (\d+) 至第 (\d+)"}[language], text
        )[i][g]
        for i, g in ((0, 0), (1, 1), (1, 2))
    ]
    keys = [t.key for t in tables(alone)]
    assert keys.index("releases") < keys.index("compared")
    assert "inputs" in {t.key for s in alone.sections if s.key == "tables" for t in s.tables}
    inside = reader.sql(
        "SELECT name FROM model WHERE vendor_id = 'borealis' AND released > (SELECT max(released) FROM model) - INTERVAL 1 YEAR"
    )
    assert {row["name"] for row in rows(alone, "releases")} == set(inside["name"]) != set()
    assert all(row["output_per_mtok"] > 0 and row["priced"] for row in rows(alone, "releases"))


def test_facts_in_words_are_joined_and_translated(alone: Report, language: str) -> None:
    (row,) = (r for r in rows(alone, "ways") if str(r["as_of"]) == "2026-01-01")
    assert row["told"] == {"en": "API, subscription", "zh": "API 调用、订阅"}[language]


def test_relations_have_dollars_beside_the_stated_amount(alone: Report, language: str) -> None:
    (row,) = (r for r in rows(alone, "relations"))
    assert row["usd"] == pytest.approx(100 * CNY / SCALED[language])
    assert row["stated"] == {"en": "100 CNY", "zh": "100 元人民币"}[language]


@pytest.mark.parametrize(
    ("note", "kind"),
    [
        ("market capitalisation on that day; confidence medium", "market_cap"),
        ("Market value at the end of the first week", "market_cap"),
        ("series C, post-money", "round"),
        ("nearly, after the round", "round"),
        ("at the offer price, fully diluted", "shares"),
        ("employee buyback, over", "shares"),
        ("as reported", "unsaid"),
        (None, "unsaid"),
    ],
)
def test_a_valuations_kind_is_what_its_note_says(note: str | None, kind: str) -> None:
    assert valuation_kind(note) == kind


@pytest.mark.parametrize(
    ("value", "text", "excel"),
    [
        (4.0, "4", "#,##0"),
        (9926000.0, "9,926,000", "#,##0"),
        (0.856, "0.856", "#,##0.000"),
        (3.6e25, "3.60e+25", "0.00E+00"),
    ],
)
def test_a_figure_is_written_whole_where_it_is_whole(value: float, text: str, excel: str) -> None:
    assert (printed(value, "figure"), pattern(value, "figure")) == (text, excel)
