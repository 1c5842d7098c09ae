"""English sentences kept in data, said in another language: each is matched with the English message that it was made from.

A section of the catalogue lists the sentences. ``{n}``, ``{all}`` are figures, ``{letter}`` is one letter, ``{parts}`` is a list whose entries the section
``run_part`` may say; any other place is a text that stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from harness.i18n.translator import Translator, messages

PLACES = {"n": "[0-9][0-9.,]*", "all": "[0-9][0-9.,]*", "letter": "[A-Z]"}
"""Places that hold a figure or one letter alone, so that two sentences which differ in a word are told apart."""
_PLACE = re.compile(r"\\\{(\w+)\\\}")
_COMMA = re.compile(r", (?![^(]*\))")
_REST, _CUT = "run_part.rest", "run_part.cut"


@lru_cache(maxsize=8)
def _patterns(section: str) -> Mapping[str, re.Pattern[str]]:
    """Patterns of a section's English texts by key; either apostrophe, with or without a space before a percent sign."""

    def place(found: re.Match[str]) -> str:
        return f"(?P<{found[1]}>{PLACES.get(found[1], '.+?')})"

    return {
        key: re.compile(_PLACE.sub(place, re.escape(texts["en"])).replace("’", "['’]").replace("%", " ?%"), re.DOTALL)
        for key, texts in messages().items()
        if key.startswith(f"{section}.")
    }


def matches(section: str, sentence: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Keys of the section's messages that make the sentence, with what stands in their places; the most fixed text first."""
    patterns = _patterns(section)
    found = ((key, pattern.fullmatch(sentence)) for key, pattern in patterns.items())
    made = [(key, match.groupdict()) for key, match in found if match]
    return iter(sorted(made, key=lambda one: sum(map(len, one[1].values()))))


def said(say: Translator, section: str, sentence: str) -> str | None:
    """The sentence in the language shown; None where no message of the section makes it."""
    for key, values in matches(section, sentence):
        return say(key, **{name: _list(say, value) if name == "parts" else value for name, value in values.items()})
    return None


def _list(say: Translator, text: str) -> str:
    """A list in words: its entries each as ``run_part`` says them, and how many more there are."""
    for key in (_REST, _CUT):
        if whole := _patterns("run_part")[key].fullmatch(text):
            values = whole.groupdict()
            return say(key, **{**values, "parts": _list(say, values["parts"])})
    return say("file.join").join(_entry(say, entry) for entry in _COMMA.split(text))


def _entry(say: Translator, text: str) -> str:
    for key, values in matches("run_part", text):
        if key not in (_REST, _CUT):
            return say(key, **values)
    return text
