"""Kinds of task a model is chosen for, as ``families.toml`` states them: tests with weights, evidence beside, typical tokens."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness import names
from harness.analysis.scale.domains import DOMAINS
from harness.catalog.schema import MODALITIES
from harness.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

FILE = Path(__file__).with_name("families.toml")
KEYS = {"name", "tests", "beside", "suites", "domain", "language", "modality", "tokens", "costs"}
TEST_KEYS = {"family", "benchmarks", "name", "language", "weight"}


@dataclass(frozen=True)
class WeightedTest:
    """One test of a kind of task: a family of benchmarks (in one ``language``, if that is stated) or ``benchmarks`` by id."""

    name: str
    weight: float
    benchmarks: tuple[str, ...] = ()
    language: str = ""

    def ids(self, benchmarks: pd.DataFrame) -> list[str]:
        """Ids of its benchmarks among ``benchmarks`` (``benchmark_id, family, language``)."""
        inside = benchmarks["benchmark_id"].isin(self.benchmarks)
        if not self.benchmarks:
            inside = benchmarks["family"].eq(self.name)
        if self.language:
            inside &= benchmarks["language"].eq(self.language)
        return sorted(benchmarks.loc[inside, "benchmark_id"])


@dataclass(frozen=True)
class Family:
    """One kind of task. ``input_tokens`` and ``output_tokens`` are those of one task without thinking, an assumption from
    ``basis_en`` and ``basis_zh``; the other fields are described at the head of ``families.toml``."""

    id: str
    name_en: str
    name_zh: str
    tests: tuple[WeightedTest, ...]
    input_tokens: float
    output_tokens: float
    basis_en: str
    basis_zh: str
    beside: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    domain: str = ""
    language: str = ""
    modality: str = ""
    costs: tuple[str, ...] = ()


def read_families(file: Path = FILE) -> Mapping[str, Family]:
    """The kinds of task of a file, by id.

    Raises:
        BadInput: what is wrong in the file, all of it, each with its place.
    """
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadInput(f"{file.name} cannot be read: {error}") from error
    problems: list[str] = []
    families = {id: _family(id, table, problems) for id, table in tables.items()}
    if problems:
        raise BadInput(f"{file.name} has mistakes.", [f"{file.name}, {problem}" for problem in problems])
    return families


@cache
def families() -> Mapping[str, Family]:
    """The kinds of task that ship."""
    return read_families()


def family(wanted: str) -> Family:
    """The kind of task that ``wanted`` means: its id, its name in either language, or a unique ending or beginning.

    Raises:
        BadInput: none or several; the kinds that there are.
    """
    known = families()
    if wanted in known:
        return known[wanted]
    pairs = [(text, f.id) for f in known.values() for text in (f.id, f.name_en, f.name_zh)]
    folded = names.fold(wanted)
    exact = {id for text, id in pairs if folded and names.fold(text) == folded}
    begun = {id for text, id in pairs if folded and names.fold(text).startswith(folded)}
    found = exact or set(names.matches(wanted, pairs)) or begun
    if len(found) == 1:
        return known[found.pop()]
    listed = "\n".join(f"  {f.id:<26}{f.name_en} · {f.name_zh}" for f in known.values())
    what = f"{wanted!r} fits several kinds of task" if found else f"There is no kind of task {wanted!r}"
    raise BadInput(f"{what}. There are:\n{listed}")


def _family(id: str, table: Any, problems: list[str]) -> Family:
    def wrong(key: str, text: str) -> None:
        problems.append(f"[{id}] {key}: {text}")

    table = table if isinstance(table, dict) else {}
    for key in sorted(set(table) - KEYS):
        wrong(key, "no such key")
    name = table.get("name") if isinstance(table.get("name"), dict) else {}
    for language in ("en", "zh"):
        if not isinstance(name.get(language), str) or not name[language].strip():
            wrong("name", f"needs a text {language}")
    listed = table.get("tests") if isinstance(table.get("tests"), list) else []
    tests = tuple(_test(i, row, wrong) for i, row in enumerate(listed, 1))
    if not tests:
        wrong("tests", "needs at least one test")
    if len({test.name for test in tests}) < len(tests):
        wrong("tests", "two tests have one name")
    tokens = table.get("tokens") if isinstance(table.get("tokens"), dict) else {}
    for key in ("input", "output"):
        if not _positive(tokens.get(key)):
            wrong("tokens", f"needs {key}, a number above 0")
    basis: Any = tokens.get("basis")
    basis = basis if isinstance(basis, dict) else {}
    for language in ("en", "zh"):
        if not isinstance(basis.get(language), str) or not basis[language].strip():
            wrong("tokens", f"needs basis, where the numbers come from, as a text {language}")
    lists = {key: _texts(table.get(key, []), key, wrong) for key in ("beside", "suites", "costs")}
    for key, allowed in (("domain", set(DOMAINS)), ("modality", set(MODALITIES)), ("language", None)):
        value = table.get(key, "")
        if not isinstance(value, str) or (value and allowed is not None and value not in allowed):
            wrong(key, f"is {value!r}; there is {', '.join(sorted(allowed or ()))}" if allowed else "is no text")
    return Family(
        id=id,
        name_en=str(name.get("en")),
        name_zh=str(name.get("zh")),
        tests=tests,
        input_tokens=_number(tokens.get("input")),
        output_tokens=_number(tokens.get("output")),
        basis_en=str(basis.get("en")),
        basis_zh=str(basis.get("zh")),
        domain=str(table.get("domain", "")),
        language=str(table.get("language", "")),
        modality=str(table.get("modality", "")),
        **lists,
    )


def _test(place: int, row: Any, wrong: Any) -> WeightedTest:
    row = row if isinstance(row, dict) else {}
    for key in sorted(set(row) - TEST_KEYS):
        wrong(f"tests, {place}", f"no such key: {key}")
    listed = _texts(row.get("benchmarks", []), f"tests, {place}, benchmarks", wrong)
    name = row.get("name") if listed else row.get("family")
    if not isinstance(name, str) or not name.strip() or (listed and "family" in row):
        wrong(f"tests, {place}", "needs a family of benchmarks, or benchmarks with a name")
    if not _positive(row.get("weight")):
        wrong(f"tests, {place}", "needs a weight above 0")
    return WeightedTest(str(name), _number(row.get("weight")), listed, str(row.get("language", "")))


def _texts(value: Any, key: str, wrong: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        wrong(key, "is no list of texts")
        return ()
    return tuple(value)


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value < float("inf")


def _number(value: Any) -> float:
    return float(value) if _positive(value) else 1.0
