"""One product against the others of its richest board, held against the pairs counted there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.market.alike.boards import boards
from harness.market.products.likeness import likeness_to_others
from harness.store.reader import Reader
from tests.market import item_boards as truth


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(truth.build(tmp_path_factory.mktemp("boards")))


@pytest.mark.parametrize("own", ["acme-two", "bigco-max", "nobody/else"])
def test_accuracies_are_each_ones_own_whichever_way_the_pair_stands(reader: Reader, own: str) -> None:
    found = likeness_to_others(reader, boards(reader), (own,))
    assert found is not None and (found.board.task, found.board.agent) == ("fix", "Hands")
    given = {name: sum(values) / truth.ITEMS for name, values in truth.answers().items()}
    assert set(found.pairs["other"]) == set(given) - {own}
    for row in found.pairs.itertuples():
        assert (row.accuracy, row.accuracy_other, row.items) == (given[own], given[row.other], truth.ITEMS)
        assert row.kappa_low <= row.kappa <= row.kappa_high
    assert found.pairs["residual"].is_monotonic_decreasing


def test_whoever_agrees_on_half_of_the_items_is_the_most_alike(reader: Reader) -> None:
    found = likeness_to_others(reader, boards(reader), ("acme-two",))
    assert found is not None
    first = found.pairs.iloc[0]
    assert first["other"] == "acme/one" and first["same_vendor"]


def test_the_run_of_the_highest_effort_stands_for_a_product_and_its_others_are_no_others(reader: Reader) -> None:
    """Two models of the board as two runs of one product, ``wisp``; by label the one of low effort is the first."""
    efforts = {"acme-two": '{"effort": "low"}', "acme/one": '{"effort": "high"}'}
    known = []
    for board in boards(reader):
        runs = board.runs
        mine = runs["label"].isin(efforts)
        model_ids = (
            runs["model_id"]
            .astype(object)
            .where(~mine, runs["label"].map({"acme-two": "wisp-2nd", "acme/one": "wisp"}))
        )
        sources = runs["source"].astype(object).where(~mine, runs["label"].map(efforts))
        known.append(replace(board, runs=runs.assign(model_id=model_ids, source=sources)))
    found = likeness_to_others(reader, known, ("wisp", "wisp-2nd"))
    assert found is not None and set(found.pairs["other"]) == {"bigco-max", "nobody/else"}
    assert set(found.pairs["accuracy"]) == {sum(truth.answers()["acme/one"]) / truth.ITEMS}


def test_a_model_without_shared_items_is_like_nobody(reader: Reader) -> None:
    assert likeness_to_others(reader, boards(reader), ("stranger",)) is None
    other = [b for b in boards(reader) if b.agent == "Other"]
    assert likeness_to_others(reader, other, ("bigco-max",)) is None
