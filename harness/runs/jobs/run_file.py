"""Run files: models, suites and options of many runs in one YAML file, read and checked as a whole.

``docs/run_files.md`` describes the format. What stands here knows nothing of engines or suites: it gives every run of the
file as its options by name, and ``asking`` makes jobs of them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.interchange.foreign import bounded
from harness.interchange.foreign.limits import yaml_lines
from harness.places import typed_path
from harness.runs.jobs import fleet_settings, origin
from harness.runs.jobs.file_entries import Reader, shown
from harness.runs.jobs.file_runs import FileRun, runs_of
from harness.runs.jobs.fleet_settings import FleetSettings, Share
from harness.runs.jobs.origin import Origin
from harness.runs.jobs.run_options import is_text

MAX_PROBLEMS = 40
"""Problems that a person reads of a file that is wrong all over."""

_TOP = ("defaults", "models", "suites", "runs", "tasks", "trust_task_code", "fleet")


@dataclass(frozen=True)
class RunFile:
    """A run file's content. ``sha256`` is of its bytes; ``tasks`` are the folders of own tasks as named.

    ``fleet`` and ``shares`` (by model, as in ``runs``) are for ``harness fleet run`` alone; ``origin`` is that of a file which
    the fleet has written for one model.
    """

    path: Path
    sha256: str
    runs: tuple[FileRun, ...]
    tasks: tuple[str, ...] = ()
    trust_task_code: bool = False
    fleet: FleetSettings = FleetSettings()
    shares: Mapping[str, Share] = field(default_factory=dict)
    origin: Origin | None = None

    @property
    def name(self) -> str:
        """What a message calls that which a person gave: this file, or the one that it was made of."""
        return self.origin.name if self.origin else str(self.path)

    def command(self, line: str) -> str:
        """The command line as manifests record it: the fleet's, or this process's ``line``, with the file's SHA-256 behind it."""
        line, sha256 = (self.origin.command, self.origin.sha256) if self.origin else (line, self.sha256)
        return f"{line}  # run file sha256:{sha256}" if sha256 else line


def read(path: Path) -> RunFile:
    """The runs of a file: every model with every suite, then the runs it lists, those of one model one after another.

    Options of an entry of ``runs`` or ``models`` come before those of a suite, and these before ``defaults``. Relative
    paths are made relative to the file's folder. A pattern among ``models`` stands for the folders that it means.

    Raises:
        BadInput: the file cannot be read or is no run file; with every problem, each with its line.
    """
    path = typed_path(path, "--file")
    try:
        data = bounded.read_bytes(path, bounded.MB, follow=True)
        source = bounded.decode(data)
        document = bounded.parse_yaml(source)
    except BadInput as error:
        raise BadInput(f"{path} cannot be read as a run file: it {error}.") from None
    if not isinstance(document, dict):
        raise BadInput(f"{path} is no run file: it must be a mapping with models and suites, or with runs.")
    reader = Reader(yaml_lines.lines(source))
    for line, key in yaml_lines.repeated_keys(source):
        reader.problems.append((line, f"{key[:60]!r} is given twice; YAML would take the last one."))
    reader.keys({key: value for key, value in document.items() if key != origin.KEY}, _TOP, (), "the file")
    runs, shares = runs_of(reader, document, path.parent)
    made_of = origin.origin_of(reader, document, runs)
    tasks, trust = _tasks(reader, document)
    fleet = _fleet(reader, document)
    if reader.problems:
        told = [f"line {line}: {sentence}" for line, sentence in sorted(reader.problems)]
        raise BadInput(f"{path} is no valid run file:", shortened(told))
    folders = tuple(str(path.parent / folder) for folder in tasks)
    if made_of is not None:
        runs = tuple(replace(run, where=where) for run, where in zip(runs, made_of.lines, strict=True))
    return RunFile(path, hashlib.sha256(data).hexdigest(), runs, folders, trust, fleet, shares, made_of)


def shortened(problems: list[str]) -> list[str]:
    """The first problems, and how many more there are."""
    more = len(problems) - MAX_PROBLEMS
    return problems if more <= 0 else [*problems[:MAX_PROBLEMS], f"and {more:,} more"]


def _tasks(reader: Reader, document: Mapping[Any, Any]) -> tuple[list[str], bool]:
    tasks, trust = document.get("tasks", []), document.get("trust_task_code", False)
    tasks = [tasks] if isinstance(tasks, str) else tasks
    if not isinstance(tasks, list) or not all(map(is_text, tasks)):
        reader.problem(("tasks",), f"tasks is {shown(tasks)}; it must be a list of folders.")
        tasks = []
    usable = []
    for position, folder in enumerate(tasks):
        try:
            usable.append(str(typed_path(folder)))
        except BadInput as error:
            reader.problem(("tasks", position), str(error))
    if not isinstance(trust, bool):
        reader.problem(("trust_task_code",), f"trust_task_code is {shown(trust)}; it must be true or false.")
    return usable, trust is True


def _fleet(reader: Reader, document: Mapping[Any, Any]) -> FleetSettings:
    value = document.get("fleet")
    if value is None:
        return FleetSettings()
    if not isinstance(value, dict):
        reader.problem(
            ("fleet",), f"fleet is {shown(value)}; it must be a mapping of {', '.join(fleet_settings.SETTINGS)}."
        )
        return FleetSettings()
    reader.keys(value, tuple(fleet_settings.SETTINGS), ("fleet",), "fleet")
    return FleetSettings(**reader.checked(value, fleet_settings.SETTINGS, ("fleet",)))
