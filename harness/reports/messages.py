"""A report's sentences and column headings, from the catalogue of messages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from harness.i18n.translator import Translator
from harness.reports.cells import cleaned, printed
from harness.reports.document import Column, Part, Section, Sentence

if TYPE_CHECKING:
    import pandas as pd

HAN = "\u4e00-\u9fff"
_MEETING = re.compile(rf"(?<=[A-Za-z0-9])(?=[{HAN}])|(?<=[{HAN}])(?=[A-Za-z0-9])")
_PARTED = re.compile(rf"(?<=[{HAN}）]) (?=[{HAN}（])")
_NESTED = re.compile(r"（([^（）]*)（([^（）]*)））")


def spaced(text: str) -> str:
    """A Chinese text with a space where Latin letters or digits meet Chinese signs and none between two Chinese ones; brackets within
    brackets become a comma."""
    return _NESTED.sub(r"（\1，\2）", _PARTED.sub("", _MEETING.sub(" ", text)))


class Words(Translator):
    """Messages with values printed as reports print them; sections, sentences and columns with their texts."""

    __slots__ = ()

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with its places filled; in Chinese spaced as print is, whatever names came into it."""
        text = Translator.__call__(self, key, **values)
        return spaced(text) if values and self.language == "zh" else text

    def known(self, prefix: str, value: object, /) -> str:
        """The text of ``prefix.value`` where there is one, else the value itself; a dash where it is missing."""
        if not isinstance(value, str):
            return "–"
        return Translator.known(self, prefix, value)

    def listed(self, items: Sequence[str]) -> str:
        """Things of a list as a sentence names them: commas between, the last one joined by a word."""
        *first, last = items
        return self("place.and_last", first=self("place.and").join(first), last=last) if first else last

    def vendor(self, frame: pd.DataFrame) -> list[str]:
        """Vendors' names of a frame with ``vendor_en, vendor_zh``, in the language."""
        pairs = zip(frame["vendor_en"], frame["vendor_zh"], strict=True)
        return [cleaned(self.name(en, zh)) if isinstance(en, str) else "–" for en, zh in pairs]

    def sentence(
        self, key: str, /, numbers: Mapping[str, tuple[float, str]] | None = None, **values: object
    ) -> Sentence:
        """A sentence from the message ``key``; ``numbers`` are values with the kind that prints them."""
        shown = {name: printed(value, kind) for name, (value, kind) in (numbers or {}).items()}
        texts = {name: cleaned(value) for name, value in values.items()}
        plain = tuple((name, float(value)) for name, (value, _) in (numbers or {}).items())
        return Sentence(f"{key} {' '.join(texts.values())}".strip()[:200], self(key, **shown, **texts), plain)

    def section(self, key: str, /, *parts: Part, **values: object) -> Section:
        """The section ``key`` with its title and lead: its parts one after the other, its runs sorted."""
        return Section(
            key,
            self(f"section.{key}", **values),
            self(f"lead.{key}"),
            tuple(s for part in parts for s in part.sentences),
            tuple(t for part in parts for t in part.tables),
            tuple(f for part in parts for f in part.figures),
            tuple(sorted({run for part in parts for run in part.runs})),
            tuple(t for part in parts for t in part.details),
        )

    def column(self, key: str, kind: str = "text", unit: str = "", label: str = "") -> Column:
        """A column with its heading, and its unit in words."""
        return Column(key, self(f"col.{label or key}"), kind, self.known("unit", unit) if unit else "")

    def id(self, key: str, label: str = "") -> Column:
        """A column of ids for machines: in workbook and archives alone."""
        return Column(key, self(f"col.{label or key}"), paged=False)

    def interval(self, kind: str) -> tuple[Column, Column]:
        """The ends of a 95% interval."""
        return self.column("low", kind), self.column("high", kind)

    def ranks(self) -> tuple[Column, Column]:
        """The ends of an interval of ranks."""
        return self.column("rank_low", "integer"), self.column("rank_high", "integer")
