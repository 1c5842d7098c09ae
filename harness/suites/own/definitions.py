"""Task files of a folder of the user's: lm-eval's YAML, checked to be data alone before lm-eval sees it.

What could run code is refused with file and line: YAML tags such as ``!function``, ``class``, Python files, metrics and
filters that are not lm-eval's own, templates that reach into Python, data outside the folder. With ``trusted`` none of this
is checked, and all of the folder's Python enters the tasks' hashes.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import BadInput, MissingData
from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits import yaml_lines
from harness.places import typed_path
from harness.suites.own import data_only, settings
from harness.suites.own.data_files import data_files

MAX_FILES = 10_000
MAX_PROBLEMS = 40
OURS = "landscape_"
"""Beginning of the names of the tasks that ship with the package."""
_TAGS = {None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "map", "seq"))}


@dataclass(frozen=True)
class OwnTasks:
    """The tasks under folders of the user's. ``specs`` holds the SHA-256 of each task's definition, by its name."""

    folders: tuple[Path, ...] = ()
    trusted: bool = False
    specs: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)


def read(folders: Iterable[str | Path], trusted: bool = False) -> OwnTasks:
    """The tasks of folders, checked.

    Raises:
        MissingData: a folder that is not there.
        BadInput: with every problem of the files, each with file and line.
    """
    roots = tuple(typed_path(folder, "--tasks").resolve() for folder in folders)
    problems: list[str] = []
    specs: dict[str, str] = {}
    files: dict[str, Path] = {}
    for root in roots:
        if not root.is_dir():
            raise MissingData(
                f"There is no folder of tasks {root}; --tasks names a folder with lm-eval's task files (YAML)."
            )
        listed, refused = _listed(root, trusted)
        problems += refused
        code = [path for path in listed if path.suffix == ".py"]
        for path in (p for p in listed if p.suffix == ".yaml"):
            file = _File(path, root, trusted)
            config = file.config()
            problems += [f"{path}{sentence}" for sentence in file.problems]
            name = config.get("task")
            if not isinstance(name, str):
                continue
            if name.startswith(OURS):
                problems.append(
                    f"{path}: {name!r} begins as the names of Landscape's own tasks do ({OURS}…); rename it."
                )
            if name in files:
                problems.append(f"{path}: the task {name!r} is defined in {files[name]}, too; rename one of them.")
            files[name] = path
            specs[name] = _digest(root, [*sorted(file.read), *(code if trusted else ())])
    if problems:
        more = len(problems) - MAX_PROBLEMS
        shown = problems if more <= 0 else [*problems[:MAX_PROBLEMS], f"and {more:,} more"]
        hint = "" if trusted else " (--trust-task-code lets task files run code of their own)"
        raise BadInput(f"These task files cannot be used as data{hint}:", shown)
    return OwnTasks(roots, trusted, specs, files)


def _listed(root: Path, trusted: bool) -> tuple[list[Path], list[str]]:
    """All files under a folder, in order, and what of them is refused by its name or kind alone."""
    out, problems = list[Path](), list[str]()
    for folder, below, names in os.walk(root):
        here = [Path(folder) / name for name in (*below, *names)]
        if len(out) + len(here) > MAX_FILES:
            raise BadInput(f"{root} holds more than {MAX_FILES:,} files; --tasks names a folder of task files alone.")
        for path in here:
            if trusted:
                out += [path] if path.is_file() else []
            elif path.is_symlink():
                problems.append(f"{path}: is a link; links are not followed.")
            elif path.suffix in (".py", ".pyc", ".so"):
                problems.append(f"{path}: is code, and task files are read as data.")
            elif path.is_file():
                out.append(path)
    return sorted(out), problems


def _digest(root: Path, paths: Iterable[Path]) -> str:
    state = hashlib.sha256()
    for path in paths:
        state.update(f"{path.relative_to(root) if path.is_relative_to(root) else path}\0".encode())
        state.update(hashlib.sha256(path.read_bytes()).digest())
    return state.hexdigest()


class _File:
    """One task file with the files that it includes. Problems begin with the line: ``:4: …``."""

    def __init__(self, path: Path, root: Path, trusted: bool) -> None:
        self.path, self.root, self.trusted = path, root, trusted
        self.problems: list[str] = []
        self.read: set[Path] = set()
        self._lines: Mapping[yaml_lines.Place, int] = {}
        self._origins: dict[str, tuple[Path, Mapping[yaml_lines.Place, int]]] = {}

    def config(self) -> dict[str, Any]:
        """The definition, what it includes laid under it as lm-eval does."""
        merged = self._config(self.path, 0)
        if not self.trusted and "task" in merged and not self.problems:
            if not isinstance(merged["task"], str):
                self.problems.append(f":{self._lines.get(('task',), 1)}: task must be a name, and a text.")
            try:
                data_files(merged, self.path.parent, self.root)
            except BadInput as error:
                line = self._lines.get(("dataset_kwargs",)) or self._lines.get(("dataset_path",), 1)
                self.problems.append(f":{line}: {error}.")
            self.problems += [f"{self._where(place)} {sentence}" for place, sentence in settings.refusals(merged)]
        return merged

    def _where(self, place: yaml_lines.Place) -> str:
        """Line of an entry of the merged definition, in this file or in the included one that it comes from."""
        path, lines = self._origins.get(str(place[0]), (self.path, self._lines))
        return f"{_beside(path, self.path)}:{_line(lines, place)}:"

    def _config(self, path: Path, depth: int) -> dict[str, Any]:
        self.read.add(path)
        try:
            source = bounded.decode(bounded.read_bytes(path, bounded.MB, follow=self.trusted))
            tags = list(_tags(source))
            value = {} if tags else bounded.parse_yaml(source)
            lines = yaml_lines.lines(source)
        except BadInput as error:
            self.problems.append(f": it {error}.")
            return {}
        if tags and self.trusted:
            return _loosely(source)
        self.problems += [
            f":{line}: {tag} is a tag that makes Python objects; task files are data." for line, tag in tags
        ]
        if not isinstance(value, dict):
            self.problems.append(": is no mapping of a task.")
            return {}
        merged: dict[str, Any] = {}
        for name in _names(value.get("include")):
            target = (path.parent / name).resolve() if self.trusted else self._below(path, name, lines)
            if target is not None and depth < 8:
                merged |= self._config(target, depth + 1)
        if not self.trusted:
            if depth == 0:
                self._lines = lines
            self._origins |= {str(key): (path, lines) for key in value}
            for place, sentence in data_only.refusals(value):
                self.problems.append(f"{_beside(path, self.path)}:{_line(lines, place)}: {sentence}")
        return {**merged, **value}

    def _below(self, path: Path, name: str, lines: Mapping[yaml_lines.Place, int]) -> Path | None:
        target = path.parent / name
        if target in self.read or Path(name).is_absolute() or ".." in Path(name).parts or not target.is_file():
            self.problems.append(
                f":{lines.get(('include',), 1)}: include names {name!r}, which is no other file of its folder."
            )
            return None
        return target


def _line(lines: Mapping[yaml_lines.Place, int], place: yaml_lines.Place) -> int:
    """Line of an entry, or of the nearest one around it that has a line."""
    while place and place not in lines:
        place = place[:-1]
    return lines.get(place, 1)


def _beside(path: Path, first: Path) -> str:
    return "" if path == first else f" (in {path.name})"


def _tags(source: str) -> Iterator[tuple[int, str]]:
    import yaml

    try:
        for event in yaml.parse(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            tag = getattr(event, "tag", None)
            if tag not in _TAGS:
                yield event.start_mark.line + 1, str(tag)[:60]
    except (yaml.YAMLError, RecursionError):
        return  # bounded.parse_yaml says what is wrong


def _loosely(source: str) -> dict[str, Any]:
    """The name in a trusted file whose tags only lm-eval reads."""
    import yaml

    class Loose(yaml.SafeLoader):  # type: ignore[misc]
        pass

    Loose.add_multi_constructor("", lambda loader, suffix, node: None)
    value = yaml.load(source, Loader=Loose)  # nosec B506  # a safe loader; unknown tags become null
    return value if isinstance(value, dict) else {}


def _names(value: object) -> list[str]:
    return [n for n in (value if isinstance(value, list) else [value]) if isinstance(n, str)]
