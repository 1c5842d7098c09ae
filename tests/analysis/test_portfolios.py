"""Portfolios of models: unions, cascades and votes against loops over items, intervals against closed forms, planted choices."""

from __future__ import annotations

import itertools

import numpy as np
import numpy.typing as npt
import pytest

from harness.analysis.likeness.homogeneity import OutcomeMatrix
from harness.analysis.likeness.pairs import likeness
from harness.analysis.likeness.portfolios import combinations
from harness.analysis.likeness.portfolios.answers import Answers, answers
from harness.analysis.likeness.portfolios.combinations import combine
from harness.analysis.likeness.portfolios.interchange import VENDOR_COLUMNS, best_of_vendors, vendor_pairs
from harness.analysis.likeness.portfolios.portfolio_table import PORTFOLIO_COLUMNS, portfolio_table
from harness.analysis.likeness.portfolios.routing import routing_bound, solvers
from harness.analysis.likeness.portfolios.selection import held_out
from harness.errors import BadInput
from tests.analysis.test_item_likeness import matrix

Values = npt.NDArray[np.float64]
NAMES = [f"m{i}" for i in range(6)]


def board(models: int, items: int, seed: int, chance: float = 0.6) -> tuple[OutcomeMatrix, Values]:
    """Independent answers and costs; the first model did not answer two items, and some costs are not known."""
    rng = np.random.default_rng(seed)
    correct = (rng.random((models, items)) < chance).astype(float)
    cost = rng.lognormal(size=(models, items)) * np.arange(1, models + 1)[:, None]
    correct[0, [3, 7]] = np.nan
    cost[1, 5] = cost[models - 1, 9] = np.nan
    return matrix(correct), cost


def by_hand(given: OutcomeMatrix, cost: Values, names: tuple[str, ...]) -> tuple[float, float, float]:
    """Share solved by any, cost a task and a solved task of a cascade in the order of ``names``, item by item."""
    solved, paid, paid_solved, costed, items = 0, 0.0, 0, 0, 0
    for i in range(given.correct.shape[1]):
        if np.isnan(given.correct[:, i]).any():
            continue
        items += 1
        right = [given.correct[given.models.index(name), i] == 1 for name in names]
        money = [cost[given.models.index(name), i] for name in names]
        solved += any(right)
        if not np.isnan(money).any():
            costed += 1
            paid_solved += any(right)
            tries = right.index(True) + 1 if any(right) else len(names)
            paid += sum(money[:tries])
    return solved / items, paid / costed, paid / paid_solved


@pytest.mark.parametrize("size", [1, 2, 3])
def test_every_portfolio_is_what_a_loop_over_items_gives(size: int) -> None:
    given, cost = board(6, 40, 1)
    here = answers(given, cost, seed=1)
    table = portfolio_table(combine(here, size), here.weights(50, 1))
    assert list(table.columns) == PORTFOLIO_COLUMNS and here.items == 38
    assert sorted(map(sorted, table["models"])) == [list(row) for row in itertools.combinations(NAMES, size)]
    accuracy = dict(zip(here.models, here.accuracy, strict=True))
    for row in table.to_dict("records"):
        assert list(row["models"]) == sorted(row["models"], key=dict(zip(here.models, here.mean_cost, strict=True)).get)
        expected = by_hand(given, cost, row["models"])
        assert (row["score"], row["cost"], row["per_solved"]) == pytest.approx(expected, rel=1e-6)
        best = max(accuracy[name] for name in row["models"])
        assert accuracy[row["better"]] == row["better_score"] == pytest.approx(best)
        assert row["gain"] == pytest.approx(row["score"] - best)
        assert row["cost_low"] < row["cost"] < row["cost_high"]
    assert table["score"].is_monotonic_decreasing


def test_items_in_few_blocks_sum_to_the_same() -> None:
    given, cost = board(4, 1300, 2)
    here = answers(given, cost, seed=1)
    assert len(here.starts) == 500 and here.items == 1298
    row = portfolio_table(combine(here, 2), here.weights(20, 1)).iloc[0]
    assert (row["score"], row["cost"], row["per_solved"]) == pytest.approx(
        by_hand(given, cost, row["models"]), rel=1e-5
    )


def test_next_to_one_model_the_gain_is_over_it() -> None:
    given, cost = board(6, 40, 3)
    here = answers(given, cost, seed=1)
    worst = here.models[int(here.accuracy.argmin())]
    table = portfolio_table(combine(here, 2, over=worst), here.weights(50, 1))
    assert len(table) == 5 and all(worst in row for row in table["models"]) and set(table["better"]) == {worst}
    assert table["gain"].to_numpy() == pytest.approx(table["score"] - here.accuracy.min())
    with pytest.raises(BadInput, match="nobody"):
        combine(here, 2, over="nobody")
    with pytest.raises(BadInput, match="rule"):
        combine(here, 2, rule="luck")


def test_a_vote_counts_more_than_half_and_costs_all() -> None:
    given, cost = board(5, 60, 4)
    here = answers(given, cost, seed=1)
    table = portfolio_table(combine(here, 3, rule="vote"), here.weights(50, 1))
    row = table.iloc[-1]
    places = [given.models.index(name) for name in row["models"]]
    whole = ~np.isnan(given.correct).any(axis=0)
    assert row["score"] == pytest.approx((given.correct[places][:, whole].sum(axis=0) >= 2).mean())
    money = cost[places][:, whole]
    assert row["cost"] == pytest.approx(money[:, ~np.isnan(money).any(axis=0)].sum(axis=0).mean(), rel=1e-6)
    alike = Answers(("a", "b", "c"), np.tile(here.right[:1], (3, 1)), here.cost[:3], here.places, here.starts)
    assert portfolio_table(combine(alike, 3, rule="vote"), alike.weights(50, 1))["gain"].item() == 0


def test_the_interval_of_a_gain_is_that_of_a_share_and_wider_in_clusters() -> None:
    rng = np.random.default_rng(5)
    right = np.zeros((2, 480))
    right[0, :300], right[1, 200:360] = 1, 1  # 60 of 480 are solved by the second alone
    order = rng.permutation(480)
    widths = []
    for clusters in (np.arange(480), np.arange(480) // 4):
        here = answers(matrix(right[:, order] if clusters.max() > 120 else right, clusters), seed=1)
        row = portfolio_table(combine(here, 2), here.weights(4000, 1)).iloc[0]
        assert row["gain"] == pytest.approx(60 / 480)
        widths.append(row["gain_high"] - row["gain_low"])
    share = 2 * 1.96 * np.sqrt(0.125 * 0.875 / 480)
    assert widths == pytest.approx([share, 2 * share], rel=0.06)


def test_costs_of_a_free_offer_or_of_few_items_are_not_known() -> None:
    given, cost = board(3, 40, 6)
    cost[0] = 0
    cost[1, :10] = np.nan
    here = answers(given, cost, seed=1)
    table = portfolio_table(combine(here, 1), here.weights(20, 1)).set_index("better")
    assert np.isnan(table.loc[["m0", "m1"], ["cost", "cost_low", "per_solved"]].to_numpy(dtype=float)).all()
    assert table.loc["m2", "cost"] > 0 and portfolio_table(combine(here, 2), here.weights(20, 1))["cost"].isna().all()


def test_triples_are_of_the_most_accurate(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(combinations, "MOST_IN_TRIPLES", 4)
    given, cost = board(6, 200, 7)
    here = answers(given, cost, seed=1)
    kept = set(np.array(here.models)[np.argsort(-here.accuracy)[:4]])
    assert set().union(*portfolio_table(combine(here, 3), here.weights(2, 1))["models"]) == kept
    least = here.models[int(here.accuracy.argmin())]
    beside = portfolio_table(combine(here, 3, over=least), here.weights(2, 1))
    assert len(beside) == 6 and set().union(*beside["models"]) == kept | {least}


def test_the_luck_of_the_best_of_many_is_taken_off() -> None:
    """Sixty models that solve half of the items at random: whoever is picked gains a quarter elsewhere, and no more."""
    rng = np.random.default_rng(8)
    apparent, corrected, elsewhere = [], [], []
    for _ in range(12):
        right = (rng.random((61, 200)) < 0.5).astype(float)
        here = answers(matrix(right), seed=1)
        found = held_out(combine(here, 2, over="m0"), here.halves(60, 1))
        apparent.append(found.gain)
        corrected.append(found.corrected)
        elsewhere.append(found.elsewhere)
    assert np.mean(apparent) > 0.30
    assert np.mean(elsewhere) == pytest.approx(0.25, abs=0.01)
    assert 0.20 < np.mean(corrected) < 0.25 + 0.01  # a half is luckier than the whole: an upper bound of the optimism


def test_a_model_that_knows_what_others_do_not_needs_no_luck() -> None:
    right = np.tile((np.arange(300) % 2).astype(float), (5, 1))
    right[4] = 1 - right[4]
    here = answers(matrix(right), seed=1)
    found = held_out(combine(here, 2, over="m0"), here.halves(200, 1))
    assert found.again == 1
    assert (found.gain, found.optimism, found.elsewhere) == pytest.approx((0.5, 0, 0.5), abs=1e-6)
    either = held_out(combine(here, 2), here.halves(200, 1))  # which of two equal members is the better is luck, too
    assert either.optimism < -0.02


def test_routing_reaches_what_any_model_solves() -> None:
    given, cost = board(6, 60, 9, chance=0.3)
    here = answers(given, cost, seed=1)
    best = [tuple(portfolio_table(combine(here, n), here.weights(2, 1))["models"].iloc[0]) for n in (1, 2, 3)]
    table = routing_bound(here, best, here.weights(100, 1))
    whole = given.correct[:, ~np.isnan(given.correct).any(axis=0)] == 1
    bound, single = whole.any(axis=0).mean(), whole.mean(axis=1).max()
    pair = max((whole[a] | whole[b]).mean() for a, b in itertools.combinations(range(6), 2))
    assert table["score"].tolist()[:2] + table["score"].tolist()[-1:] == pytest.approx([single, pair, bound])
    assert table["reached"].tolist()[1] == pytest.approx((pair - single) / (bound - single))
    assert table["size"].tolist() == [1, 2, 3, 6] and (table["low"] < table["high"]).all()
    who = solvers(here)
    assert (who["solved_by"] == 0).sum() == (~whole.any(axis=0)).sum()
    for row in who[who["solved_by"] == 1].to_dict("records"):
        assert np.flatnonzero(given.correct[:, row["place"]]).tolist() == [given.models.index(row["only"])]
    assert who.loc[who["solved_by"] != 1, "only"].isna().all()


def test_vendors_are_interchangeable_where_they_are_as_good_and_err_as_alike() -> None:
    rng = np.random.default_rng(10)
    theirs = (rng.random(600) < 0.7).astype(float)

    def near(share: float) -> Values:
        """Right and wrong swapped on so many items of each kind: the accuracy stays."""
        out = theirs.copy()
        for value in (0, 1):
            chosen = rng.permutation(np.flatnonzero(theirs == value))[: int(share * 180)]
            out[chosen] = 1 - value
        return out

    other = theirs[rng.permutation(600)]
    weak = theirs * (rng.random(600) < 0.7)
    given = matrix(np.stack([theirs, near(0.1), near(0.1), other, weak, (rng.random(600) < 0.2).astype(float)]))
    vendors = {"m0": "a", "m1": "a", "m2": "b", "m3": "c", "m4": "d", "m5": "a"}
    here = answers(given, seed=1)
    assert best_of_vendors(here, {**vendors}) == {"a": "m0", "b": "m2", "c": "m3", "d": "m4"}
    alike = likeness(given, vendors, seed=1, draws=200)
    table = vendor_pairs(here, alike, vendors, here.weights(200, 1), lambda at: alike.drawn["residual"][:, at])
    assert list(table.columns) == VENDOR_COLUMNS
    verdict = {frozenset(row[:2]): row[2] for row in table[["vendor_a", "vendor_b", "verdict"]].itertuples(index=False)}
    assert verdict[frozenset("ab")] == "interchangeable"
    assert verdict[frozenset("ac")] == verdict[frozenset("bc")] == "complementary"
    assert verdict[frozenset("ad")] == verdict[frozenset("cd")] == "unequal"
    row = table.set_index(["a", "b"]).loc[("m0", "m3")]
    assert row["gain"] == pytest.approx(((given.correct[3] == 1) & (given.correct[0] == 0)).mean())
    alone = {name: name for name in vendors}
    apart = likeness(given, alone, seed=1, draws=20)
    lonely = vendor_pairs(here, apart, alone, here.weights(20, 1), lambda at: apart.drawn["residual"][:, at])
    assert set(lonely["verdict"]) <= {"unknown", "unequal"}
