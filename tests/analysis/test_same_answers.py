"""Agreement of answers against counting by hand, and against a study of the same public outcomes."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from harness.analysis.likeness.same_answers import (
    AnswerMatrix,
    SameAnswers,
    answer_matrix,
    per_ten_points,
    same_answers,
)

RIGHT = "r"
GIVEN = {  # four items; the right answer is r, everything else is wrong, None is not known
    "a": [RIGHT, "x", "x", None],
    "b": [RIGHT, "x", "y", None],
    "c": ["x", "x", RIGHT, "z"],
}


def rows(given: dict[str, list[str | None]]) -> pd.DataFrame:
    return pd.DataFrame(
        [{"model": m, "task": "t", "doc_hash": i, "cluster": i, "value": float(x == RIGHT), "answer_hash": x}
         for m, answers in given.items() for i, x in enumerate(answers)]
    )  # fmt: skip


def test_answers_are_counted_as_by_hand() -> None:
    matrix = answer_matrix(rows(GIVEN))
    assert matrix.possible.tolist() == [3, 3, 3, 3]  # two answers were seen of the first item, three of the third
    found = same_answers(matrix, {"a": "one", "b": "one", "c": "two"}, seed=1)
    pairs = found.pairs.set_index(["a", "b"])
    row = pairs.loc[("a", "b")]
    # both right on the first, both wrong on three, of which one alike: an answer that is not known is like none
    assert (row["items"], row["accuracy_a"], row["both_wrong"], row["same_wrong"]) == (4, 0.25, 3, pytest.approx(1 / 3))
    expected = 0.25 * 0.25 + 0.75 * 0.75 / 2
    assert row["kappa"] == pytest.approx((2 / 4 - expected) / (1 - expected))
    assert pairs["same_vendor"].tolist() == [True, False, False]
    means = found.groups.set_index(["measure", "relation"])["mean"]
    assert means["same_wrong", "within"] == pytest.approx(1 / 3)
    assert means["same_wrong", "between"] == pytest.approx(pairs["same_wrong"].iloc[1:].mean())


def test_more_answers_seen_leave_less_to_chance() -> None:
    few, many = {"a": ["x"] * 9, "b": ["x"] * 9}, {}
    for i, answer in enumerate("tuvw"):
        many[f"other{i}"] = [answer] * 9
    alone = same_answers(answer_matrix(rows({**few, "c": [RIGHT] * 9})), {}, seed=1).pairs.set_index(["a", "b"])
    among = same_answers(answer_matrix(rows({**few, **many})), {}, seed=1, models={"a", "b"}).pairs
    assert alone.loc[("a", "b"), "kappa"] == among["kappa"].item() == 1
    matrix = answer_matrix(rows({**few, **many, "c": ["x", *["y"] * 8]}))
    assert matrix.possible.tolist() == [5, *[6] * 8]
    # never right, alike on one of nine items: chance is the mean of 1 / (K - 1)
    chance = (1 / 4 + 8 / 5) / 9
    pair = same_answers(matrix, {}, seed=1, models={"a", "c"}).pairs
    assert pair["kappa"].item() == pytest.approx((1 / 9 - chance) / (1 - chance))


def test_who_gave_no_answers_is_left_out() -> None:
    given: dict[str, list[str | None]] = {**GIVEN, "silent": [None] * 4}
    matrix = answer_matrix(rows(given))
    assert matrix.models == ("a", "b", "c") and answer_matrix(rows({"silent": [None]})).models == ()
    nothing = same_answers(answer_matrix(rows({"silent": [None]})), {}, seed=1)
    assert nothing.pairs.empty and nothing.groups.empty and np.isnan(nothing.per_ten_points[0])


def test_a_slope_that_was_put_in_comes_out() -> None:
    accuracy = {f"m{i}": 0.3 + 0.05 * i for i in range(9)}
    pairs = pd.DataFrame(
        [{"a": a, "b": b, "accuracy_a": x, "accuracy_b": y, "kappa": 0.1 + 0.4 * (x + y) / 2 - 0.2 * abs(x - y),
          "same_vendor": False} for a, x in accuracy.items() for b, y in accuracy.items() if a < b]
    ).astype({"same_vendor": "boolean"})  # fmt: skip
    change, half_width = per_ten_points(pairs)
    assert change == pytest.approx(0.04) and half_width == pytest.approx(0, abs=1e-9)
    assert np.isnan(per_ten_points(pairs[pairs["a"].isin(["m0"])].head(5))[0])


@cache
def studied(shared: Path, task: str) -> tuple[SameAnswers, pd.DataFrame]:
    """Ours and the study's pairs of one task, on the models that the study took."""
    pairs = pd.read_csv(shared / "items/zeroeval" / f"pairs_{task}.csv")
    outcomes = pd.read_parquet(shared / "items/zeroeval/outcomes.parquet")
    outcomes = outcomes[outcomes["task"].eq(task) & outcomes["model_raw"].isin(set(pairs["a"]) | set(pairs["b"]))]
    named = outcomes.rename(columns={"model_raw": "model", "item_id": "doc_hash", "answer": "answer_hash"})
    vendors = named.drop_duplicates("model").set_index("model")["vendor"].to_dict()
    matrix: AnswerMatrix = answer_matrix(named.assign(cluster=named["doc_hash"]))
    return same_answers(matrix, vendors, seed=1, draws=20), pairs


@pytest.mark.parametrize(
    ("task", "kappa", "alike", "slope"),
    [
        ("crux", (0.170, 0.215), 18, (0.023, 0.019)),
        ("math-l5", (0.106, 0.131), 13, (0.035, 0.017)),
        ("gsm", (0.206, 0.296), 44, (0.078, 0.034)),
    ],
)
def test_the_figures_of_a_study_come_out(
    shared: Path, task: str, kappa: tuple[float, float], alike: int, slope: tuple[float, float]
) -> None:
    ours, theirs = studied(shared, task)
    both = ours.pairs.merge(theirs, on=["a", "b"], suffixes=("", "_study"))
    assert len(both) == len(theirs) == len(ours.pairs)
    assert both["kappa"].to_numpy() == pytest.approx(both["capa"].to_numpy(), abs=1e-9)
    assert both["same_wrong"].to_numpy() == pytest.approx(both["same_wrong_study"].to_numpy(), abs=1e-9)
    means = ours.groups.set_index(["measure", "relation"])["mean"]
    assert (round(means["kappa", "between"], 3), round(means["kappa", "within"], 3)) == kappa
    assert round(100 * means["same_wrong", "between"]) == alike
    assert tuple(round(value, 3) for value in ours.per_ten_points) == slope
