"""URL values of options: a code that is the same in every language, and what older links wrote instead."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from harness.i18n.translator import translated

T = TypeVar("T")

_ID = re.compile(r"[A-Za-z0-9._:+-]+")
"""What stands in a URL as it is."""


def code(option: object) -> str:
    """URL value of one option: an id as it is, words in lower case joined by hyphens, the parts of a tuple alike."""
    if isinstance(option, tuple):
        return "-".join(filter(None, map(code, option)))
    if isinstance(option, float) and option.is_integer():
        return str(int(option))
    text = str(option)
    return text if _ID.fullmatch(text) else re.sub(r"[^\w.:+]+", "-", text.lower()).strip("-")


def codes(options: Sequence[T], coded: Callable[[T], str] = code) -> dict[str, T]:
    """Options by their URL values, in their order; where two would share one, the second stands as it is."""
    own = {str(option) for option in options}
    found: dict[str, T] = {}
    for option in options:
        text = coded(option)
        shared = text in found or (text in own and text != str(option))
        found[str(option) if shared else text or "none"] = option
    return found


def option(asked: str, known: Mapping[str, T], name: Callable[[T], str], language: str) -> T:
    """The option that a URL's value means: by its code, else by its name in any language or the code of it, as older links have.

    Raises:
        ValueError: it means none.
    """
    if asked in known:
        return known[asked]
    names = {str(name(value)): value for value in known.values()}
    for text in (asked, *translated(asked, language)):
        if text in names:
            return names[text]
    sought = code(asked).casefold()
    folded = {text.casefold(): value for text, value in known.items()}
    if sought in folded:
        return folded[sought]
    named = [value for text, value in names.items() if code(text).casefold() == sought]  # a name's code, of older links
    if len(named) != 1:
        raise ValueError(asked)
    return named[0]
