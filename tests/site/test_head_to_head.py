"""The Head to head page: what it opens on, what stands in its URL, what it says of two products."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

from harness.i18n.translator import Translator
from harness.market.alike.boards import boards
from harness.site.head_to_head import pair_boards, pair_on_scale
from harness.store.reader import Reader
from tests.market import item_boards
from tests.site.conftest import Open, table, texts


@pytest.fixture(scope="module")
def itemised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of item outcomes and no capability scale."""
    folder = tmp_path_factory.mktemp("itemised")
    item_boards.build(folder)
    return folder


def test_it_opens_on_the_best_two_that_share_items_and_says_so(site: Open, filled: Path) -> None:
    at = site(filled, "head_to_head")
    assert not at.exception and not at.error and "two best models of the capability scale" in texts(at)
    one, two = (at.selectbox(key=key).value for key in ("head_a", "head_b"))
    shared = boards(Reader(filled / "land.duckdb"))
    assert any({one, two} <= set(board.runs["model_id"]) for board in shared)
    board = site(filled, "capability", origin="Reported").dataframe[0].value  # the first are the best
    assert at.selectbox(key="head_a").options[: len(board)] == list(board["model"])


def test_the_url_holds_ids_and_old_links_with_names_still_open(site: Open, filled: Path) -> None:
    at = site(filled, "head_to_head")
    ids = at.selectbox(key="head_a").options  # labels; the values are ids
    rows = Reader(filled / "land.duckdb").frame("leading_runs")
    old = list(rows.loc[rows["origin"] == "measured", "model"].unique()[:3])
    at = site(filled, "head_to_head", origin="Measured", models=old)
    known = dict(zip(rows["model"], rows["model_id"], strict=True))
    assert [at.selectbox(key="head_a").value, at.selectbox(key="head_b").value] == [known[m] for m in old[:2]]
    assert at.multiselect(key="head_more").value == [known[old[2]]]
    at.selectbox(key="head_b").set_value(known[old[2]]).run()
    assert at.query_params["models"] == [known[old[0]], known[old[2]]] and len(ids) > 10
    at.selectbox(key="head_a").set_value(known[old[2]]).run()  # one product twice: they change places
    assert at.query_params["models"] == [known[old[2]], known[old[0]]]
    assert not site(filled, "head_to_head", models=["gone", old[0]]).exception


def test_every_pair_of_the_chosen_is_compared(site: Open, filled: Path) -> None:
    rows = Reader(filled / "land.duckdb").frame("leading_runs")
    chosen = list(rows.loc[rows["origin"] == "measured", "model_id"].unique()[:3])
    at = site(filled, "head_to_head", models=chosen, view="pairs")
    assert not at.exception and not at.error
    assert len(table(at, "model_a")[["model_a", "model_b"]].drop_duplicates()) == 3


def test_items_are_shown_by_name_with_costs_and_by_who_solves_them(site: Open, itemised: Path) -> None:
    at = site(itemised, "head_to_head", models=["acme-two", "bigco-max"])
    assert not at.exception and not at.error
    given = item_boards.answers()
    differ = {f"t{i}" for i in range(item_boards.ITEMS) if given["acme-two"][i] != given["bigco-max"][i]}
    items = table(at, "called")
    assert set(items["called"]) == differ and items["cost_b"].eq(2.0).all()
    told = texts(at)
    assert "On the same 40 items of fix" in told and "A solved item costs" in told and "Not on the scale" in told
    at.segmented_control(key="solved_by").set_value("both").run()
    both = {f"t{i}" for i in range(item_boards.ITEMS) if given["acme-two"][i] and given["bigco-max"][i]}
    assert set(table(at, "called")["called"]) == both
    boards_shown = table(at, "only_a")
    assert boards_shown["label"].tolist() == ["fix, agent Hands", "test, agent Hands"]  # the other agent is no pair's
    assert boards_shown[["both", "only_a", "only_b", "neither"]].sum(axis=1).tolist() == [40, 30]


def test_it_says_the_same_in_chinese(site: Open, itemised: Path) -> None:
    at = site(itemised, "head_to_head", models=["acme-two", "bigco-max"], lang="中文")
    assert not at.exception and "fix（智能体 Hands）" in texts(at).replace("\\", "")


def test_two_without_shared_items_are_compared_by_what_there_is(site: Open, filled: Path) -> None:
    rows = Reader(filled / "land.duckdb").frame("models")
    closed = list(rows.loc[~rows["open_weights"].astype(bool), "model_id"])
    opened = site(filled, "head_to_head")
    names = dict(zip(rows["model_id"], rows["name"], strict=True))
    ranked = [id for id in closed if names[id] in opened.selectbox(key="head_a").options][:2]
    at = site(filled, "head_to_head", models=ranked)
    assert not at.exception and "No benchmark has single items of both" in texts(at).replace("\\", "")
    assert set(table(at, "blended_per_mtok")["name"]) == {names[id] for id in ranked}


@pytest.mark.parametrize(
    ("wins", "said"),
    [
        ((3, 1), "甲 在 5 项基准中的 3 项上明显解出更多，乙 在 1 项上"),
        ((3, 0), "甲 在 5 项基准中的 3 项上明显解出更多，其余各项的差距在误差范围内"),
        ((0, 3), "乙 在 5 项基准中的 3 项上明显解出更多，其余各项的差距在误差范围内"),
        ((0, 5), "乙 在全部 5 项基准上都明显解出更多"),
        ((0, 0), "5 项基准上，甲 与 乙 的差距都在误差范围内"),
    ],
)
def test_nobody_is_said_to_win_on_none(wins: tuple[int, int], said: str) -> None:
    say = Translator("zh")
    assert pair_boards.won(say, "boards_won", ("甲", "乙"), wins, 5).replace(" ", "") == said.replace(" ", "")
    for language in ("en", "zh"):
        title = pair_boards.won(Translator(language), "cheaper", ("A", "B"), wins, 5)
        assert " 0 " not in title and "{" not in title


@pytest.mark.parametrize(
    ("differences", "said"),
    [
        ([0.1, -0.2, 0.3], "Of 3 benchmarks that both have, A scores higher on 2 and B on 1"),
        ([-0.1, -0.2], "B scores higher on all 2 benchmarks that both have"),
        ([0.1], "On the one benchmark that both have, A scores higher"),
    ],
)
def test_the_chart_of_shared_benchmarks_says_on_how_many_each_is_ahead(differences: list[float], said: str) -> None:
    view = SimpleNamespace(say=Translator("en"))
    assert pair_on_scale.higher(view, pd.DataFrame({"difference": differences}), "A", "B") == said  # type: ignore[arg-type]


def test_the_page_has_a_part_for_each_kind_of_evidence_that_is_there(site: Open, itemised: Path, filled: Path) -> None:
    at = site(itemised, "head_to_head", models=["acme-two", "bigco-max"])
    parts = at.segmented_control(key="view")
    assert parts.options == ["Scores and costs", "Item by item"]  # one task alone is no suite of pairs
    assert parts.value == "items"  # the scale holds neither
    parts.set_value("scores").run()
    assert at.query_params["view"] == "scores"
    assert not at.exception and len(table(at, "blended_per_mtok")) == 2
    rows = Reader(filled / "land.duckdb").frame("leading_runs")
    measured = list(rows.loc[rows["origin"] == "measured", "model_id"].unique()[:3])
    parts = site(filled, "head_to_head", models=measured).segmented_control(key="view")
    assert parts.options[0] == "Scores and costs" and parts.options[-1] == "Every pair, every task"


def test_a_link_that_names_a_suite_opens_on_its_pairs(site: Open, filled: Path) -> None:
    rows = Reader(filled / "land.duckdb").frame("leading_runs")
    chosen = list(rows.loc[rows["origin"] == "measured", "model_id"].unique()[:3])
    suite = site(filled, "head_to_head", models=chosen, view="pairs").selectbox(key="suite")
    at = site(filled, "head_to_head", models=chosen, suite=suite.value)
    assert not at.exception and at.segmented_control(key="view").value == "pairs" and len(table(at, "model_a"))
    at.segmented_control(key="view").set_value("scores").run()
    assert at.segmented_control(key="view").value == "scores"
    at.run()
    assert at.segmented_control(key="view").value == "scores"
