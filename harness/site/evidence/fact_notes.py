"""Notes of facts and relations, which the catalog holds in English, in the language shown.

A note is made of parts with ``; `` between them, a part of terms with commas. Each part, else each of its terms, is said by the
message of the section ``fact_note`` that makes it. Names stay as they are, and so does a part with words that no message makes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from harness.i18n import stored_sentences

if TYPE_CHECKING:
    from collections.abc import Iterable

    from harness.i18n.translator import Translator

SECTION = "fact_note"
_PROSE = re.compile(r"\b[a-z]{2,} [a-z]{2,}")
"""Words of a sentence rather than a name: a part that has some which no message makes stays whole in its own language."""


def told(say: Translator, note: object) -> str | None:
    """One note in the language shown; None where there is none."""
    if not isinstance(note, str) or not note.strip():
        return None
    if say.language == "en":
        return note
    return say("memo.between").join(_part(say, part) for part in note.split("; "))


def every(say: Translator, notes: Iterable[Any]) -> list[str | None]:
    """The notes of a table's rows."""
    return [told(say, note) for note in notes]


def _part(say: Translator, part: str) -> str:
    """A part as a whole, else term by term."""
    if (whole := stored_sentences.said(say, SECTION, part)) is not None:
        return whole
    said = [(term, stored_sentences.said(say, SECTION, term)) for term in part.split(", ")]
    if any(words is None and _PROSE.search(term) for term, words in said):
        return part
    return say("memo.comma").join(words or term for term, words in said)
