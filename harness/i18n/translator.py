"""Messages in English and Chinese from one catalogue, ``messages.toml``.

A message is a key, one text per language and named places (``{n}``). A key ending in ``_one`` is the
singular of the key without it, chosen where ``n`` is 1.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

LANGUAGES: Mapping[str, str] = {"en": "English", "zh": "中文"}
"""Language codes and their own names."""


@lru_cache(maxsize=1)
def messages() -> Mapping[str, Mapping[str, str]]:
    """Every message: key (``section.name``) to its texts by language."""
    sections = tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
    return {f"{section}.{name}": texts for section, entries in sections.items() for name, texts in entries.items()}


@dataclass(frozen=True, slots=True)
class Translator:
    """Says a message in one language: ``say("overview.title")``."""

    language: str = "en"

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with its places filled.

        Raises:
            KeyError: the catalogue has no such message (our own mistake; a test finds it).
        """
        catalogue = messages()
        singular = f"{key}_one"
        texts = catalogue[singular if values.get("n") in (1, "1") and singular in catalogue else key]
        text = texts.get(self.language) or texts["en"]
        return text.format(**values) if values else text

    def known(self, prefix: str, value: object, /) -> str:
        """The text of ``prefix.value`` where there is one, else the value itself (names from data)."""
        text = messages().get(f"{prefix}.{str(value).replace('-', '_').lower()}")
        return str(value) if text is None else text.get(self.language) or text["en"]

    def name(self, english: object, chinese: object) -> str:
        """The name of a thing that carries one in each language."""
        has_chinese = isinstance(chinese, str) and chinese.strip()
        return str(chinese) if self.language == "zh" and has_chinese else str(english)
