"""Patterns of names, ``{model}.jsonl`` or ``score_{item}``: words in braces are read out of a name, ``*`` is anything.

``{item:*/*}`` is a word that itself fits a pattern.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.errors import BadInput

# Characters of a name that is taken apart; file systems allow 255.
_LONGEST = 1_000
_PART = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}|(\*)")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")


@dataclass(frozen=True, slots=True)
class NamePattern:
    """A pattern of one name: of a file, a folder, or a key. ``words`` are the names in its braces."""

    text: str
    words: tuple[str, ...]
    # Two readings, as short and as long as can be: where they differ, a name has no one reading.
    shortest: re.Pattern[str]
    longest: re.Pattern[str]

    def read(self, name: str) -> Mapping[str, str] | None:
        """The words of a name; none where it does not fit the pattern or could be read in two ways.

        Raises:
            BadInput: it is too long to be taken apart, which takes the square of its length.
        """
        if len(name) > _LONGEST and len(self.words) + self.text.count("*") > 1:
            raise BadInput(f"has a name of more than {_LONGEST:,} characters, which is not taken apart: {name[:40]}")
        short, long = self.shortest.fullmatch(name), self.longest.fullmatch(name)
        if short is None or long is None or (self.words and short.groups() != long.groups()):
            return None
        return dict(zip(self.words, short.groups(), strict=True))


def name_pattern(text: str) -> NamePattern | None:
    """The pattern that a text is; none where its braces do not close, or hold no name."""
    words: list[str] = []
    short = long = ""
    end = 0
    for match in _PART.finditer(text):
        word, inner, star = match.groups()
        literal = text[end : match.start()]
        if set("{}") & set(literal) or (not star and (not _NAME.fullmatch(word) or word in words or inner == "")):
            return None
        own = re.escape(inner).replace(r"\*", ".*") if inner else None
        if not star:
            words.append(word)
        short += re.escape(literal) + (".*?" if star else f"({own or '.+?'})")
        long += re.escape(literal) + (".*" if star else f"({own or '.+'})")
        end = match.end()
    if set("{}") & set(text[end:]):
        return None
    rest = re.escape(text[end:])
    return NamePattern(text, tuple(words), re.compile(short + rest, re.DOTALL), re.compile(long + rest, re.DOTALL))
