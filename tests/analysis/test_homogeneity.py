"""Agreement against lm-sim, closed forms and simulation."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import scipy.stats
from lmsim.metrics import CAPA, EC

from harness.analysis.likeness import agreement_of_groups as f
from harness.analysis.likeness import homogeneity as h
from harness.errors import BadInput
from tests.analysis import make


def _answers(seed: int, models: int = 3, n: int = 120, sizes: tuple[int, ...] = (2, 3, 4)) -> tuple[list, npt.NDArray]:
    """Probabilities (ragged) of several models, and the right choices."""
    rng = np.random.default_rng(seed)
    counts = rng.choice(sizes, n)
    gold = np.array([rng.integers(0, k) for k in counts])
    pull = rng.normal(size=n)
    answers = []
    for _ in range(models):
        rows = []
        for i, k in enumerate(counts):
            logits = rng.normal(size=k)
            logits[gold[i]] += 0.8 + 0.7 * pull[i]
            rows.append(np.exp(logits) / np.exp(logits).sum())
        answers.append(rows)
    return answers, gold


def _padded(rows: list) -> npt.NDArray[np.float64]:
    out = np.full((len(rows), max(map(len, rows))), np.nan)
    for i, row in enumerate(rows):
        out[i, : len(row)] = row
    return out


def _one_hot(rows: list) -> list:
    return [np.eye(len(row))[np.argmax(row)] for row in rows]


def _frame(answers: list, gold: npt.NDArray, names: str = "abcdefgh") -> pd.DataFrame:
    right = {
        m: [float(np.argmax(p) == g) for p, g in zip(rows, gold, strict=True)]
        for m, rows in zip(names, answers, strict=False)
    }
    probs = dict(zip(names, answers, strict=False))
    return make.outcome(right, choice_probs=probs, gold=list(gold))


def _capa(a: npt.ArrayLike, b: npt.ArrayLike, gold: npt.ArrayLike, kind: str = "capa") -> float:
    """``agreement`` of two models from the probabilities of the choices, ``(n, k)``, NaN beyond an item's own."""
    both = np.stack([np.asarray(a, dtype=np.float32), np.asarray(b, dtype=np.float32)])
    n = both.shape[1]
    matrix = h.OutcomeMatrix(
        ("a", "b"), np.full(n, "t", dtype=object), np.zeros((2, n), dtype=np.float32), np.nan_to_num(both),
        np.asarray(gold, dtype=np.int16), (~np.isnan(both[0])).sum(axis=1).astype(np.int16), np.arange(n, dtype=np.int64),
    )  # fmt: skip
    return float(h.agreement(matrix, kind=kind).loc["a", "b"])


def _consistency(a: npt.ArrayLike, b: npt.ArrayLike) -> float:
    """``agreement`` of two models' right and wrong answers, ``(n,)``."""
    return float(h.agreement(h.outcome_matrix(make.outcome({"a": a, "b": b})), kind="error_consistency").loc["a", "b"])


def _capa_by_formula(a: npt.NDArray, b: npt.NDArray, gold: npt.NDArray) -> float:
    """Goel et al. (2025), sec. 2, item by item: the readable form of what ``agreement`` does by dense products."""
    right_a, right_b = (p[np.arange(len(gold)), gold].mean(dtype=float) for p in (a, b))
    chance = (1 / ((~np.isnan(a)).sum(axis=1) - 1)).mean()
    observed = np.nansum(a.astype(float) * b, axis=1).mean()
    expected = right_a * right_b + (1 - right_a) * (1 - right_b) * chance
    return float((observed - expected) / (1 - expected))


@pytest.mark.parametrize("seed", [1, 2])
def test_capa_equals_lm_sim(seed: int) -> None:
    (a, b, _), gold = _answers(seed)
    assert _capa(_padded(a), _padded(b), gold) == pytest.approx(CAPA().compute_k(a, b, list(gold)), abs=1e-5)
    assert _capa(_padded(a), _padded(b), gold) == pytest.approx(
        _capa_by_formula(_padded(a), _padded(b), gold), abs=1e-5
    )
    expected = CAPA(prob=False).compute_k(_one_hot(a), _one_hot(b), list(gold))
    assert _capa(_padded(a), _padded(b), gold, "capa_discrete") == pytest.approx(expected, abs=1e-5)


def test_error_consistency_equals_lm_sim() -> None:
    (a, b, _), gold = _answers(3)
    right = [[float(np.argmax(p) == g) for p, g in zip(rows, gold, strict=True)] for rows in (a, b)]
    assert _consistency(*right) == pytest.approx(EC().compute_k(a, b, list(gold)), abs=1e-5)


def test_all_pairs_at_once_equal_pairs_one_by_one() -> None:
    answers, gold = _answers(4, models=4, n=90)
    matrix = h.outcome_matrix(_frame(answers, gold).sample(frac=1, random_state=1))
    for kind, scale in (("capa", CAPA()), ("error_consistency", EC())):
        square = h.agreement(matrix, kind=kind)
        for i, a in enumerate("abcd"):
            for j, b in enumerate("abcd"):
                if i < j:
                    expected = scale.compute_k(answers[i], answers[j], list(gold))
                    assert square.loc[a, b] == pytest.approx(expected, abs=1e-5)
        assert np.allclose(square, square.T, atol=1e-5)


def test_pairs_use_the_items_that_both_answered() -> None:
    answers, gold = _answers(5, models=3, n=100)
    frame = _frame(answers, gold)
    gone = (frame["model"] == "b") & (frame["item"] < 40)
    square = h.agreement(h.outcome_matrix(frame[~gone]))
    expected = CAPA().compute_k(answers[0][40:], answers[1][40:], list(gold[40:]))
    assert square.loc["a", "b"] == pytest.approx(expected, abs=1e-5)
    untouched = CAPA().compute_k(answers[0], answers[2], list(gold))
    assert square.loc["a", "c"] == pytest.approx(untouched, abs=1e-5)


def test_closed_forms_of_agreement() -> None:
    gold = np.array([0, 1, 0, 1])
    same = np.array([[1, 0], [0, 1], [0, 1], [1, 0.0]])
    assert _capa(same, same, gold) == pytest.approx(1.0)  # half right, always alike
    assert _capa(same, same[:, ::-1], gold) == pytest.approx(-1.0)  # never alike, each half right
    assert _consistency([1, 0, 1, 0], [1, 0, 1, 0]) == 1.0
    assert _consistency([1, 1, 0, 0], [1, 0, 1, 0]) == pytest.approx(0.0)
    assert math.isnan(_consistency([1, 1], [1, 1]))


def test_independent_models_agree_no_more_than_chance() -> None:
    rng = np.random.default_rng(6)
    n = 60_000
    gold = rng.integers(0, 4, n)
    answers = []
    for accuracy in (0.8, 0.55):
        wrong = (gold + rng.integers(1, 4, n)) % 4
        answers.append(np.eye(4)[np.where(rng.random(n) < accuracy, gold, wrong)])
    assert _capa(*answers, gold) == pytest.approx(0.0, abs=0.015)


def test_relabelling_and_order_of_items_change_nothing() -> None:
    answers, gold = _answers(7)
    frame = _frame(answers, gold)
    one = h.agreement(h.outcome_matrix(frame))
    two = h.agreement(h.outcome_matrix(frame.sample(frac=1, random_state=3).assign(model=lambda x: "m" + x["model"])))
    assert np.allclose(one, two, atol=1e-5)


def test_kinds_are_checked_and_missing_probabilities_are_unknown() -> None:
    plain = h.outcome_matrix(make.outcome({"a": [1, 0], "b": [0, 1]}))
    assert h.agreement(plain, kind="capa").isna().all().all()
    with pytest.raises(BadInput, match="capa_discrete"):
        h.agreement(plain, kind="cosine")
    frame = make.outcome({"a": [1, 0]})
    with pytest.raises(BadInput, match="headline"):
        h.outcome_matrix(pd.concat([frame, frame.assign(metric="acc_norm")]))


def test_no_models_one_model() -> None:
    frame = make.outcome({"a": [1, 0]})
    empty = h.outcome_matrix(frame.iloc[:0])
    assert h.agreement(empty).empty and h.pair_frame(h.agreement(empty)).empty
    assert h.failed_shares(empty)["items"].to_list() == [0]
    one = h.outcome_matrix(frame)
    assert h.pair_frame(h.agreement(one, kind="error_consistency")).empty
    assert h.clustering_order(h.agreement(one, kind="error_consistency")) == ["a"]
    assert f.within_between(one, {"a": "x"}, seed=1).empty


def test_pairs_come_once_most_alike_first() -> None:
    square = pd.DataFrame([[1, 0.2, 0.7], [0.2, 1, 0.4], [0.7, 0.4, 1]], index=list("abc"), columns=list("abc"))
    assert h.pair_frame(square).to_numpy().tolist() == [["a", "c", 0.7], ["b", "c", 0.4], ["a", "b", 0.2]]


def test_shares_failed_by_all_by_one_and_by_chance() -> None:
    frame = make.outcome({"a": [1, 0, 0, 1], "b": [1, 0, 1, 1], "c": [1, 0, 1, 0]})
    found = h.failed_shares(h.outcome_matrix(frame))
    assert found["items"].to_list() == [1, 2, 0, 1]
    assert found["share"].sum() == pytest.approx(1)
    expected = scipy.stats.poisson_binom([0.5, 0.25, 0.5]).pmf(np.arange(4))
    assert found["expected_share"].to_numpy() == pytest.approx(expected)


def test_probabilities_of_choices_do_not_overflow() -> None:
    assert h.choice_probabilities(np.log([0.2, 0.3, 0.5]) - 9000) == pytest.approx([0.2, 0.3, 0.5])


def test_heat_map_order_puts_like_beside_like() -> None:
    near = np.array([[1, 0.1, 0.9, 0.1], [0.1, 1, 0.1, 0.8], [0.9, 0.1, 1, 0.2], [0.1, 0.8, 0.2, 1]])
    order = h.clustering_order(pd.DataFrame(near, index=list("abcd"), columns=list("abcd")))
    assert {frozenset(order[:2]), frozenset(order[2:])} == {frozenset("ac"), frozenset("bd")}
    unknown = pd.DataFrame(np.where(near == 0.1, np.nan, near), index=list("abcd"), columns=list("abcd"))
    assert sorted(h.clustering_order(unknown)) == list("abcd")


def _families(seed: int, n: int = 400) -> tuple[h.OutcomeMatrix, dict[str, str]]:
    """Two families of three: members share their family's errors."""
    rng = np.random.default_rng(seed)
    values = {}
    for family in "xy":
        common = rng.normal(size=n)
        for i in range(3):
            values[f"{family}{i}"] = (common + rng.normal(size=n) + 0.5 > 0).astype(float)
    return h.outcome_matrix(make.outcome(values)), {m: m[0] for m in values}


def test_families_are_more_alike_within_than_between() -> None:
    matrix, groups = _families(8)
    found = f.within_between(matrix, groups, seed=1, kind="error_consistency").set_index(
        ["group_a", "group_b", "relation"]
    )
    assert found.loc[("all", "all", "within − between"), "low"] > 0
    within = found.loc[("x", "x", "within")]
    square = h.agreement(matrix, kind="error_consistency").to_numpy()
    assert within["kappa"] == pytest.approx(np.mean([square[0, 1], square[0, 2], square[1, 2]]))
    assert within["low"] < within["kappa"] < within["high"] and within["pairs"] == 3
    assert found.loc[("x", "y", "between"), "pairs"] == 9


def test_group_intervals_widen_where_items_come_in_clusters() -> None:
    rng = np.random.default_rng(9)
    passage = np.repeat(np.arange(60), 5)
    shared = rng.normal(size=60)[passage]
    values = {m: (shared * 2 + rng.normal(size=300) > 0).astype(float) for m in "abcd"}
    groups = {"a": "x", "b": "x", "c": "y", "d": "y"}
    widths = []
    for clusters in (None, passage):
        matrix = h.outcome_matrix(make.outcome(values, clusters=clusters))
        row = f.within_between(matrix, groups, seed=1, kind="error_consistency", draws=600).iloc[0]
        widths.append(row["high"] - row["low"])
    assert widths[1] > 1.2 * widths[0]


def test_group_bootstrap_equals_bootstrap_of_items() -> None:
    answers, gold = _answers(10, models=2, n=150)
    matrix = h.outcome_matrix(_frame(answers, gold))
    row = f.within_between(matrix, {"a": "x", "b": "x"}, seed=1, draws=1500).iloc[0]
    a, b = _padded(answers[0]), _padded(answers[1])
    rng = np.random.default_rng(11)
    draws = [_capa_by_formula(a[i], b[i], gold[i]) for i in rng.integers(0, 150, (600, 150))]
    low, high = np.percentile(draws, [2.5, 97.5])
    assert (row["low"], row["high"]) == (pytest.approx(low, abs=0.03), pytest.approx(high, abs=0.03))


def test_without_probabilities_groups_have_no_capa_interval() -> None:
    matrix, groups = _families(12, n=20)
    assert f.within_between(matrix, groups, seed=1, kind="capa", draws=5)["low"].isna().all()


def test_trend_finds_the_slope_and_needs_four_models() -> None:
    days = {m: pd.Timestamp("2023-01-01") + pd.Timedelta(days=365.25 * i / 2) for i, m in enumerate("abcdefgh")}
    names = list(days)
    rows = [(p, q, 0.1 + 0.2 * j / 2) for j, q in enumerate(names) for i, p in enumerate(names) if i < j]
    pairs = pd.DataFrame(rows, columns=["model_a", "model_b", "kappa"])
    found = f.trend(pairs, days, seed=1).iloc[0]
    assert found["slope_per_year"] == pytest.approx(0.2, abs=1e-3)
    assert found["low"] == pytest.approx(0.2, abs=1e-2) and found["models"] == 8
    few = f.trend(pairs, {m: days[m] for m in "abc"} | {"d": None}, seed=1).iloc[0]
    assert math.isnan(few["slope_per_year"]) and few["models"] == 3


def test_trend_equals_least_squares() -> None:
    rng = np.random.default_rng(13)
    names = [f"m{i:02d}" for i in range(12)]
    days = {
        m: pd.Timestamp("2022-01-01") + pd.Timedelta(days=int(d))
        for m, d in zip(names, rng.integers(0, 1500, 12), strict=False)
    }
    rows = [(a, b, rng.random()) for i, a in enumerate(names) for b in names[:i]]
    pairs = pd.DataFrame(rows, columns=["model_a", "model_b", "kappa"])
    later = [
        max(days[a], days[b]).toordinal() / 365.25 for a, b in zip(pairs["model_a"], pairs["model_b"], strict=False)
    ]
    found = f.trend(pairs, days, seed=1).iloc[0]
    assert found["slope_per_year"] == pytest.approx(scipy.stats.linregress(later, pairs["kappa"]).slope)
    assert found["low"] < found["slope_per_year"] < found["high"]


def test_a_matrix_of_many_blocks_of_items_is_the_pairs_one_by_one() -> None:
    rng = np.random.default_rng(14)
    m, n, k = 12, 20_000, 4
    probs = rng.random((m, n, k), dtype=np.float32)
    probs /= probs.sum(axis=2, keepdims=True)
    gold = rng.integers(0, k, n).astype(np.int16)
    correct = (probs.argmax(axis=2) == gold).astype(np.float32)
    matrix = h.OutcomeMatrix(
        tuple(f"m{i}" for i in range(m)),
        np.array(["t"] * n, dtype=object),
        correct,
        probs,
        gold,
        np.full(n, k, dtype=np.int16),
        np.arange(n, dtype=np.int64),
    )
    square = h.agreement(matrix)
    expected = _capa_by_formula(probs[3], probs[7], gold)
    assert square.iloc[3, 7] == pytest.approx(expected, abs=1e-5)
