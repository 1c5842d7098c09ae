"""The day that chat templates see: one and the same in every run, so that one plan always asks the same prompts.

Some templates write the date or time into each prompt (Llama 3.2, gpt-oss: ``strftime_now``). The day is the one that Llama's own
templates write where they are given none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

DAY = date(2024, 7, 26)


@dataclass
class Clock:
    """Whether a template has asked for the date or time."""

    asked: bool = False


@contextmanager
def fixed_clock(clock: Clock) -> Iterator[None]:
    """While active, the clock of transformers' chat templates stands at the beginning of ``DAY``, whatever the time zone."""
    from transformers.utils import chat_template_utils

    templates: Any = chat_template_utils

    class Fixed(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Fixed:
            clock.asked = True
            return cls(DAY.year, DAY.month, DAY.day, tzinfo=tz)

    running = templates.datetime
    templates.datetime = Fixed
    try:
        yield
    finally:
        templates.datetime = running
