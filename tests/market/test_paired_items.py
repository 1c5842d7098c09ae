"""Two products item by item, against counts by hand."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from harness.errors import MissingData
from harness.market.alike.boards import Board, boards
from harness.market.alike.item_likeness import item_likeness
from harness.market.alike.item_links import item_link
from harness.market.alike.paired_items import (
    PARTS,
    adjusted,
    items_of,
    of_part,
    paired_items,
    runs_of,
    shared_boards,
    standing_for,
)
from harness.market.alike.products import leaders, meant, other_names, product_ids, products
from harness.store.migrations import migrate
from harness.store.reader import Reader
from tests.market import item_boards as truth

NO_SCALE = pd.DataFrame()


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    return Reader(truth.build(tmp_path_factory.mktemp("pairs")))


def run(board: Board, product: str) -> str:
    return str(runs_of(board, product, {})["run_id"].iloc[0])


def test_boards_of_another_agent_are_not_pooled(reader: Reader) -> None:
    known, ids = boards(reader), product_ids(reader)
    shared = [(b.task, b.agent) for b in shared_boards(known, ["acme-one", "acme-two"], ids)]
    assert shared == [("fix", "Hands"), ("test", "Hands"), ("fix", "Other")]
    assert [b.agent for b in shared_boards(known, ["acme-one", "bigco-max"], ids)] == ["Hands", "Hands"]
    assert shared_boards(known, ["acme-one", "no-such"], ids) == []


def test_a_pair_is_counted_paired_and_priced(reader: Reader) -> None:
    board, given = boards(reader)[0], truth.answers()
    one, two = given["acme-two"], given["bigco-max"]
    pair = paired_items(reader, board, run(board, "acme-two"), run(board, "bigco-max"))
    cells = [(x, y) for x, y in zip(one, two, strict=True)]
    assert (pair.both, pair.only_a, pair.only_b, pair.neither) == tuple(
        map(cells.count, [(1, 1), (1, 0), (0, 1), (0, 0)])
    )
    gaps = pd.Series(one) - pd.Series(two)
    assert pair.difference.difference == pytest.approx(gaps.mean())
    assert pair.difference.stderr == pytest.approx(gaps.std(ddof=1) / math.sqrt(truth.ITEMS))
    paid = sum(1 + i / 10 for i in range(truth.ITEMS))
    costs = pair.costs.set_index("model")["per_solved"]
    assert costs["acme-two"] == pytest.approx(paid / sum(one)) and costs["bigco-max"] == pytest.approx(80 / sum(two))
    assert pair.ratio is not None and pair.ratio.ratio == pytest.approx(costs["acme-two"] / costs["bigco-max"])
    alike = item_likeness(reader, ["fix"], []).likeness.pairs.set_index(["a", "b"]).loc[("acme-two", "bigco-max")]
    assert (pair.kappa, pair.residual) == (pytest.approx(alike["kappa"]), pytest.approx(alike["residual"]))
    assert adjusted([pair, pair]) == pytest.approx([min(1, 2 * pair.difference.p_value)] * 2)


def test_the_run_of_the_highest_effort_stands_for_a_product() -> None:
    rows = [("low", '{"effort": "low"}', "2026-03-01"), ("high", '{"effort":"high"}', "2026-01-01"),
            ("served", '{"effort":"default"}', "2026-05-01"), ("served-too", None, "2026-04-01"), ("other", None, "2026-06-01")]  # fmt: skip
    runs = pd.DataFrame(rows, columns=["label", "source", "sealed"]).assign(
        run_id=lambda f: f["label"], model=lambda f: f["label"], model_id=["m-snapshot", "m", "m", "m", "n"]
    )
    order = standing_for(runs, "m", {"m-snapshot": "m"})["run_id"].tolist()
    assert order == ["high", "served", "served-too", "low"]  # a run as it is served thinks more than one at low
    assert standing_for(runs, "low", {})["run_id"].tolist() == ["low"]  # a label means its run alone


def test_an_unknown_cost_is_no_cost(reader: Reader) -> None:
    board = boards(reader)[0]
    pair = paired_items(reader, board, run(board, "acme-one"), run(board, "nobody/else"))
    assert pair.ratio is None and pair.costs["per_solved"].notna().tolist() == [True, False]
    assert pair.items["cost_b"].isna().all() and pair.items["cost_a"].eq(0.5).all()


def test_items_have_their_names_and_fall_into_parts(reader: Reader) -> None:
    board, given = boards(reader)[0], truth.answers()
    items = items_of(reader, board, [run(board, "acme-one"), run(board, "bigco-max"), run(board, "acme-two")])
    named = items.set_index("name")
    for letter, model in zip("abc", ("acme/one", "bigco-max", "acme-two"), strict=True):
        assert [named.loc[f"t{i}", f"value_{letter}"] for i in range(truth.ITEMS)] == given[model]
    sizes = {part: len(of_part(items, part)) for part in PARTS}
    assert sizes["differ"] == sizes["only_a"] + sizes["only_b"] > 0
    assert sum(sizes.values()) - sizes["differ"] == truth.ITEMS


def test_runs_without_a_common_item_are_no_pair(reader: Reader) -> None:
    board, other = boards(reader)[:2]
    stranger = other.runs.iloc[:1].assign(label="stranger")  # answers to another benchmark
    mixed = dataclasses.replace(board, runs=pd.concat([board.runs, stranger], ignore_index=True))
    with pytest.raises(MissingData, match="stranger share no item of fix"):
        paired_items(reader, mixed, run(board, "bigco-max"), str(stranger["run_id"].iloc[0]))


def test_products_are_found_by_any_name(reader: Reader) -> None:
    rows = products(reader, NO_SCALE)
    assert set(rows["id"]) == {"acme-one", "acme-two", "bigco-max", "nobody/else"} and not rows["ranked"].any()
    names = dict(zip(rows["id"], rows["name"], strict=True))
    assert meant([names["acme-two"].upper(), "acme/one", "nobody", "nobody/else", "acme-one"], rows, other_names(reader)) == [
        "acme-two", "acme-one", "nobody/else"
    ]  # fmt: skip


def test_the_two_best_that_share_items_come_first(reader: Reader) -> None:
    known, ids = boards(reader), product_ids(reader)
    scale = pd.DataFrame({"model_id": ["without-items", "bigco-max", "acme-two"], "model": ["No", "Max", "Two"]})
    rows = products(reader, scale)
    assert list(rows["id"])[:3] == list(scale["model_id"]) and not rows["items"].iloc[0]
    assert leaders(rows, known, ids) == ("bigco-max", "acme-two")
    assert leaders(rows, [], ids) == ("without-items", "bigco-max")
    assert leaders(rows.head(1), known, ids) is None and leaders(rows.head(0), known, ids) is None


@pytest.mark.parametrize(
    ("task", "name", "link"),
    [
        ("swe-bench-verified-openhands", "django__django-12345", "https://github.com/django/django/pull/12345"),
        ("swt-bench", "scikit-learn__scikit-learn-10297", "https://github.com/scikit-learn/scikit-learn/pull/10297"),
        ("swe-bench-multimodal-solvable", "chartjs__Chart.js-7951", "https://github.com/chartjs/Chart.js/pull/7951"),
        ("multi-swe-bench-go", "cli__cli-123", "https://github.com/cli/cli/pull/123"),
        ("swe-bench-x", "acme__my__tools-1", "https://github.com/acme/my__tools/pull/1"),
        (
            "swe-bench-x",
            "a.b__c-1",
            None,
        ),  # GitHub's owners have letters, digits and hyphens, the first of them no hyphen
        ("swe-bench-x", "-a__b-1", None),
        ("swe-bench-x", "a text", None),
        ("gaia", "django__django-12345", None),  # no benchmark of pull requests
        ("swe-bench-verified", "https://evil.example/x__y-1", None),
        ("swt-bench", None, None),
    ],
)
def test_an_item_links_to_its_pull_request(task: str, name: str | None, link: str | None) -> None:
    assert item_link(task, name) == link


def test_items_are_the_same_where_their_hash_is_whatever_their_number(tmp_path: Path) -> None:
    rows = [
        ("a", 0, 10, 1.0),
        ("a", 1, 11, 0.0),
        ("a", 2, 11, 1.0),
        ("b", 0, 11, 0.0),
        ("b", 1, 11, 0.5),
        ("b", 2, 12, 1.0),
    ]
    with duckdb.connect(str(tmp_path / "land.duckdb")) as con:
        migrate(con)
        con.execute(
            "INSERT INTO task BY NAME SELECT 's' AS suite, '1' AS suite_version, 't' AS task, 'qa' AS kind, 'acc' AS headline_metric, "
            "'none' AS headline_filter, true AS higher_is_better"
        )
        for name in "ab":
            con.execute(
                "INSERT INTO run BY NAME SELECT $name AS run_id, $name AS model, 's' AS suite, '1' AS suite_version, 'x' AS engine, "
                "'imported' AS origin, now()::TIMESTAMP AS sealed, 'h' AS plan_hash, false AS partial, true AS valid, '{}' AS manifest",
                {"name": name},
            )
        con.executemany(
            "INSERT INTO outcome BY NAME SELECT $1 AS run_id, 't' AS task, $2 AS item, $3 AS doc_hash, 'acc' AS metric, 'none' AS filter, "
            "$4 AS value", rows,
        )  # fmt: skip
    shared = Reader(tmp_path / "land.duckdb").frame("paired_items", run_ids=["a", "b"], task="t")
    found = shared.pivot(index=["item", "doc_hash", "copy"], columns="run_id", values="value").reset_index()
    assert found.to_numpy().tolist() == [[1, 11, 1, 0.0, 0.0], [2, 11, 2, 1.0, 0.5]]  # the second copy of document 11
