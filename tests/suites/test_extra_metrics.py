"""Metrics against scikit-learn, lm-eval's own scorer rules and two published systems."""

from __future__ import annotations

import json
import math
import random
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sklearn.metrics import precision_recall_fscore_support

from harness.suites import extra_metrics


@pytest.mark.parametrize("seed", range(5))
def test_macro_scores_equal_scikit_learn(seed: int) -> None:
    draw = random.Random(seed)
    gold = [draw.randrange(seed + 2) for _ in range(200)]
    pred = [draw.randrange(seed + 3) for _ in range(200)]
    scores = extra_metrics.class_scores(gold, pred)
    p, r, f, _ = precision_recall_fscore_support(gold, pred, average="macro", zero_division=0)
    assert (scores.precision, scores.recall, scores.macro_f1) == pytest.approx((p, r, f), abs=1e-12)


def test_macro_scores_when_every_item_is_given_one_class() -> None:
    assert extra_metrics.class_scores([0, 0, 1, 1], [0, 0, 0, 0]) == extra_metrics.ClassScores(1 / 3, 0.25, 0.5, 2)


@pytest.mark.parametrize(("gold", "pred"), [([], []), ([1], [1, 2])])
def test_macro_scores_refuse_what_cannot_be_compared(gold: list[int], pred: list[int]) -> None:
    with pytest.raises(ValueError, match="cannot be compared"):
        extra_metrics.class_scores(gold, pred)


def test_the_first_of_tied_choices_is_the_prediction() -> None:
    assert extra_metrics.predictions([[-2.0, -1.0, -1.0], [-3.0, -4.0]]) == [1, 0]


@pytest.mark.parametrize(
    ("system", "em", "f1"),
    [
        ("Logistic Regression Baseline (Stanford University)", 34.54, 45.85),
        ("BERT (ensemble) (Google AI Language)", 74.87, 86.32),
    ],
)
def test_two_systems_get_their_known_scores(shared: Path, system: str, em: float, f1: float) -> None:
    said = json.loads((shared / "results/squad_predictions/1.1" / f"{system}.json").read_text(encoding="utf-8"))
    items = pq.read_table(shared / "hub/google/xquad/xquad.en/validation.parquet").to_pylist()
    ems = [extra_metrics.squad_em(said.get(i["id"], ""), i["answers"]["text"]) for i in items]
    f1s = [extra_metrics.squad_f1(said.get(i["id"], ""), i["answers"]["text"]) for i in items]
    assert round(100 * math.fsum(ems) / len(items), 2) == em
    assert round(100 * math.fsum(f1s) / len(items), 2) == f1


@pytest.mark.parametrize(
    ("said", "answers", "em", "f1"),
    [
        ("The  Broncos!", ["Denver Broncos", "broncos"], 1.0, 1.0),
        ("Denver", "Denver Broncos", 0.0, 2 / 3),
        ("", ["Denver"], 0.0, 0.0),
        ("no no", "no", 0.0, 2 / 3),
    ],
)
def test_squad_rules(said: str, answers: str | list[str], em: float, f1: float) -> None:
    assert extra_metrics.squad_em(said, answers) == em
    assert extra_metrics.squad_f1(said, answers) == pytest.approx(f1)


def test_chinese_is_compared_by_character() -> None:
    assert extra_metrics.characters("136 次，NFL冠军！") == ["136", "次", "nfl", "冠", "军"]
    assert extra_metrics.char_em("《136次》", ["136 次"]) == 1.0
    assert extra_metrics.char_f1("光荣公司", ["光荣和ω-force", "任天堂"]) == pytest.approx(2 * 2 / (4 + 5))
    assert extra_metrics.char_f1("", ["光荣"]) == 0.0


def test_what_a_suite_may_ask_for_beyond_lm_eval() -> None:
    assert extra_metrics.ANSWER_METRICS["token_f1"]("Denver", ["Denver Broncos"]) == pytest.approx(2 / 3)
    assert extra_metrics.EXTRA_METRICS == {
        "macro_f1": "classes",
        "precision": "classes",
        "recall": "classes",
        "token_f1": "answers",
        "char_f1": "answers",
    }


def test_order0_entropy_of_known_sources() -> None:
    assert extra_metrics.order0_entropy(["abab", "cdcd"]) == pytest.approx(2.0)
    assert extra_metrics.order0_entropy([bytes(range(128)).decode()]) == pytest.approx(7.0)
    assert extra_metrics.order0_entropy(["aaab"]) == pytest.approx(-(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)))
    with pytest.raises(ValueError, match="no bytes"):
        extra_metrics.order0_entropy([""])
