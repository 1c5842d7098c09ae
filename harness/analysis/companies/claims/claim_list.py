"""The claims that are put to the test, as ``claims.toml`` declares them: who is compared, on which inputs, in which direction."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.analysis.companies.inputs import declared
from harness.errors import BadInput

FILE = Path(__file__).with_name("claims.toml")
TOPICS = (
    "technology",
    "data",
    "talent",
    "application",
    "capital",
    "value-chain",
    "base-layer",
    "homogenisation",
    "china",
)
GROUPS = ("big-tech", "startup", "cn", "world")
"""Groups of vendors: two segments, and the vendors of China and of all other countries."""
LIKENESS = ("between", "within")
SWITCHES = ("less", "only", "now_only")


@dataclass(frozen=True)
class Claim:
    """One claim; the fields are described at the head of ``claims.toml``."""

    key: str
    text_en: str
    text_zh: str
    topic: str
    first: str = ""
    second: str = ""
    inputs: tuple[str, ...] = ()
    less: bool = False
    only: bool = False
    likeness: str = ""
    now_only: bool = False
    unknown_en: str = ""
    unknown_zh: str = ""

    @classmethod
    def read(cls, text: str) -> tuple[Claim, ...]:
        """Claims of a text in the form of ``claims.toml``.

        Raises:
            BadInput: a table lacks a field, has an unknown one, or a value that is not allowed; all problems at once.
        """
        problems: list[str] = []
        claims = tuple(_claim(key, table, problems) for key, table in tomllib.loads(text).items())
        if problems:
            raise BadInput("The claims cannot be read: " + "; ".join(problems) + ".")
        return claims


def _claim(key: str, table: Any, problems: list[str]) -> Claim:
    allowed = {"text", "topic", "first", "second", "inputs", "likeness", "unknown", *SWITCHES}
    problems += [f"{key}: unknown field {name}" for name in sorted(set(table) - allowed)]
    if sum(name in table for name in ("inputs", "likeness", "unknown")) != 1:
        problems.append(f"{key}: one of inputs, likeness and unknown is needed")
    inputs = tuple(table.get("inputs", ()))
    problems += [f"{key}: {name} is no input and no measure" for name in inputs if not declared(name, "").declared]
    if table.get("topic") not in TOPICS:
        problems.append(f"{key}: topic is one of {', '.join(TOPICS)}")
    first, second = table.get("first", ""), table.get("second", "")
    if inputs and (first not in GROUPS or second not in GROUPS or first == second):
        problems.append(f"{key}: first and second are two of {', '.join(GROUPS)}")
    if table.get("likeness", LIKENESS[0]) not in LIKENESS:
        problems.append(f"{key}: likeness is one of {', '.join(LIKENESS)}")
    problems += [f"{key}: {name} is true or false" for name in SWITCHES if not isinstance(table.get(name, False), bool)]
    texts = {name: _texts(key, name, table.get(name), problems) for name in ("text", "unknown")}
    return Claim(
        key, *texts["text"], topic=str(table.get("topic")), first=first, second=second, inputs=inputs,
        likeness=table.get("likeness", ""), unknown_en=texts["unknown"][0], unknown_zh=texts["unknown"][1],
        **{name: table.get(name, False) for name in SWITCHES},
    )  # fmt: skip


def _texts(key: str, name: str, table: Any, problems: list[str]) -> tuple[str, str]:
    """A text in both languages; ``unknown`` may be left out."""
    if table is None and name == "unknown":
        return "", ""
    texts = table if isinstance(table, dict) else {}
    pair = texts.get("en"), texts.get("zh")
    if not all(isinstance(text, str) and text.strip() for text in pair):
        problems.append(f"{key}: {name} needs a text en and a text zh")
    return str(pair[0]), str(pair[1])


CLAIMS: tuple[Claim, ...] = Claim.read(FILE.read_text(encoding="utf-8"))
