"""Patterns of names, ``{model}.jsonl`` or ``score_{item}``: words in braces are read out of a name, ``*`` is anything."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PART = re.compile(r"\{([^{}]*)\}|(\*)")
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
        """The words of a name; none where it does not fit the pattern or could be read in two ways."""
        short, long = self.shortest.fullmatch(name), self.longest.fullmatch(name)
        if short is None or long is None or (self.words and short.groups() != long.groups()):
            return None
        return dict(zip(self.words, short.groups(), strict=True))


def name_pattern(text: str) -> NamePattern | None:
    """The pattern that a text is; none where its braces do not close, or hold no name."""
    words: list[str] = []
    parts: list[tuple[str, str]] = []
    end = 0
    for match in _PART.finditer(text):
        parts.append((re.escape(text[end : match.start()]),) * 2)
        end = match.end()
        if match[2]:
            parts.append((".*?", ".*"))
            continue
        if not _NAME.fullmatch(match[1]) or match[1] in words:
            return None
        words.append(match[1])
        parts.append(("(.+?)", "(.+)"))
    rest = text[end:]
    if set("{}") & set("".join([rest, *(literal for literal, _ in parts if not literal.startswith(("(", ".*")))])):
        return None
    parts.append((re.escape(rest),) * 2)
    short, long = ("".join(part[i] for part in parts) for i in (0, 1))
    return NamePattern(text, tuple(words), re.compile(short, re.DOTALL), re.compile(long, re.DOTALL))
