"""One number's evidence on a catalog whose sources disagree: the number shown, the others, their difference, their sources."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from harness.analysis.scale.fit import fit_reported
from harness.market.evidence import points_sources, price_sources, score_sources, task_cost_sources, vendor_sources
from harness.market.evidence.reference import KINDS, Reference, digest, read
from harness.market.evidence.sources import BESIDE, SAME, Evidence
from harness.market.prices.list_prices import list_prices, offers
from harness.market.prices.task_costs import task_costs
from harness.market.products import scores
from harness.store.reader import Database, Reader
from tests.market import published_scores
from tests.market.evidence import disputed_catalog


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    path = tmp_path_factory.mktemp("disputed") / "land.duckdb"
    disputed_catalog.build(path)
    return Database(path).current()


def named(text: str) -> Reference:
    reference = read(text)
    assert reference is not None
    return reference


def told(found: Evidence, group: str) -> list[tuple[Any, Any, Any]]:
    """Value, difference and source of the rows of a group."""
    rows = found.others(group)
    return list(zip(rows["value"], rows["difference"], rows["source"], strict=True))


def test_a_score_is_the_one_that_its_page_shows_and_the_maker_disagrees(catalog: Reader) -> None:
    found = score_sources.score(catalog, named("score:alpha:quiz"))
    assert found is not None
    page = scores.scores(scores.newest_scores(catalog), "alpha").set_index("benchmark_id").loc["quiz"]
    assert found.shown["value"] == page["score"] == 0.74
    assert {key: found.shown[key] for key in ("source", "url", "publisher", "set_up_by", "edition", "setting", "evidence")} == {
        "source": "A board of tests", "url": "https://example.org/board", "publisher": "Board", "set_up_by": "board",
        "edition": "2", "setting": "0-shot", "evidence": "primary",
    }  # fmt: skip
    assert str(found.shown["as_of"])[:10] == "2026-03-01" and str(found.shown["retrieved"])[:10] == "2026-03-03"
    assert found.of["model"] == "Alpha"
    assert told(found, SAME) == [(0.80, pytest.approx(0.06), "The card of Alpha")]
    [(value, gap, _)] = told(found, BESIDE)
    assert value == 0.91 and gap != gap, "another set-up does not compare"


def test_every_report_opens_itself(catalog: Reader) -> None:
    rows = catalog.frame("reported")
    for reference, score in zip(score_sources.references(rows), rows["score"], strict=True):
        found = score_sources.score(catalog, named(reference))
        assert found is not None and found.shown["value"] == score


def test_a_list_price_is_beside_every_other_seller_and_its_past(catalog: Reader) -> None:
    found = price_sources.price(catalog, named("price:alpha"))
    assert found is not None
    assert found.shown["value"] == float(list_prices(catalog)["blended_per_mtok"].iloc[0]) == (3 * 2 + 10) / 4
    assert (found.shown["input_per_mtok"], found.shown["output_per_mtok"], found.shown["provider"]) == (
        2,
        10,
        "Maker API",
    )
    rows = found.others(SAME)
    assert list(zip(rows["provider"], rows["value"], rows["difference"], rows["remark"], strict=True)) == [
        ("Cloudy", 6.0, 2.0, ""), ("Cheapo", 0.625, 0.625 - 4, price_sources.CHEAP),
    ]  # fmt: skip
    assert told(found, BESIDE) == [(5.0, pytest.approx(float("nan"), nan_ok=True), "An older sheet")]


def test_every_offer_opens_itself(catalog: Reader) -> None:
    rows = offers(catalog)
    for reference, price in zip(price_sources.references(rows), rows["blended_per_mtok"], strict=True):
        found = price_sources.price(catalog, named(reference))
        assert found is not None and found.shown["value"] == price and len(found.others(SAME)) == len(rows) - 1


def test_a_cost_of_a_task_is_beside_what_others_report(catalog: Reader) -> None:
    found = task_cost_sources.cost(catalog, named("cost:alpha:quiz"))
    assert found is not None
    assert (found.shown["value"], found.shown["effort"], found.shown["source"]) == (0.30, "high", "A board of tests")
    assert told(found, SAME) == [
        (0.45, pytest.approx(0.15), "A newspaper"),
        (0.10, pytest.approx(float("nan"), nan_ok=True), "A board of tests"),  # at a lower effort: no disagreement
    ]
    rows = task_costs(catalog)
    for reference, cost in zip(task_cost_sources.references(rows), rows["cost"], strict=True):
        one = task_cost_sources.cost(catalog, named(reference))
        assert one is not None and one.shown["value"] == cost and len(one.others(SAME)) == 2


def test_two_sources_of_one_year_disagree_and_another_year_does_not(catalog: Reader) -> None:
    rows = catalog.frame("facts", vendor_id="maker")
    revenues = dict(zip(rows["value"], vendor_sources.fact_references(rows), strict=True))
    found = vendor_sources.fact(catalog, named(revenues["140"]))
    assert found is not None and found.shown["value"] == 140 and found.shown["note"] == "year 2025, as leaked"
    assert told(found, SAME) == [(100, -40, "The card of Alpha")]
    assert [row[0] for row in told(found, BESIDE)] == [60]
    words = vendor_sources.fact(catalog, named(revenues["finance"]))
    assert words is not None and words.shown["text"] == "finance" and len(words.rows) == 1


def test_an_input_of_a_standing_leads_back_to_the_facts(catalog: Reader) -> None:
    row = {"vendor_id": "maker", "dimension": "capital", "input": "revenue", "value": 140.0, "unit": "USD", "origin": "fact",
           "as_of": pd.Timestamp("2025-12-31"), "source_id": "press", "stated": 140.0, "stated_unit": "USD", "note": "leaked",
           "group_id": None}  # fmt: skip
    counted = row | {"input": "domains", "value": 1.0, "unit": "domains", "source_id": "own, press", "stated": None}
    inputs = pd.DataFrame([row, counted])
    found = vendor_sources.figure(catalog, inputs, named("input:maker:revenue"))
    assert found is not None and found.shown["value"] == 140 and found.shown["source"] == "A newspaper"
    assert told(found, SAME) == [(100, -40, "The card of Alpha")]
    assert [row[0] for row in told(found, BESIDE)] == [60]
    found = vendor_sources.figure(catalog, inputs, named("input:maker:domains"))
    assert found is not None and found.shown["source"] == "The card of Alpha"
    assert list(found.others(SAME)["source"]) == ["A newspaper"] and found.others(SAME)["value"].isna().all()


def test_a_stake_is_beside_the_other_report_of_it(catalog: Reader) -> None:
    rows = catalog.frame("relations", vendor_id="maker")
    references = dict(zip(rows["amount"], vendor_sources.relation_references(rows), strict=True))
    found = vendor_sources.relation(catalog, named(references[4e9]))
    assert found is not None and found.shown["value"] == 4e9 and found.shown["source"] == "A newspaper"
    assert told(found, SAME) == [(5e9, 1e9, "The card of Alpha")]
    assert list(found.others(BESIDE)["text"]) == ["partnered"]
    everywhere = catalog.frame("relation_amounts")
    assert sorted(vendor_sources.relation_references(everywhere)) == sorted(vendor_sources.relation_references(rows))


@pytest.mark.parametrize(
    "text", ["score:nobody:quiz", "score:alpha:riddles", "score:alpha:quiz:00000000", "price:nobody", "offer:alpha:00000000",
             "cost:alpha:riddles", "fact:maker:staff", "fact:maker:revenue:00000000", "relation:giant:maker:acquired"],
)  # fmt: skip
def test_what_is_not_there_is_none(catalog: Reader, text: str) -> None:
    reference = named(text)
    of = {"score": score_sources.score, "price": price_sources.price, "offer": price_sources.price,
          "cost": task_cost_sources.cost, "fact": vendor_sources.fact, "relation": vendor_sources.relation}  # fmt: skip
    assert of[reference.kind](catalog, reference) is None


@pytest.mark.parametrize(
    "text", ["", "score", "score:alpha", "score:a:b:c:d", "score::quiz", "nonsense:alpha", "points:", ":" * 400]
)
def test_an_address_of_no_number_is_refused(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_reference_survives_the_address(kind: str) -> None:
    for row in ("",) if kind == "input" else ("", "0123abcd"):
        reference = Reference(kind, tuple(f"part-{n}" for n in range(len(KINDS[kind]))), row)
        assert read(str(reference)) == reference


def test_an_inputs_key_may_hold_a_colon() -> None:
    assert read("input:maker:measured_index:core") == Reference("input", ("maker", "measured_index:core"))


def test_points_rest_on_the_scores_that_the_scale_holds(tmp_path: Path) -> None:
    file = published_scores.build(tmp_path / "land.duckdb")
    with duckdb.connect(str(file)) as con:
        truth = con.execute(
            "SELECT benchmark_id, avg(score) FROM (SELECT benchmark_id, source_id, avg(score) AS score FROM reported_score "
            "WHERE model_id = $m GROUP BY ALL) GROUP BY ALL", {"m": published_scores.HIGH},
        ).fetchall()  # fmt: skip
    catalog = Database(file).current()
    fit = fit_reported(catalog.frame("reported"))
    assert fit is not None
    found = points_sources.points(catalog, fit, named(f"points:{published_scores.HIGH}"))
    assert found is not None and found.shown["value"] == pytest.approx(150) and pd.isna(found.shown["source"])
    listed = found.others(BESIDE).set_index("benchmark_id")
    assert set(listed.index) <= {id for id, _ in truth} and len(listed) >= 5
    assert all(listed.loc[id, "value"] == pytest.approx(score) for id, score in truth if id in listed.index)
    assert abs(float(listed["difference"].mean())) < 0.05, "residuals of a fit lie around nothing"
    assert points_sources.points(catalog, fit, named("points:nobody")) is None
    assert points_sources.points(catalog, None, named("points:m01")) is None


def test_a_digest_knows_no_difference_between_kinds_of_missing_and_of_days() -> None:
    one = digest({"a": None, "day": pd.Timestamp("2026-01-02"), "n": 1.5}, ("a", "day", "n"))
    assert one == digest({"a": float("nan"), "day": "2026-01-02", "n": 1.5}, ("a", "day", "n"))
    assert one != digest({"a": None, "day": "2026-01-02", "n": 1.6}, ("a", "day", "n"))
