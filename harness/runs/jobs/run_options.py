"""The options that a run of a run file may have, each with its check and what it must be: those of ``harness run``."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

MAX_WHOLE = 10**9
"""No number of items comes near."""


def is_text(value: object) -> bool:
    """Whether a value is a text that is not blank."""
    return isinstance(value, str) and bool(value.strip())


def is_switch(value: object) -> bool:
    """Whether a value is true or false."""
    return isinstance(value, bool)


def is_number(value: object) -> bool:
    """Whether a value is a finite number."""
    return is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def is_whole(value: object) -> bool:
    """Whether a value is a whole number that something can be counted with."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_WHOLE


OPTIONS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "engine": (is_text, "a text, such as packed"),
    "dtype": (is_text, "a text, such as bf16"),
    "device": (is_text, "a text, such as cuda:0"),
    "revision": (is_text, "a text (quote a commit that is all digits)"),
    "limit": (is_number, "a number: items of each task, or below 1 a share of them"),
    "sample": (is_whole, "a whole number of items"),
    "deterministic": (is_switch, "true or false"),
    "precision": (is_number, "a number, such as 0.02"),
    "chat_template": (is_switch, "true or false"),
    "trust_remote_code": (is_switch, "true or false"),
    "offline": (is_switch, "true or false"),
    "strict": (is_switch, "true or false"),
    "again": (is_switch, "true or false"),
}
"""The options that a run of a file may have: those of ``harness run``, each with its check and what it must be."""
OF_A_MODEL = ("revision", "trust_remote_code")
"""Options that are said of one model, so that ``defaults`` and suites cannot have them."""
