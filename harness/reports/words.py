"""What a report says: its own messages, then the site's; columns that many tables share."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from harness.i18n.translator import Translator
from harness.reports.cells import cleaned, printed
from harness.reports.sections import Column, Sentence

if TYPE_CHECKING:
    import pandas as pd


@lru_cache(maxsize=1)
def messages() -> Mapping[str, Mapping[str, str]]:
    """Every message of reports: key to its texts by language."""
    groups = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
    return {f"{group}.{name}": texts for group, entries in groups.items() for name, texts in entries.items()}


class Words(Translator):
    """Says a report's message, else one of the site's."""

    __slots__ = ()

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with its places filled; ``key_one`` where ``n`` is 1.

        Raises:
            KeyError: there is no such message.
        """
        singular = messages().get(f"{key}_one") if str(values.get("n")) == "1" else None
        texts = singular or messages().get(key)
        if texts is None:
            return Translator.__call__(self, key, **values)
        text = texts[self.language]
        return text.format(**values) if values else text

    def known(self, prefix: str, value: object, /) -> str:
        """The text of ``prefix.value`` where there is one, else the value itself."""
        if not isinstance(value, str):
            return "–"
        texts = messages().get(f"{prefix}.{str(value).replace('-', '_').replace(' ', '_').lower()}")
        return Translator.known(self, prefix, value) if texts is None else texts[self.language]

    def vendor(self, frame: pd.DataFrame) -> list[str]:
        """Vendors' names of a frame with ``vendor_en, vendor_zh``, in the language."""
        pairs = zip(frame["vendor_en"], frame["vendor_zh"], strict=True)
        return [cleaned(self.name(en, zh)) if isinstance(en, str) else "–" for en, zh in pairs]

    def sentence(
        self, key: str, /, numbers: Mapping[str, tuple[float, str]] | None = None, **values: object
    ) -> Sentence:
        """A sentence from the message ``key``; ``numbers`` are values with the kind that prints them."""
        shown = {name: printed(value, kind) for name, (value, kind) in (numbers or {}).items()}
        given = {name: cleaned(value) for name, value in values.items()}
        held = tuple((name, float(value)) for name, (value, _) in (numbers or {}).items())
        return Sentence(f"{key} {' '.join(given.values())}".strip()[:200], self(key, **shown, **given), held)

    def column(self, key: str, kind: str = "text", unit: str = "", label: str = "") -> Column:
        """A column with its heading."""
        return Column(key, self(f"col.{label or key}"), kind, unit)

    def interval(self, kind: str) -> tuple[Column, Column]:
        """The ends of a 95 % interval."""
        return self.column("low", kind), self.column("high", kind)

    def ranks(self) -> tuple[Column, Column]:
        """The ends of an interval of ranks."""
        return self.column("rank_low", "integer"), self.column("rank_high", "integer")
