"""The glossary: each term's name, meaning and marks, from ``terms.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.i18n.translator import LANGUAGES, Translator

MOST_IN_A_TEXT = 4
"""Terms explained beside one text: more is a page, and there is one."""


@dataclass(frozen=True, slots=True)
class Term:
    """One term: names, meanings and marking words by language, and the messages that head its columns."""

    key: str
    names: Mapping[str, str]
    meanings: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    headings: tuple[str, ...]


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """All terms in the order of the file."""
    held = tomllib.loads(Path(__file__).with_name("terms.toml").read_text(encoding="utf-8"))
    return tuple(
        Term(
            key,
            {code: entry[code] for code in LANGUAGES},
            {code: entry[f"{code}_means"] for code in LANGUAGES},
            {code: tuple(entry[f"{code}_words"]) for code in LANGUAGES},
            tuple(entry["headings"]),
        )
        for key, entry in held.items()
    )


@lru_cache(maxsize=4)
def by_label(language: str) -> Mapping[str, str]:
    """Meanings by the labels that columns and figures of a term have in one language."""
    say = Translator(language)
    return {say(heading): term.meanings[language] for term in terms() for heading in term.headings}


@lru_cache(maxsize=512)
def in_text(text: str, language: str) -> tuple[Term, ...]:
    """The terms that a text uses, in the order in which it does, at most ``MOST_IN_A_TEXT``."""
    places = []
    for term in terms():
        starts = [found.start() for mark in _marks(language)[term.key] if (found := mark.search(text))]
        if starts:
            places.append((min(starts), term))
    return tuple(term for _, term in sorted(places, key=lambda place: place[0])[:MOST_IN_A_TEXT])


@lru_cache(maxsize=4)
def _marks(language: str) -> Mapping[str, tuple[re.Pattern[str], ...]]:
    """What each term is known by: whole words where a language puts spaces between them."""
    edge = r"(?<![\w-])", r"(?![\w-])"
    return {
        term.key: tuple(
            re.compile(re.escape(word) if language == "zh" else edge[0] + re.escape(word) + edge[1], re.IGNORECASE)
            for word in term.words[language]
        )
        for term in terms()
    }
