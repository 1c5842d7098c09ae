"""Run files: models, suites and options of many runs in one YAML file, read and checked as a whole.

``docs/run_files.md`` describes the format. What stands here knows nothing of engines or suites: it gives every run of the
file as its options by name, and ``asking`` makes jobs of them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits import yaml_lines
from harness.interchange.foreign.limits.yaml_lines import Place
from harness.runs.jobs import fleet_settings, model_globs
from harness.runs.jobs.fleet_settings import FleetSettings, Share

MAX_RUNS = 10_000
"""Runs of one file; a night holds some dozens."""
MAX_WHOLE = 10**9
"""No number of items comes near."""
MAX_PROBLEMS = 40
"""Problems that a person reads of a file that is wrong all over."""

_TOP = ("defaults", "models", "suites", "runs", "tasks", "trust_task_code", "fleet")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_switch(value: object) -> bool:
    return isinstance(value, bool)


def _is_number(value: object) -> bool:
    return _is_whole(value) or (isinstance(value, float) and math.isfinite(value))


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MAX_WHOLE


OPTIONS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    "engine": (_is_text, "a text, such as packed"),
    "dtype": (_is_text, "a text, such as bf16"),
    "device": (_is_text, "a text, such as cuda:0"),
    "revision": (_is_text, "a text (quote a commit that is all digits)"),
    "limit": (_is_number, "a number: items of each task, or below 1 a share of them"),
    "sample": (_is_whole, "a whole number of items"),
    "deterministic": (_is_switch, "true or false"),
    "precision": (_is_number, "a number, such as 0.02"),
    "chat_template": (_is_switch, "true or false"),
    "trust_remote_code": (_is_switch, "true or false"),
    "offline": (_is_switch, "true or false"),
    "strict": (_is_switch, "true or false"),
    "again": (_is_switch, "true or false"),
}
"""The options that a run of a file may have: those of ``harness run``, each with its check and what it must be."""
OF_A_MODEL = ("revision", "trust_remote_code")
"""Options that are said of one model, so that ``defaults`` and suites cannot have them."""


@dataclass(frozen=True)
class FileRun:
    """One run of a file: model and suite as the file names them, and the options it has in the file, by name.

    ``where`` names the lines that it comes from.
    """

    model: str
    suite: str
    options: Mapping[str, Any]
    where: str


@dataclass(frozen=True)
class RunFile:
    """A run file's content. ``sha256`` is of its bytes; ``tasks`` are the folders of own tasks as named.

    ``fleet`` and ``shares`` (by model, as in ``runs``) are for ``harness fleet run`` alone.
    """

    path: Path
    sha256: str
    runs: tuple[FileRun, ...]
    tasks: tuple[str, ...] = ()
    trust_task_code: bool = False
    fleet: FleetSettings = FleetSettings()
    shares: Mapping[str, Share] = field(default_factory=dict)


@dataclass(frozen=True)
class _Entry:
    """A model, a suite or a pair of both, with the options said of it and its line."""

    name: Mapping[str, str]
    options: Mapping[str, Any]
    line: int
    share: Share = Share()


@dataclass
class _Reader:
    """The file's lines and the problems met so far."""

    lines: Mapping[Place, int]
    problems: list[tuple[int, str]] = field(default_factory=list)

    def problem(self, place: Place, sentence: str) -> None:
        while place and place not in self.lines:
            place = place[:-1]
        self.problems.append((self.lines.get(place, 1), sentence))

    def keys(self, value: Mapping[Any, Any], allowed: tuple[str, ...], place: Place, what: str) -> None:
        for key in value:
            if key not in allowed:
                near = get_close_matches(str(key).replace("-", "_"), allowed, 1)
                hint = f"did you mean {near[0]}?" if near else f"it may have {', '.join(allowed)}."
                self.problem((*place, str(key)), f"{what} has the unknown key {str(key)[:60]!r}; {hint}")

    def options(self, value: Mapping[Any, Any], place: Place, what: str, names: tuple[str, ...]) -> dict[str, Any]:
        """The options among a mapping's entries; ``names`` are the entries that are none."""
        allowed = tuple(o for o in OPTIONS if what == "a model" or what == "a run" or o not in OF_A_MODEL)
        for key in set(OF_A_MODEL) & set(map(str, value)) - set(allowed):
            self.problem((*place, key), f"{key} is said of one model; move it to an entry of models or runs.")
        self.keys({k: v for k, v in value.items() if k not in OF_A_MODEL}, (*names, *allowed), place, what)
        return self.checked(value, {key: OPTIONS[key] for key in allowed}, place)

    def checked(self, value: Mapping[Any, Any], checks: fleet_settings.Checks, place: Place) -> dict[str, Any]:
        """The entries of a mapping that ``checks`` name; a wrong value is a problem."""
        out = {}
        for key, (check, must) in checks.items():
            if key not in value:
                continue
            if not check(value[key]):
                self.problem((*place, key), f"{key} is {_shown(value[key])}; it must be {must}.")
            out[key] = value[key]
        return out

    def entries(self, document: Mapping[Any, Any], key: str, names: tuple[str, ...], what: str) -> list[_Entry]:
        """The list under ``key``: texts, or mappings with ``names`` and options."""
        value = document.get(key)
        if value is None:
            return []
        if not isinstance(value, list) or not value:
            self.problem((key,), f"{key} is {_shown(value)}; it must be a list with at least one entry.")
            return []
        out = []
        for position, entry in enumerate(value):
            place: Place = (key, position)
            if len(names) == 1 and _is_text(entry):
                entry = {names[0]: entry}
            if not isinstance(entry, dict):
                self.problem(place, f"{what} is {_shown(entry)}; give {' and '.join(names)}, and options.")
                continue
            of_fleet = tuple(fleet_settings.OF_A_MODEL) if "model" in names else ()
            options = self.options(entry, place, what, (*names, *of_fleet))
            share = self.checked(entry, {key: fleet_settings.OF_A_MODEL[key] for key in of_fleet}, place)
            for name in names:
                if not _is_text(entry.get(name)):
                    self.problem((*place, name), f"{what} has no {name}; give one as a text (quote numbers).")
            if all(_is_text(entry.get(name)) for name in names):
                named = {name: entry[name] for name in names}
                out.append(_Entry(named, options, self.lines.get(place, 1), Share(**share)))
        return out


def read(path: Path) -> RunFile:
    """The runs of a file: every model with every suite, then the runs it lists, those of one model one after another.

    Options of an entry of ``runs`` or ``models`` come before those of a suite, and these before ``defaults``. Relative
    paths are made relative to the file's folder. A pattern among ``models`` stands for the folders that it means.

    Raises:
        BadInput: the file cannot be read or is no run file; with every problem, each with its line.
    """
    try:
        data = bounded.read_bytes(path, bounded.MB, follow=True)
        source = bounded.decode(data)
        document = bounded.parse_yaml(source)
    except BadInput as error:
        raise BadInput(f"{path} cannot be read as a run file: it {error}.") from None
    if not isinstance(document, dict):
        raise BadInput(f"{path} is no run file: it must be a mapping with models and suites, or with runs.")
    reader = _Reader(yaml_lines.lines(source))
    for line, key in yaml_lines.repeated_keys(source):
        reader.problems.append((line, f"{key[:60]!r} is given twice; YAML would take the last one."))
    reader.keys(document, _TOP, (), "the file")
    runs, shares = _runs(reader, document, path.parent)
    tasks, trust = _tasks(reader, document)
    fleet = _fleet(reader, document)
    if reader.problems:
        told = [f"line {line}: {sentence}" for line, sentence in sorted(reader.problems)]
        raise BadInput(f"{path} is no valid run file:", shortened(told))
    folders = tuple(str(path.parent / folder) for folder in tasks)
    return RunFile(path, hashlib.sha256(data).hexdigest(), runs, folders, trust, fleet, shares)


def shortened(problems: list[str]) -> list[str]:
    """The first problems, and how many more there are."""
    more = len(problems) - MAX_PROBLEMS
    return problems if more <= 0 else [*problems[:MAX_PROBLEMS], f"and {more:,} more"]


def _runs(
    reader: _Reader, document: Mapping[Any, Any], folder: Path
) -> tuple[tuple[FileRun, ...], Mapping[str, Share]]:
    """The runs in their order, and the shares that models are given, by model."""
    defaults = document.get("defaults")
    if defaults is not None and not isinstance(defaults, dict):
        reader.problem(("defaults",), f"defaults is {_shown(defaults)}; it must be a mapping of options.")
    common = reader.options(defaults if isinstance(defaults, dict) else {}, ("defaults",), "defaults", ())
    models = _without_patterns(reader, reader.entries(document, "models", ("model",), "a model"), folder)
    suites = reader.entries(document, "suites", ("suite",), "a suite")
    pairs = reader.entries(document, "runs", ("model", "suite"), "a run")
    for one, other in (("models", "suites"), ("suites", "models")):
        if document.get(one) is not None and document.get(other) is None:
            reader.problem((one,), f"{one} need {other}: every model is run with every suite.")
    if all(document.get(key) is None for key in ("models", "suites", "runs")):
        reader.problem((), "the file asks for nothing; give models and suites, or runs.")
    count = len(models) * len(suites) + len(pairs)
    if count > MAX_RUNS:
        reader.problem((), f"{count:,} runs are more than {MAX_RUNS:,}, the most of one file.")
        return (), {}
    out = [
        _file_run(m.name["model"], s.name["suite"], {**common, **s.options, **m.options}, (m.line, s.line), folder)
        for m in models
        for s in suites
    ]
    out += [_file_run(p.name["model"], p.name["suite"], {**common, **p.options}, (p.line,), folder) for p in pairs]
    first = {run.model: place for place, run in reversed(list(enumerate(out)))}
    entries = [*(entry for entry in models for _ in suites), *pairs]
    shares = {run.model: entry.share for run, entry in zip(out, entries, strict=True) if entry.share != Share()}
    return tuple(sorted(out, key=lambda run: first[run.model])), shares


def _without_patterns(reader: _Reader, models: list[_Entry], folder: Path) -> list[_Entry]:
    """The models with each pattern replaced by its folders; one that means no folder is a problem."""
    out = []
    for entry in models:
        name = entry.name["model"]
        if entry.options.get("engine") == "api" or not model_globs.is_pattern(name, folder):
            out.append(entry)
            continue
        names = model_globs.folders(name, folder)
        if not names:
            reader.problems.append(
                (entry.line, f"{name} means no folder; there is none of that pattern in {folder.absolute()}.")
            )
        out += [replace(entry, name={"model": found}) for found in names]
    return out


def _file_run(model: str, suite: str, options: Mapping[str, Any], lines: tuple[int, ...], folder: Path) -> FileRun:
    where = f"line{'s' if len(set(lines)) > 1 else ''} {' and '.join(map(str, dict.fromkeys(lines)))}"
    if options.get("engine") != "api":  # there a model is MODEL@URL
        path = Path(model).expanduser()
        # What exists only where the command is given is not taken from there: its path is looked for beside the file.
        is_path = model.startswith((".", "~")) or (folder / path).exists() or path.exists()
        model = str(folder / path) if is_path else model
    if suite.endswith((".yaml", ".yml")) or Path(suite).name != suite:
        suite = str(folder / Path(suite).expanduser())
    return FileRun(model, suite, options, where)


def _tasks(reader: _Reader, document: Mapping[Any, Any]) -> tuple[list[str], bool]:
    tasks, trust = document.get("tasks", []), document.get("trust_task_code", False)
    tasks = [tasks] if isinstance(tasks, str) else tasks
    if not isinstance(tasks, list) or not all(map(_is_text, tasks)):
        reader.problem(("tasks",), f"tasks is {_shown(tasks)}; it must be a list of folders.")
        tasks = []
    if not isinstance(trust, bool):
        reader.problem(("trust_task_code",), f"trust_task_code is {_shown(trust)}; it must be true or false.")
    return tasks, trust is True


def _fleet(reader: _Reader, document: Mapping[Any, Any]) -> FleetSettings:
    value = document.get("fleet")
    if value is None:
        return FleetSettings()
    if not isinstance(value, dict):
        reader.problem(
            ("fleet",), f"fleet is {_shown(value)}; it must be a mapping of {', '.join(fleet_settings.SETTINGS)}."
        )
        return FleetSettings()
    reader.keys(value, tuple(fleet_settings.SETTINGS), ("fleet",), "fleet")
    return FleetSettings(**reader.checked(value, fleet_settings.SETTINGS, ("fleet",)))


def _shown(value: object) -> str:
    """A value as a message shows it."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 10**30:
        return "a number of more than 30 digits"
    try:
        text = repr(value)
    except ValueError:  # such a number inside a list
        return f"a {type(value).__name__} that cannot be shown"
    return text if len(text) <= 80 else text[:80] + "…"
