"""Messages of the site and of reports, from one catalogue: ``en.toml``, ``zh.toml``, a file a language.

A message is a key, one text per language and named places (``{n}``). A key ending in ``_one`` is the
singular of the key without it, chosen where ``n`` is 1.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent


def read_languages(folder: Path = FOLDER) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    """The catalogue as its files hold it: language code to sections to texts; a file ``xx.toml`` is the language ``xx``.

    English comes first: it is complete, and stands in where another language lacks a text.
    """
    paths = sorted(folder.glob("*.toml"), key=lambda path: (path.stem != "en", path.stem))
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8")) for path in paths}


LANGUAGES: Mapping[str, str] = {code: sections["language"]["name"] for code, sections in read_languages().items()}
"""Language codes and their own names."""


@lru_cache(maxsize=2)
def messages(folder: Path = FOLDER) -> Mapping[str, Mapping[str, str]]:
    """Every message: key (``section.name``) to its texts by language."""
    texts: dict[str, dict[str, str]] = {}
    for language, sections in read_languages(folder).items():
        for section, entries in sections.items():
            for name, text in entries.items():
                texts.setdefault(f"{section}.{name}", {})[language] = text
    return texts


def preferred(locale: str | None) -> str:
    """The code of the language that a browser's locale (``zh-CN``) asks for; English where there is none."""
    return next((code for code in LANGUAGES if str(locale or "").lower().startswith(code)), "en")


def slug(text: str) -> str:
    """A text from data as the last part of a message's key: lower case, runs of other signs than a-z and 0-9 as ``_``."""
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")


@lru_cache(maxsize=1)
def _keys_by_text() -> Mapping[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for key, texts in messages().items():
        for text in texts.values():
            keys[text] = (*keys.get(text, ()), key)
    return keys


def translated(text: str, language: str) -> tuple[str, ...]:
    """What ``language`` says for the messages that say ``text`` in any language."""
    said = (messages()[key] for key in _keys_by_text().get(text, ()))
    return tuple(dict.fromkeys(texts.get(language) or texts["en"] for texts in said))


_NEEDLESS = re.compile(
    r"(?<=[\u4e00-\u9fff（），。；：、！？]) +(?=[\u4e00-\u9fff])|(?<=[（），。；：、！？]) +(?=\S)|(?<=\S) +(?=[（），。；：、！？])"
)
"""Spaces in Chinese between two Chinese signs, or beside a mark, which brings its own room."""
_EDGE = "\0"
"""Marks both ends of a value while it is set into a Chinese text."""
_MEETING = re.compile(rf"(?<=[\u4e00-\u9fff]){_EDGE}(?=\\?[A-Za-z0-9$])|(?<=[A-Za-z0-9%]){_EDGE}(?=[\u4e00-\u9fff])")
"""Where a value in Latin letters or digits meets a Chinese sign without a space."""


def _filled_in_chinese(text: str, values: Mapping[str, object]) -> str:
    """A Chinese text with its places filled: a space where a value in Latin letters begins or ends, none between Chinese signs."""
    filled = text.format(**{name: f"{_EDGE}{value}{_EDGE}" for name, value in values.items()})
    return _NEEDLESS.sub("", _MEETING.sub(" ", filled).replace(_EDGE, ""))


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
        if not values:
            return text
        return _filled_in_chinese(text, values) if self.language == "zh" else text.format(**values)

    def known(self, prefix: str, value: object, /) -> str:
        """The text of ``prefix.value`` where there is one, else the value itself (names from data)."""
        text = messages().get(f"{prefix}.{slug(str(value))}")
        return str(value) if text is None else text.get(self.language) or text["en"]

    def name(self, english: object, chinese: object) -> str:
        """The name of a thing that carries one in each language."""
        has_chinese = isinstance(chinese, str) and chinese.strip()
        return str(chinese) if self.language == "zh" and has_chinese else str(english)
