"""The glossary: complete in both languages, each term used by the site, found in texts where it stands as a word."""

from __future__ import annotations

import re

import pytest

from harness.i18n.glossary.terms import MOST_IN_A_TEXT, Term, by_label, in_text, terms
from harness.i18n.translator import LANGUAGES, Translator, messages

HAN = re.compile(r"[\u4e00-\u9fff]")


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.key)
def test_a_term_is_explained_in_both_languages(term: Term) -> None:
    assert set(term.names) == set(term.meanings) == set(LANGUAGES)
    assert term.meanings["en"].endswith(".") and not HAN.search(term.names["en"] + term.meanings["en"])
    assert term.meanings["zh"].endswith("。") and HAN.search(term.meanings["zh"])
    assert all(30 <= len(meaning) <= 260 for meaning in (term.meanings["en"],))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("term", terms(), ids=lambda term: term.key)
def test_a_term_is_used_by_the_site(term: Term, language: str) -> None:
    said = [text for texts in messages().values() if (text := texts.get(language))]
    headed = [Translator(language)(heading) for heading in term.headings]
    assert headed or any(term in in_text(text, language) for text in said)


def test_a_label_has_one_meaning() -> None:
    for language in LANGUAGES:
        labels = [Translator(language)(heading) for term in terms() for heading in term.headings]
        owners = {(label, by_label(language)[label]) for label in labels}
        assert len(owners) == len(set(labels))
        for term in terms():
            for heading in term.headings:
                assert by_label(language)[Translator(language)(heading)] == term.meanings[language]


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("Kappa by pair, within the margin of error", "en", ["kappa", "margin_of_error"]),
        ("The checkpoints and the inactive ones", "en", []),
        ("Points on the scale; 10 points", "en", ["points"]),
        ("单任务成本与混合价", "zh", ["cost_per_task", "blended_price"]),
        ("Nothing", "zh", []),
    ],
)
def test_terms_are_found_as_words_in_their_order(text: str, language: str, found: list[str]) -> None:
    assert [term.key for term in in_text(text, language)] == found


def test_a_text_explains_no_more_than_a_reader_takes() -> None:
    text = " ".join(term.words["en"][0] for term in terms() if term.words["en"])
    assert len(in_text(text, "en")) == MOST_IN_A_TEXT
