"""Names of tasks, benchmarks and suites for a reader, in English and Chinese: the one home of what a task is called.

A task is called as the catalog calls the benchmark of that id, else as ``task_names.toml`` says, else by its own id. The suite
of an imported run is called after its tasks, its agent and its items: its version is a hash, which nobody reads.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import pandas as pd

if TYPE_CHECKING:
    from harness.market.queries import Queries

    Names = Mapping[str, tuple[str, str | None]]

MOST_NAMED = 3
"""Tasks that an imported suite's name lists; the others are counted."""
_SPEC = re.compile(r"(?P<name>\w+):(?P<rest>\w+=.+)")
_IMPORTED = "Imported from "
"""What the title of an imported suite begins with; its source follows."""
_HARMLESS = {"method", "model", "eval_split", "data_augmentation"}
"""Arguments of a HELM scenario that do not say what is asked."""


class Words(Protocol):
    """Messages in one language: a ``Translator``."""

    def __call__(self, key: str, /, **values: object) -> str:
        """The text of ``key`` with its places filled."""
        ...

    def name(self, english: object, chinese: object) -> str:
        """The name of a thing that carries one in each language."""
        ...


class TaskNames:
    """Names of tasks, boards and suites in the language of ``say``."""

    def __init__(self, queries: Queries, say: Words) -> None:
        self.say = say
        rows = queries.frame("benchmarks")
        self._benchmarks: dict[str, tuple[str, str | None]] = {
            str(id): (str(en), zh if isinstance(zh, str) else None)
            for id, en, zh in zip(rows["benchmark_id"], rows["name_en"], rows["name_zh"], strict=True)
        }

        self._suites = queries.frame("suites").to_dict("records")
        own = (row for row in self._suites if row["origin"] != "imported" and isinstance(row["title_en"], str))
        self._titles = {str(row["suite"]): (str(row["title_en"]), row["title_zh"]) for row in own}

    def task(self, task: str) -> str:
        """A task's or benchmark's name; the id itself where nobody names it."""
        return self.say.name(*name_of(task, self._benchmarks))

    def agent(self, agent: str) -> str:
        """An agent's name."""
        return self.say.name(*_pair(_data()["agents"].get(agent), agent))

    def setter(self, set_up_by: object) -> str:
        """Who set a benchmark up (the catalog's ``set_up_by``); a dash where that is not known."""
        if not isinstance(set_up_by, str) or not set_up_by:
            return "–"
        words = set_up_by.replace("-board", "").replace("-", " ")
        return self.say.name(*_pair(_data()["setters"].get(set_up_by), words[:1].upper() + words[1:]))

    def source(self, source: str) -> str:
        """The name of a tool or format that runs are from; of a suite of our own, its title."""
        return self.say.name(*(self._titles.get(source) or _pair(_data()["sources"].get(source), source)))

    def alone(self, task: str, agent: str | None) -> str:
        """A task's name without the agent's in brackets: for where the agent is named beside it."""
        name = self.task(task)
        return re.sub(rf"\s*[(（]{re.escape(self.agent(agent))}[)）]$", "", name) if agent else name

    def board(self, task: str, agent: str | None = None, items: int | None = None) -> str:
        """A task with its agent and number of items: ``SWE-bench Verified, agent OpenHands, 500 items``."""
        parts = [self.alone(task, agent)]
        if agent:
            parts.append(self.say("suite.agent", agent=self.agent(agent)))
        if items:
            parts.append(self.say("suite.items", n=f"{items:,}"))
        return self.say("memo.comma").join(parts)

    def named(self, rows: pd.DataFrame) -> pd.DataFrame:
        """``rows`` with names in place of ids in ``suite`` (of ``suite, suite_version``) and, where it has such, ``task``."""
        suites = self.suites()
        versions = rows["suite_version"].astype(object).where(rows["suite_version"].notna(), "")
        names = [suites((str(s), str(v))) for s, v in zip(rows["suite"], versions, strict=True)]
        named = rows.assign(suite=pd.Series(names, index=rows.index, dtype=object))
        return named.assign(task=rows["task"].map(self.task)) if "task" in rows else named

    def suites(self) -> Callable[[tuple[str, str]], str]:
        """Names of suites by (suite, version; "" where there is none), each another one."""
        rows = self._suites
        keys = [
            (str(row["suite"]), row["suite_version"] if isinstance(row["suite_version"], str) else "") for row in rows
        ]
        names = [self._suite(row) for row in rows]
        seen, taken = Counter(names), Counter[str]()
        for place in sorted(range(len(names)), key=lambda place: keys[place]):
            if seen[name := names[place]] > 1:  # asked otherwise in what the runs do not tell
                taken[name] += 1
                names[place] = self.say("suite.of_several", name=name, place=taken[name], all=seen[name])
        return partial(_suite_name, dict(zip(keys, names, strict=True)))

    def _suite(self, row: Mapping[Any, Any]) -> str:
        say, version = self.say, row["suite_version"]
        title = row["title_en"] if isinstance(row["title_en"], str) else ""
        if row["origin"] != "imported" or not len(row["tasks"]) or (title and not title.startswith(_IMPORTED)):
            title = say.name(title or row["suite"], row["title_zh"])
            return f"{title} {version}" if isinstance(version, str) and version else title
        tasks = [str(task) for task in row["tasks"]]
        agent = row["agent"] if isinstance(row["agent"], str) else None
        if len(tasks) == 1:
            name = self.board(tasks[0], agent, _count(row["items"]))
        else:
            name = self._several(tasks)
            if agent:
                name = say("memo.comma").join((name, say("suite.agent", agent=self.agent(agent))))
        source = title.removeprefix(_IMPORTED) or str(row["suite"])
        shots = _count(row["num_fewshot"])
        parts = [name, say("suite.shots", n=shots) if shots else "", self.source(source)]
        return " · ".join(part for part in parts if part)

    def _several(self, tasks: list[str]) -> str:
        """The families of many tasks, the largest first."""
        families = Counter(self.say.name(*family_of(task, self._benchmarks)) for task in tasks)
        names = [name for name, _ in sorted(families.items(), key=lambda pair: (-pair[1], pair[0]))]
        listed = self.say("suite.and").join(names[:MOST_NAMED])
        more = len(names) - MOST_NAMED
        return self.say("suite.more", names=listed, n=more) if more > 0 else listed


def name_of(task: str, benchmarks: Names) -> tuple[str, str | None]:
    """A task's name in English and, where Chinese writes another, in Chinese; ``benchmarks``: the catalog's names by id."""
    if task in benchmarks:
        return benchmarks[task]
    if task in _data()["tasks"]:
        return _pair(_data()["tasks"][task], task)
    spec = _SPEC.fullmatch(task)
    if spec:
        return _of_spec(spec["name"], spec["rest"], benchmarks)
    family = _family(task)
    if family:
        english, chinese = _pair(_data()["families"][family], family)
        part = _part(task[len(family) :].strip("_-"))
        return (
            (f"{english}: {part[0]}", f"{chinese or english}：{part[1] or part[0]}") if part[0] else (english, chinese)
        )
    return _pair(_data()["parts"].get(re.sub(r"\W+", "_", task.lower())), task)


def family_of(task: str, benchmarks: Names) -> tuple[str, str | None]:
    """The name of what a task is a part of (MMLU of its subjects), else the task's own."""
    family = None if task in benchmarks or task in _data()["tasks"] else _family(task)
    return _pair(_data()["families"][family], family) if family else name_of(task, benchmarks)


def _of_spec(name: str, rest: str, benchmarks: Names) -> tuple[str, str | None]:
    """The name of a HELM scenario ``name:argument=value,…``."""
    arguments = dict(part.partition("=")[::2] for part in rest.split(","))
    dataset = arguments.pop("dataset", None)
    names = name_of(dataset or name, benchmarks)
    parts = [_part(value) for key, value in arguments.items() if key not in _HARMLESS]
    if not parts:
        return names
    chinese = "，".join(part[1] or part[0] for part in parts)
    return f"{names[0]}: {', '.join(part[0] for part in parts)}", f"{names[1] or names[0]}：{chinese}"


def _family(task: str) -> str | None:
    """The longest beginning of a task's id that names a family."""
    return max((begin for begin in _data()["families"] if task.startswith(begin)), key=len, default=None)


def _part(text: str) -> tuple[str, str | None]:
    words = text.replace("_", " ").replace("-", " ").strip()
    return _pair(_data()["parts"].get(text.lower()), words[:1].upper() + words[1:])


def _pair(names: list[str] | None, otherwise: str) -> tuple[str, str | None]:
    return (otherwise, None) if not names else (names[0], names[1] if len(names) > 1 else None)


def _count(value: Any) -> int | None:
    return None if value is None or value != value else int(value)


@lru_cache(maxsize=1)
def _data() -> Mapping[str, Mapping[str, list[str]]]:
    return tomllib.loads((Path(__file__).parent / "task_names.toml").read_text(encoding="utf-8"))


def _suite_name(known: Mapping[tuple[str, str], str], suite: tuple[str, str]) -> str:
    return known.get(suite, " ".join(suite).strip())
