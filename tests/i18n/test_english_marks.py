"""English texts: one kind of apostrophe, the curly one that the fonts of site and reports have."""

from __future__ import annotations

import re

import pytest

from harness.i18n.glossary.terms import terms
from harness.i18n.translator import messages

STRAIGHT = re.compile(r"(?<=[A-Za-z0-9}])'(?=[a-z])|(?<=s)'(?=[ .,;:])")


def test_no_text_has_a_straight_apostrophe() -> None:
    texts = {key: said["en"] for key, said in messages().items()}
    texts |= {f"glossary {term.key}": f"{term.names['en']} {term.meanings['en']}" for term in terms()}
    assert [key for key, text in texts.items() if STRAIGHT.search(text)] == []


@pytest.mark.parametrize("slip", ["the vendor's page", "others' runs are", "{vendor}'s price"])
def test_a_slip_is_seen(slip: str) -> None:
    assert STRAIGHT.search(slip)
    assert not STRAIGHT.search(slip.replace("'", "’"))


def test_quoted_words_are_none() -> None:
    assert not STRAIGHT.search("press 'Go' now")
