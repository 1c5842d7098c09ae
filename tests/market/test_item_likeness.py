"""Boards of item outcomes and the likeness on them, from a database."""

from __future__ import annotations

import pytest

from harness.errors import BadInput, MissingData
from harness.market.alike.boards import boards, chosen
from harness.market.alike.item_likeness import dimensions, groups, item_likeness, trend
from harness.store.reader import Reader
from tests.market import item_boards as truth


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(truth.build(tmp_path_factory.mktemp("boards")))


def test_boards_are_one_benchmark_and_agent_each_the_richest_first(reader: Reader) -> None:
    known = boards(reader)
    assert [(b.task, b.agent, len(b.runs), b.items) for b in known] == [
        ("fix", "Hands", 4, 40), ("test", "Hands", 4, 30), ("fix", "Other", 2, 40)
    ]  # fmt: skip
    assert [b.rejected for b in known] == [1, 0, 0] and "judged" not in set(known[0].runs["label"])
    assert known[0].richness == 4 * 2 * 40  # one model's vendor is not known
    assert chosen(known, []) == known[:1] and chosen(known, ["test", "fix"]) == [known[1], known[0]]


def test_a_pair_is_counted_on_its_items(reader: Reader) -> None:
    measured = item_likeness(reader, [], [])
    given = truth.answers()
    row = measured.likeness.pairs.set_index(["a", "b"]).loc[("acme-two", "bigco-max")]
    one, two = given["acme-two"], given["bigco-max"]
    assert (row["items"], row["accuracy_a"], row["accuracy_b"]) == (40, sum(one) / 40, sum(two) / 40)
    chance = row["accuracy_a"] * row["accuracy_b"] + (1 - row["accuracy_a"]) * (1 - row["accuracy_b"])
    agreed = sum(x == y for x, y in zip(one, two, strict=True)) / 40
    assert row["kappa"] == pytest.approx((agreed - chance) / (1 - chance))
    same = measured.likeness.pairs.set_index(["a", "b"])["same_vendor"]
    assert same.dropna().to_dict() == {("acme-two", "acme/one"): True, ("acme-two", "bigco-max"): False,
                                       ("acme/one", "bigco-max"): False}  # fmt: skip


def test_a_task_in_two_benchmarks_is_one_cluster(reader: Reader) -> None:
    measured = item_likeness(reader, ["fix", "test"], [])
    assert measured.matrix.correct.shape == (4, 70) and len(set(measured.matrix.clusters)) == 40


def test_groups_trend_and_dimensions_of_what_is_known(reader: Reader) -> None:
    measured = item_likeness(reader, ["fix"], [])
    table = groups(measured).query("measure == 'kappa'").set_index(["by", "group_a", "group_b"])
    pairs = measured.likeness.pairs.set_index(["a", "b"])["kappa"]
    assert table.loc[("vendor", "acme", "acme"), "mean"].item() == pytest.approx(pairs["acme-two", "acme/one"])
    assert table.loc[("country", "CN", "US"), "pairs"].item() == 2
    assert table.loc[("openness", "closed", "open"), "pairs"].item() == 2  # max is closed, one is open, two is closed
    assert trend(measured)["per_year"].isna().all()  # too few models
    assert dimensions(measured).participation_ratio <= 4


def test_a_wrong_name_is_answered_with_what_there_is(reader: Reader) -> None:
    with pytest.raises(MissingData, match="There is fix, test"):
        item_likeness(reader, ["nothing"], [])
    with pytest.raises(BadInput, match="at least two"):
        item_likeness(reader, ["fix"], ["acme/one", "acme-one"])
    with pytest.raises(MissingData, match="judged"):
        item_likeness(reader, ["fix"], ["judged", "acme-two"])


def test_some_models_are_as_alike_as_among_all(reader: Reader) -> None:
    whole, part = item_likeness(reader, ["fix"], []), item_likeness(reader, ["fix"], ["acme/one", "bigco-max"])
    assert part.likeness.models == ("acme/one", "bigco-max") == tuple(part.models["label"])
    row = whole.likeness.pairs.set_index(["a", "b"]).loc[[part.likeness.models]].reset_index()
    columns = ["a", "b", "items", "kappa", "residual", "both_wrong", "same_vendor"]
    assert part.likeness.pairs[columns].equals(row[columns])
    assert groups(part)["models_low"].isna().all()  # one pair: other models, other likeness
    assert dimensions(part).participation_ratio <= 2
