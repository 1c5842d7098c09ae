"""Portfolios of the models of a board, from a database: partners, cost, names of items, models without a price."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from harness.errors import BadInput, MissingData
from harness.market.alike.buyer import _standing, buyer
from harness.market.alike.item_likeness import ItemLikeness, item_likeness, labels
from harness.store.reader import Reader
from tests.market import priced_items as truth


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(truth.build(tmp_path_factory.mktemp("priced")))


@pytest.fixture(scope="module")
def measured(reader: Reader) -> ItemLikeness:
    return item_likeness(reader, [], [])


def solved(*models: str) -> list[int]:
    return [i for i in range(truth.ITEMS) if any(truth.solves(name, i) for name in models)]


def test_the_best_partner_is_the_one_that_solves_what_the_leader_does_not(
    reader: Reader, measured: ItemLikeness
) -> None:
    found = buyer(reader, measured)
    best = found.partner.best
    assert (found.partner.over, best["partner"], best["models"]) == ("acme/one", "bigco-max", ("bigco-max", "acme/one"))
    assert best["gain"] == pytest.approx(10 / truth.ITEMS) and best["gain_low"] > 0
    failed = truth.ITEMS - len(solved("bigco-max"))
    assert best["cost"] == pytest.approx(0.1 + failed / truth.ITEMS * 1.0)
    assert best["per_solved"] == pytest.approx((0.1 * truth.ITEMS + failed) / len(solved("acme/one", "bigco-max")))
    assert found.partner.alone == pytest.approx(1.0) and found.partner.shown
    cheapest = found.partner.cheapest
    assert cheapest is not None and cheapest["partner"] == "bigco-max"
    assert found.without_leader is not None and found.without_leader.over == "acme-two"
    assert found.without_leader.best["gain"] == pytest.approx(14 / truth.ITEMS)


def test_all_sizes_are_weighed_against_each_other(reader: Reader, measured: ItemLikeness) -> None:
    found = buyer(reader, measured)
    assert (len(found.singles), len(found.pairs), len(found.triples)) == (4, 6, 4)
    top = found.triples.iloc[0]
    assert top["score"] == pytest.approx(len(solved("acme/one", "bigco-max", "nobody/else")) / truth.ITEMS)
    singles = found.singles.set_index("better")["on_frontier"]
    assert (
        singles["bigco-max"] and not singles["acme/one"]
    )  # max first and one where it fails costs less and solves more
    assert found.routing["score"].iloc[-1] == pytest.approx(51 / truth.ITEMS)
    vote = found.votes.iloc[0]
    assert set(vote["models"]) == {"acme/one", "acme-two", "bigco-max"} and vote["cost"] == pytest.approx(2.1)
    assert vote["score"] == pytest.approx(40 / truth.ITEMS) and vote["gain"] == 0


def test_items_that_nobody_or_one_solves_are_named_and_linked(reader: Reader, measured: ItemLikeness) -> None:
    items = buyer(reader, measured).items
    nobody = items[items["solved_by"] == 0]
    assert sorted(nobody["name"]) == sorted(f"acme__tools-{i + 100}" for i in range(51, 60))
    assert nobody["link"].iloc[0] == f"https://github.com/acme/tools/pull/{nobody['name'].iloc[0].rpartition('-')[2]}"
    only = items[items["only"] == "nobody/else"]
    assert only["name"].tolist() == ["acme__tools-150"]


def test_models_are_left_out_by_name_or_for_want_of_a_price(reader: Reader, measured: ItemLikeness) -> None:
    found = buyer(reader, measured, without=labels(reader, measured, ["one"]), over="acme-two")
    assert found.left_out == ("acme/one",) and found.partner.over == "acme-two" and found.without_leader is None
    priced = buyer(reader, measured, priced=True)
    assert priced.without_price == priced.left_out == ("acme-two", "nobody/else")
    assert found.without_price == priced.without_price and set(priced.answers.models) == {"acme/one", "bigco-max"}
    with pytest.raises(BadInput, match="left out"):
        buyer(reader, measured, without=["acme/one"], over="acme/one")
    with pytest.raises(MissingData, match="takes two"):
        buyer(reader, measured, without=list(truth.MODELS[:3]))


def test_two_models_have_no_triples(reader: Reader) -> None:
    found = buyer(reader, item_likeness(reader, [], ["acme-two", "bigco-max"]))
    assert (
        found.triples.empty
        and found.votes.empty
        and found.best_vote.empty
        and found.routing["size"].tolist() == [1, 2, 2]
    )
    assert found.partner.best["partner"] == "bigco-max" and len(found.vendors) == 1


def test_a_vendor_stands_for_no_other_that_solves_other_tasks(reader: Reader, measured: ItemLikeness) -> None:
    row = buyer(reader, measured).vendors.iloc[0]
    assert {row["a"], row["b"]} == {"acme/one", "bigco-max"}
    assert row["difference"] == pytest.approx(10 / 60) and row["gain"] == pytest.approx(10 / 60)


def test_the_highest_effort_stands_for_a_product_unless_another_is_asked_for() -> None:
    runs = pd.DataFrame(
        [("r1", "o1 (low)", "o1", "low"), ("r2", "o1 (high)", "o1", "high"), ("r3", "lone", None, None)],
        columns=["run_id", "label", "model_id", "effort"],
    ).assign(model="m", sealed=pd.Timestamp("2026-01-01"))
    runs["source"] = [None if e is None else f'{{"effort": "{e}"}}' for e in runs["effort"]]
    measured = SimpleNamespace(boards=[SimpleNamespace(runs=runs)], models=runs[["label"]])
    queries = SimpleNamespace(frame=lambda _: pd.DataFrame({"model_id": ["o1"], "product_id": ["o1"]}))
    assert _standing(queries, measured, None) == {"o1 (high)", "lone"}  # type: ignore[arg-type]
    assert _standing(queries, measured, "o1 (low)") == {"o1 (low)", "lone"}  # type: ignore[arg-type]
