"""Suite files: find, read, validate. One error names all problems of a file."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import BadInput, MissingData
from harness.interchange.foreign.bounded import read_yaml
from harness.metrics import metric
from harness.places import typed_path
from harness.suites.extra_metrics import EXTRA_METRICS
from harness.suites.model import KINDS, Suite, SuiteGroup, SuiteTask

FOLDER = Path(__file__).parent

# No window, number of shots or anchor comes near.
MAX_WHOLE = 10**9
# What a person reads of a file that is wrong all over: problems, and characters of each.
MAX_PROBLEMS, MAX_PROBLEM = 40, 400

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SUITE_KEYS = ("name", "version", "title", "description", "window", "stride", "tasks")
_TASK_KEYS = (
    *("task", "group", "members", "weight_by_size", "kind", "language", "num_fewshot", "metric", "filter"),
    *("higher_is_better", "chance", "best", "h0", "licence", "redistribute", "cluster", "extra_metrics"),
)


def list_suites(folder: Path = FOLDER) -> list[Suite]:
    """The suites that ship with the project, by name."""
    return [load_suite(str(path)) for path in sorted(folder.glob("*.yaml"))]


def load_suite(name_or_path: str, folder: Path = FOLDER) -> Suite:
    """A shipped suite by its name, or any suite file by its path.

    Raises:
        MissingData: there is no such suite; the message lists those that there are.
        BadInput: the file is not a valid suite; ``problems`` names every key that is wrong.
    """
    typed = typed_path(name_or_path)
    path = folder / f"{name_or_path}.yaml"
    if Path(name_or_path).name != name_or_path or name_or_path.endswith((".yaml", ".yml")):
        path = typed
    if not path.exists():
        names = ", ".join(sorted(p.stem for p in folder.glob("*.yaml")))
        raise MissingData(f"There is no suite {name_or_path!r}. Suites here: {names}. Or give a suite file (.yaml).")
    try:
        spec = read_yaml(path, follow=True)
    except BadInput as problem:
        raise BadInput(f"{path} cannot be read as a suite file: it {problem}.") from None
    return parse(spec, str(path))


def parse(spec: object, where: str) -> Suite:
    """The suite of a suite file's content; ``where`` names the file in error messages.

    Raises:
        BadInput: with every problem found.
    """
    if not isinstance(spec, dict):
        raise BadInput(f"{where} is no suite file: it must be a mapping with {', '.join(_SUITE_KEYS)}.")
    keys = _Keys(spec, "the suite")
    keys.only(_SUITE_KEYS)
    title, description = _texts(keys, "title"), _texts(keys, "description")
    window, stride = keys.whole("window", 2), keys.whole("stride", 1)
    if stride > window:
        keys.problem("stride", "is longer than window, which leaves tokens unscored", "make it at most the window")
    tasks: list[SuiteTask] = []
    groups: list[SuiteGroup] = []
    entries = keys.get("tasks", list, "must be a list with at least one task") or []
    for number, entry in enumerate(entries, 1):
        _entry(entry, number, keys.problems, tasks, groups)
    if isinstance(spec.get("tasks"), list) and not entries:
        keys.problem("tasks", "is empty", "list at least one task")
    names = [t.task for t in tasks] + [g.name for g in groups]
    if stride < window:
        for task in (t.task for t in tasks if t.kind == "perplexity" and t.metric != "text_bits_per_byte"):
            keys.problem("stride", f"is less than window, which the metric of {task} does not know (lm-eval's windows do not overlap)",
                         "make it the window, or the metric text_bits_per_byte")  # fmt: skip
    for twice in sorted(n for n, times in Counter(names).items() if times > 1):
        keys.problems.append(f"task {twice}: is listed more than once; list it once (a group holds its members).")
    name = keys.text("name")
    if name and not _NAME.fullmatch(name):
        keys.problem("name", f"is {name!r}", "use letters, digits, dots, hyphens and underscores: run folders carry it")
    suite = Suite(
        name=name,
        version=keys.text("version"),
        title_en=title["en"],
        title_zh=title["zh"],
        description_en=description["en"],
        description_zh=description["zh"],
        window=window,
        stride=stride,
        tasks=tuple(tasks),
        groups=tuple(groups),
    )
    if keys.problems:
        shown = [p if len(p) <= MAX_PROBLEM else p[:MAX_PROBLEM] + "…" for p in keys.problems[:MAX_PROBLEMS]]
        more = len(keys.problems) - len(shown)
        raise BadInput(f"{where} is not a valid suite file:", [*shown, *([f"and {more:,} more"] if more else [])])
    return suite


def _entry(entry: object, number: int, problems: list[str], tasks: list[SuiteTask], groups: list[SuiteGroup]) -> None:
    if not isinstance(entry, dict):
        problems.append(f"task {number}: must be a mapping with the keys task (or group), kind, metric, …")
        return
    label = entry.get("task") or entry.get("group") or number
    keys = _Keys(entry, f"task {label}", problems)
    keys.only(_TASK_KEYS)
    if ("task" in entry) == ("group" in entry):
        keys.problem("task", "or else group must be given, not both", "name one of them")
    group = keys.text("group") if "group" in entry else None
    kind = keys.choice("kind", KINDS)
    settings: dict[str, Any] = {
        "group": group,
        "kind": kind,
        "language": keys.choice("language", ("en", "zh", "und")),
        "num_fewshot": keys.whole("num_fewshot", 0),
        "metric": keys.text("metric"),
        "filter": keys.text("filter") if "filter" in entry else "none",
        "higher_is_better": keys.get("higher_is_better", bool, "must be true or false") is True,
        "chance": keys.number("chance"),
        "best": keys.number("best"),
        "h0": keys.number("h0"),
        "licence": keys.text("licence") if entry.get("licence") is not None else None,
        "redistribute": keys.get("redistribute", bool, "must be true or false") is True,
        "cluster": keys.text("cluster") if entry.get("cluster") is not None else None,
        "extra_metrics": tuple(keys.names("extra_metrics", allowed=tuple(EXTRA_METRICS), may_lack=True)),
    }
    _anchors(keys, settings)
    if "," in settings["metric"]:
        keys.problem("metric", "holds a comma", "give the filter under its own key, filter")
    members = [keys.text("task")] if group is None else keys.names("members")
    if group is not None:
        weighted = keys.get("weight_by_size", bool, "must be true or false (is the mean weighted by items?)") is True
        groups.append(SuiteGroup(group, weighted, tuple(members)))
    tasks.extend(SuiteTask(task=name, **settings) for name in members)


def _anchors(keys: _Keys, settings: Mapping[str, Any]) -> None:
    chance, best, h0 = settings["chance"], settings["best"], settings["h0"]
    if metric(settings["metric"]).unit == "bits per byte":
        if h0 is None or h0 <= 0:
            keys.problem("h0", "is missing", "give the text's order-0 byte entropy in bits, the index's anchor")
        if settings["higher_is_better"]:
            keys.problem("higher_is_better", "is true, but fewer bits per byte are better", "say false")
    elif chance is None or best is None:
        keys.problem("chance", "and best are the anchors of the index", "give both, e.g. chance: 0.25, best: 1.0")
    elif (best > chance) != settings["higher_is_better"]:
        keys.problem("best", "must lie on the better side of chance", "compare higher_is_better, chance and best")


def _shown(value: object) -> str:
    """A value as a message shows it: of a huge whole number only that it is one (Python refuses to write it out)."""
    if isinstance(value, int) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    try:
        return repr(value)[:MAX_PROBLEM]
    except ValueError:  # such a number inside a list
        return f"a {type(value).__name__} that cannot be shown"


def _texts(keys: _Keys, key: str) -> dict[str, str]:
    value = keys.get(key, dict, "must be a mapping with en and zh") or {}
    for language in ("en", "zh"):
        if value and not (isinstance(value.get(language), str) and value[language].strip()):
            keys.problem(f"{key}.{language}", "is missing", "give a text in both languages")
    return {language: str(value.get(language) or "").strip() for language in ("en", "zh")}


@dataclass(slots=True)
class _Keys:
    """Reader of one mapping's keys that collects their problems; a wrong value reads as an empty one."""

    spec: Mapping[str, Any]
    where: str
    problems: list[str] = field(default_factory=list)

    def problem(self, key: str, what: str, to_do: str) -> None:
        self.problems.append(f"{self.where}: {key} {what}; {to_do}.")

    def only(self, allowed: tuple[str, ...]) -> None:
        for key in self.spec:
            if key not in allowed:
                self.problem(str(key), "is unknown", f"use {', '.join(allowed)}")

    def get(self, key: str, kind: type, must: str, check: Callable[[Any], bool] = lambda value: True) -> Any:
        value = self.spec.get(key)
        if type(value) is kind and check(value):
            return value
        self.problem(key, "is missing" if value is None else f"is {_shown(value)}", f"it {must}")
        return None

    def text(self, key: str) -> str:
        return self.get(key, str, "must be a text (quote numbers)", lambda v: bool(v.strip())) or ""

    def choice(self, key: str, allowed: tuple[str, ...]) -> str:
        return self.get(key, str, f"must be one of {', '.join(allowed)}", lambda v: v in allowed) or ""

    def whole(self, key: str, least: int) -> int:
        must = f"must be a whole number from {least} to {MAX_WHOLE:,}"
        value = self.get(key, int, must, lambda v: least <= v <= MAX_WHOLE)
        return least if value is None else int(value)

    def number(self, key: str) -> float | None:
        value = self.spec.get(key)
        if value is None:
            return None
        if type(value) in (int, float) and abs(value) <= MAX_WHOLE and math.isfinite(value):
            return float(value)
        self.problem(key, f"is {_shown(value)}", f"it must be a number of at most {MAX_WHOLE:,}")
        return None

    def names(self, key: str, allowed: tuple[str, ...] = (), may_lack: bool = False) -> list[str]:
        if may_lack and self.spec.get(key) is None:
            return []
        value = self.get(key, list, "must be a list of names", lambda v: all(isinstance(n, str) for n in v)) or []
        for name in value:
            if allowed and name not in allowed:
                self.problem(key, f"names {name!r}", f"known are {', '.join(allowed)}")
        if not value and not may_lack and isinstance(self.spec.get(key), list):
            self.problem(key, "is empty", "name at least one")
        return value
