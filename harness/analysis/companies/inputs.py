"""The inputs of positioning (``inputs.toml``) and the measures of claims (``measures.toml``): dimension, unit, scale, age, why."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from harness.catalog.schema import DIMENSIONS
from harness.errors import BadInput

FILE = Path(__file__).with_name("inputs.toml")
MEASURES_FILE = Path(__file__).parent / "claims" / "measures.toml"
MEASURED_INDEX = "measured_index:"
"""Start of the key of the best measured index on one suite; the suite's name follows."""
ORIGINS = ("fact", "catalog", "reported", "measured")
SCALES = ("linear", "log", "count")
WORDS = ("name", "what", "why", "unit")
SWITCHES = {"better": "higher", "scale": "linear", "ranks": True, "group": False, "years": 0}
"""Fields that may be left out, with what then holds."""


@dataclass(frozen=True)
class Input:
    """One input of positioning; the fields are described at the head of ``inputs.toml``. ``declared`` is False for a figure
    that no table there names: it is shown and ranks nobody."""

    key: str
    dimension: str
    name_en: str
    name_zh: str
    what_en: str
    what_zh: str
    why_en: str
    why_zh: str
    unit: str
    unit_zh: str
    origin: str
    higher_is_better: bool = True
    scale: str = "linear"
    ranks: bool = True
    group: bool = False
    years: int = 0
    declared: bool = True


def read_inputs(text: str) -> tuple[Input, ...]:
    """Inputs of a text in the form of ``inputs.toml``.

    Raises:
        BadInput: a table lacks a field, has an unknown one, or a value that is not allowed; all problems at once.
    """
    problems: list[str] = []
    tables = tomllib.loads(text)
    rows = tuple(_input(key, table, problems) for key, table in tables.items())
    if problems:
        raise BadInput("The inputs of positioning cannot be read: " + "; ".join(problems) + ".")
    return rows


def _input(key: str, table: Any, problems: list[str]) -> Input:
    table = table if isinstance(table, dict) else {}
    allowed = {"dimension", "origin", *WORDS, *SWITCHES}
    problems += [f"{key}: unknown field {name}" for name in sorted(set(table) - allowed)]
    words = {name: _words(key, name, table.get(name), problems) for name in WORDS}
    values = {**SWITCHES, **{name: table[name] for name in SWITCHES if name in table}}
    lists: dict[str, tuple[str, ...]] = {"dimension": DIMENSIONS, "origin": ORIGINS}
    for name, closed in lists.items():
        if table.get(name) not in closed:
            problems.append(f"{key}: {name} is one of {', '.join(closed)}")
    if values["better"] not in ("higher", "lower"):
        problems.append(f"{key}: better is higher or lower")
    if values["scale"] not in SCALES:
        problems.append(f"{key}: scale is one of {', '.join(SCALES)}")
    if not isinstance(values["years"], int) or isinstance(values["years"], bool) or values["years"] < 0:
        problems.append(f"{key}: years is a whole number, 0 for no limit")
    for name in ("ranks", "group"):
        if not isinstance(values[name], bool):
            problems.append(f"{key}: {name} is true or false")
    return Input(
        key, str(table.get("dimension")), *words["name"], *words["what"], *words["why"], *words["unit"],
        origin=str(table.get("origin")), higher_is_better=values["better"] == "higher", scale=str(values["scale"]),
        ranks=bool(values["ranks"]), group=bool(values["group"]), years=values["years"],
    )  # fmt: skip


def _words(key: str, name: str, value: Any, problems: list[str]) -> tuple[str, str]:
    """A text in both languages."""
    texts = value if isinstance(value, Mapping) else {}
    pair = tuple(texts.get(language) for language in ("en", "zh"))
    if not all(isinstance(text, str) and text.strip() for text in pair):
        problems.append(f"{key}: {name} needs a text en and a text zh")
    return str(pair[0]), str(pair[1])


@cache
def _by_key() -> dict[str, Input]:
    return {row.key: row for row in read_inputs(FILE.read_text(encoding="utf-8"))}


BY_KEY = _by_key()
INPUTS: tuple[Input, ...] = tuple(BY_KEY.values())
MEASURES = {row.key: row for row in read_inputs(MEASURES_FILE.read_text(encoding="utf-8"))}
"""Measures of claims, by key: declared as inputs are, and no input of positioning."""


def declared(key: str, dimension: str) -> Input:
    """The row of an input; one that is not listed is shown and ranks nobody."""
    if key.startswith(MEASURED_INDEX):
        suite = key.removeprefix(MEASURED_INDEX)
        name = (f"Best measured index, {suite}", f"最高实测指数（{suite}）")
        what = ("index of its best model in our own runs of that suite", "本工具对该套件实测所得的最高指数")
        why = ("capability that we measured", "自行实测的能力")
        return Input(key, "rnd", *name, *what, *why, "fraction", "比例", "measured")
    empty = ("",) * 6
    return _by_key().get(key) or MEASURES.get(
        key, Input(key, dimension, *empty, "", "", "fact", ranks=False, declared=False)
    )
