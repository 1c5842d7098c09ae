"""What our own task files call."""

from __future__ import annotations

from collections import Counter

import pytest
from datasets import Dataset

from harness.suites import extractive_answers


def test_english_answers_get_the_best_of_the_gold_ones() -> None:
    doc = {"answers": {"text": ["Denver Broncos", "the Broncos"]}}
    assert extractive_answers.english(doc, ["Broncos."]) == {"exact_match": 1.0, "f1": 1.0}
    assert extractive_answers.english(doc, ["Denver"]) == {"exact_match": 0.0, "f1": pytest.approx(2 / 3)}


def test_chinese_answers_are_scored_by_word_and_by_character() -> None:
    doc = {"answers": {"text": ["光荣公司"]}}
    by_hand = sum((Counter("光荣") & Counter("光荣公司")).values())
    assert extractive_answers.chinese(doc, ["光荣"]) == {
        "exact_match": 0.0,
        "f1": 0.0,
        "char_em": 0.0,
        "char_f1": pytest.approx(2 * by_hand / 6),
    }
    assert extractive_answers.chinese(doc, ["光荣公司。"])["char_em"] == 1.0


def test_each_passage_is_scored_once_in_its_order() -> None:
    rows = Dataset.from_dict({"context": ["b", "a", "b", "c", "a"], "question": list("vwxyz")})
    assert extractive_answers.passages(rows).to_list() == [{"context": "b"}, {"context": "a"}, {"context": "c"}]


def test_no_more_than_400_stories() -> None:
    assert len(extractive_answers.first_400(Dataset.from_dict({"text": ["x"] * 401}))) == 400
    assert len(extractive_answers.first_400(Dataset.from_dict({"text": ["x"] * 3}))) == 3
