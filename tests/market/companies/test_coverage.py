"""Coverage of companies by hand, the searches that were kept, and what the shipped catalog promises."""

from __future__ import annotations

import csv
from datetime import date
from typing import Any

import pandas as pd
import pytest

from harness import places
from harness.errors import BadInput
from harness.market.companies import coverage, fronts, searches
from harness.market.companies.searches import Search
from tests.catalog.test_filled import FOUNDING

KNOWN = pd.DataFrame(
    [
        ("v", "staff", 2, "2026-11-01"),
        ("v", "revenue", 1, "2020-12-31"),
        ("group", "valuation", 1, "2026-06-30"),
        ("v", "listing", 1, "2026-01-01"),
        ("w", "users", 1, "2024-11-02"),
        ("w", "monthly_users", 3, "2024-10-31"),
        ("w", "domain", 1, "2024-10-31"),
    ],
    columns=["vendor_id", "key", "facts", "newest"],
).assign(newest=lambda rows: pd.to_datetime(rows["newest"]))


def search(vendor: str, what: str, after: date | None = None) -> Search:
    return Search(vendor, what, after, date(2026, 11, 2), ("press",), ("媒体",), "nothing", "未见")


def states(*looked: Search) -> pd.DataFrame:
    return coverage.measures(KNOWN, ["v", "w"], parents={"v": "group"}, searches=looked)


def cell(frame: pd.DataFrame, vendor: str, key: str, column: str = "measure") -> dict[Any, Any]:
    rows = frame[(frame["vendor_id"] == vendor) & (frame[column] == key)].to_dict("records")
    assert len(rows) == 1
    return rows[0]


def test_a_measure_is_fresh_old_searched_or_empty() -> None:
    found = states(search("v", "researchers"), search("w", "capital"))
    assert [cell(found, "v", key)["state"] for key in ("staff", "revenue", "researchers", "notable_authors")] == [
        "fresh", "old", "searched", "empty",
    ]  # fmt: skip
    assert {cell(found, "w", key)["state"] for key in ("valuation", "revenue", "rnd_spend")} == {"searched"}


def test_the_newest_of_several_keys_counts_and_two_years_to_the_day_are_not_old() -> None:
    users = cell(states(), "w", "monthly_users")
    assert (users["facts"], users["newest"], users["state"]) == (4, pd.Timestamp("2024-11-02"), "fresh")
    assert cell(states(), "w", "domain")["state"] == "old"


def test_a_subsidiary_has_its_groups_value_and_a_listed_company_needs_no_round() -> None:
    found = states()
    assert (cell(found, "v", "valuation")["state"], cell(found, "v", "valuation")["group_id"]) == ("fresh", "group")
    assert pd.isna(cell(found, "v", "revenue")["group_id"])
    assert "funding_round" not in set(found.loc[found["vendor_id"] == "v", "measure"])
    assert cell(found, "w", "funding_round")["state"] == "empty"


def test_a_front_is_as_well_off_as_its_best_measure() -> None:
    found = coverage.fronts(states(search("v", "data"), search("w", "staff"), search("v", "capex")))
    talent, capital = cell(found, "v", "talent", "front"), cell(found, "v", "capital", "front")
    assert (talent["state"], talent["known"], talent["of"]) == ("fresh", 1, 3)
    assert (capital["state"], capital["known"], capital["of"]) == ("fresh", 2, 3)
    assert [cell(found, v, f, "front")["state"] for v, f in (("v", "data"), ("w", "talent"), ("w", "data"))] == [
        "searched", "searched", "empty",
    ]  # fmt: skip


def test_gaps_are_all_but_the_fresh_and_the_figures_whose_newer_one_was_sought() -> None:
    rows = coverage.gaps(states(search("v", "staff", date(2026, 11, 1)), search("v", "capex")))
    gaps = set(zip(rows["vendor_id"], rows["measure"], strict=True))
    assert {("v", "staff"), ("v", "capex"), ("v", "revenue"), ("w", "domain")} <= gaps
    assert not gaps & {("v", "valuation"), ("w", "monthly_users")}
    assert list(rows["state"].drop_duplicates()) == ["empty", "searched", "old", "fresh"]


def test_a_search_is_stale_once_its_fact_came_in() -> None:
    looked = [search("v", "staff"), search("v", "staff", date(2026, 10, 31)), search("v", "staff", date(2026, 11, 1)),
              search("v", "valuation"), search("w", "application"), search("w", "data"), search("v", "talent")]  # fmt: skip
    stale = searches.stale(looked, states())
    assert [(s.vendor_id, s.what, s.after) for s in stale] == [
        ("v", "staff", None), ("v", "staff", date(2026, 10, 31)), ("w", "application", None), ("v", "talent", None),
    ]  # fmt: skip


TEXT = """
[place]
press = { en = "press", zh = "媒体" }
[[search]]
vendors = ["v", "w"]
what = "staff"
where = ["press"]
day = 2026-11-02
result = { en = "nothing", zh = "未见" }
"""


def test_a_search_reads_as_one_a_vendor() -> None:
    assert searches.read_searches(TEXT) == (search("v", "staff"), search("w", "staff"))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"staff"', '"shoe_size"', "shoe_size is no front"),
        ('["press"]', '["moon"]', "moon is no place"),
        ("day = 2026-11-02", 'day = "yesterday"', "day is the day"),
        ("day = 2026-11-02", "", "lacks day"),
        (', zh = "未见"', "", "a text en and a text zh"),
        ('vendors = ["v", "w"]', 'vendors = ["v", "v"]', "v, staff: stands twice"),
        ('what = "staff"', 'what = "talent"\nafter = 2026-01-01', "after is a day, and of one measure"),
    ],
)
def test_an_entry_that_says_nothing_clear_is_refused(old: str, new: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        searches.read_searches(TEXT.replace(old, new))


def test_the_largest_others_come_by_value_then_revenue() -> None:
    rows = [("a", "valuation", 5.0, None), ("a", "revenue", 1.0, None), ("b", "revenue", 9.0, None), ("c", "valuation", 7.0, "a"),
            ("d", "revenue", 10.0, None), ("baidu", "valuation", 99.0, None), ("e", "staff", 99.0, None)]  # fmt: skip
    inputs = pd.DataFrame(rows, columns=["vendor_id", "input", "value", "group_id"])
    assert fronts.largest_others(inputs) == ["a", "d", "b"]


def test_the_named_vendors_are_those_of_the_founding_documents() -> None:
    assert set(fronts.NAMED) == set(FOUNDING) and len(fronts.NAMED) == len(FOUNDING)


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> tuple[pd.DataFrame, list[str]]:
    """Measures of every vendor of the shipped catalog, and the vendors of the promise."""
    from harness.analysis.scale.fit import fit_reported
    from harness.market.positions import position_inputs
    from harness.market.scale_board import scale_board
    from harness.store.reader import Reader
    from harness.store.rebuild import rebuild

    folder = tmp_path_factory.mktemp("companies")
    rebuild(folder / "land.duckdb", places.packaged_catalog(), folder / "public", folder / "runs")
    reader = Reader(folder / "land.duckdb")
    fit = fit_reported(reader.frame("reported"))
    assert fit is not None
    inputs = position_inputs(reader, scale_board(reader, fit))
    vendors = reader.frame("vendors")
    owned = vendors.dropna(subset=["parent_id"])
    parents = dict(zip(owned["vendor_id"], owned["parent_id"], strict=True))
    known = coverage.known_facts(reader, inputs)
    return coverage.measures(known, list(vendors["vendor_id"]), parents=parents), coverage.promised(inputs)


def test_each_front_of_the_promised_vendors_is_known_or_was_searched(shipped: tuple[pd.DataFrame, list[str]]) -> None:
    found, promised = shipped
    assert len(promised) == len(set(promised)) == len(FOUNDING) + 30
    rows = coverage.fronts(found[found["vendor_id"].isin(promised)])
    assert len(rows) == len(promised) * len(fronts.FRONTS)
    assert rows.loc[rows["state"] == "empty", ["vendor_id", "front"]].to_dict("records") == []


def test_no_kept_search_is_stale_and_each_is_of_a_vendor(shipped: tuple[pd.DataFrame, list[str]]) -> None:
    found, _ = shipped
    assert {s.vendor_id for s in searches.SEARCHES} <= set(found["vendor_id"])
    assert searches.stale(searches.SEARCHES, found) == []


def test_after_is_the_day_of_the_newest_figure_there_is() -> None:
    with (places.packaged_catalog() / "facts.csv").open(encoding="utf-8", newline="") as file:
        facts = list(csv.DictReader(file))
    newest: dict[tuple[str, str], str] = {}
    for row in facts:
        pair = (row["vendor_id"], row["key"])
        newest[pair] = max(row["as_of"], newest.get(pair, ""))
    wrong = [s for s in searches.SEARCHES if s.after and newest.get((s.vendor_id, s.what)) != s.after.isoformat()]
    assert wrong == []
