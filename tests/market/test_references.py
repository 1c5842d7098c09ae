"""What likeness is held against, from a database: another agent, a second run, trials, and the answers given."""

from __future__ import annotations

import numpy as np
import pytest

from harness.interchange.importing import import_path
from harness.market.alike.boards import boards
from harness.market.alike.item_likeness import item_likeness
from harness.market.alike.references import same_answers, self_likeness
from harness.store.reader import Reader
from harness.store.rebuild import rebuild
from tests.store.conftest import make_catalog

ITEMS = 40
MAPPING = """
columns: {{model: m, item: i, value: v, agent: g, answer: x}}
constants: {{benchmark: fix, source: {source}, repository: acme/toy, date: 2026-01-02}}
metric: resolved
"""
TRIED = """
columns: {model: m, item: i, value: v, tries: n}
constants: {benchmark: fix-tried, agent: Hands, source: Toy, repository: acme/toy, date: 2026-01-02}
metric: item_score
"""


def given() -> dict[tuple[str, str, str], list[int]]:
    """Right and wrong by file, model and agent."""
    rng = np.random.default_rng(3)
    out = {("one", name, "Hands"): (rng.random(ITEMS) < 0.6).astype(int).tolist()
           for name in ("acme/one", "acme-two", "bigco-max")}  # fmt: skip
    out["one", "acme/one", "Feet"] = [1 - v if i % 4 == 0 else v for i, v in enumerate(out["one", "acme/one", "Hands"])]
    out["two", "acme-one", "Hands"] = [
        1 - v if i % 8 == 0 else v for i, v in enumerate(out["one", "acme/one", "Hands"])
    ]
    return out


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    folder = tmp_path_factory.mktemp("references")
    for file in ("one", "two"):
        rows = ["m,i,v,g,x"]
        for (where, model, agent), values in given().items():
            if where == file:
                rows += [f"{model},t{i},{v},{agent},{'right' if v else f'w{i % 2}'}" for i, v in enumerate(values)]
        (folder / f"{file}.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
        mapping = MAPPING.format(source="Toy" if file == "one" else "Toy elsewhere")
        (folder / f"{file}.yaml").write_text(mapping, encoding="utf-8")
        import_path(folder / f"{file}.csv", runs_dir=folder / "runs", mapping=folder / f"{file}.yaml")
    rows = ["m,i,v,n", *(f"acme-one,t{i},{i % 3 / 2},2" for i in range(ITEMS))]
    (folder / "tried.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "tried.yaml").write_text(TRIED, encoding="utf-8")
    import_path(folder / "tried.csv", runs_dir=folder / "runs", mapping=folder / "tried.yaml")
    (folder / "public").mkdir()
    rebuild(folder / "land.duckdb", make_catalog(folder / "catalog"), folder / "public", folder / "runs")
    return Reader(folder / "land.duckdb")


def test_one_model_under_two_agents_run_again_and_tried_again(reader: Reader) -> None:
    measured = item_likeness(reader, ["fix"], [])
    likeness = self_likeness(reader, measured)
    found = likeness.pairs
    assert list(zip(found["kind"], found["a"], found["b"], strict=True)) == [
        ("trials", "acme/one", "acme/one"),
        ("other_agent", "acme/one", "acme/one · Feet"),
        ("repeated", "acme/one", "acme-one · Hands"),
    ]
    outcomes = given()
    here, there = outcomes["one", "acme/one", "Hands"], outcomes["one", "acme/one", "Feet"]
    p, q = sum(here) / ITEMS, sum(there) / ITEMS
    chance = p * q + (1 - p) * (1 - q)
    agreed = sum(x == y for x, y in zip(here, there, strict=True)) / ITEMS
    row = found.set_index("kind").loc["other_agent"]
    assert (row["items"], row["kappa"]) == (ITEMS, pytest.approx((agreed - chance) / (1 - chance)))
    # two tries of 0, 1 and 2 successes by turns agree on two of three items
    share = np.array([i % 3 / 2 for i in range(ITEMS)])
    chance = share.mean() ** 2 + (1 - share.mean()) ** 2
    tried = found.set_index("kind").loc["trials"]
    assert tried["kappa"] == pytest.approx(((share != 0.5).mean() - chance) / (1 - chance))
    levels = likeness.levels.set_index(["kind", "measure"])["mean"]
    assert levels["repeated", "kappa"] == found.set_index("kind").loc["repeated", "kappa"]


def test_only_what_is_asked_for_is_held_against(reader: Reader) -> None:
    measured = item_likeness(reader, ["fix"], ["acme-two", "bigco-max"])
    found = self_likeness(reader, measured).pairs
    assert found.empty and list(found)[0] == "benchmark"


def test_answers_are_compared_where_they_are_known(reader: Reader) -> None:
    answers = same_answers(reader, item_likeness(reader, ["fix"], []))
    assert answers is not None
    outcomes = given()
    one, two = outcomes["one", "acme/one", "Hands"], outcomes["one", "bigco-max", "Hands"]
    row = answers.pairs.set_index(["a", "b"]).loc[("acme/one", "bigco-max")]
    assert row["both_wrong"] == sum(not x and not y for x, y in zip(one, two, strict=True)) and row["same_wrong"] == 1
    assert answers.pairs["same_vendor"].tolist() == [True, False, False]


def test_a_board_has_two_models_at_least(reader: Reader) -> None:
    """One model under two names is no board."""
    assert [(board.task, board.agent, len(board.runs)) for board in boards(reader)] == [("fix", "Hands", 3)]
