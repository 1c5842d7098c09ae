"""The night of a fleet: what a command line or a run file asks for, model by model, checked as far as that goes without a card.

Device and dtype stay as asked for: the node that a model comes to decides them.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.places import typed_path
from harness.runs.jobs import run_file
from harness.runs.jobs.file_runs import FileRun
from harness.runs.jobs.fleet_settings import FleetSettings, Share
from harness.runs.jobs.run_options import OPTIONS


@dataclass(frozen=True)
class ModelRuns:
    """One model of a night and all its runs, in order; ``key`` is a name for files, unique in the night."""

    key: str
    model: str
    runs: tuple[FileRun, ...]
    share: Share = Share()

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines of its runs."""
        return tuple(dict.fromkeys(str(run.options.get("engine") or "packed") for run in self.runs))

    @property
    def may_have_cards(self) -> bool:
        """Whether it is to be scored on cards where a node has some."""
        if self.share.cards == 0 or self.engines == ("api",):
            return False
        return not all(run.options.get("device") == "cpu" for run in self.runs)


@dataclass(frozen=True)
class Night:
    """Everything that one command asks of a fleet. The same command has the same ``night_id``.

    ``command`` is its line as manifests record it; ``file`` and ``sha256`` are of the run file, as it was named.
    """

    night_id: str
    models: tuple[ModelRuns, ...]
    settings: FleetSettings = FleetSettings()
    tasks: tuple[str, ...] = ()
    trust_task_code: bool = False
    command: str = "harness fleet run"
    file: str | None = None
    sha256: str | None = None


@dataclass(frozen=True)
class NightAsked:
    """What ``harness fleet run`` was told: a run file, or suites and models; ``typed`` are the options given, by name.

    ``command`` is the whole line.
    """

    file: Path | None = None
    suites: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    typed: Mapping[str, Any] = field(default_factory=dict)
    hung_minutes: float | None = None
    tries: int | None = None
    command: str = "harness fleet run"


def night_of(asked: NightAsked) -> Night:
    """The night of a command.

    Raises:
        BadInput: the command or its file is wrong, with every problem; nothing was changed.
    """
    runs, night = _from_file(asked) if asked.file is not None else _from_options(asked)
    if any(run.options.get("offline") for run in runs):  # one command, one network
        runs = [replace(run, options={**run.options, "offline": True}) for run in runs]
    _check_trust(asked, runs)
    settings = FleetSettings(
        night.settings.hung_minutes if asked.hung_minutes is None else asked.hung_minutes,
        night.settings.tries if asked.tries is None else asked.tries,
    )
    shares = {m.model: m.share for m in night.models}
    return replace(night, models=tuple(_models(runs, shares)), settings=settings, command=asked.command)


def _from_file(asked: NightAsked) -> tuple[list[FileRun], Night]:
    if asked.suites or asked.models:
        raise BadInput("A run file names models and suites itself; drop --suite and --model, or drop the file.")
    assert asked.file is not None
    read = run_file.read(asked.file)
    folder = Path.cwd()
    typed = {k: v for k, v in asked.typed.items() if k in OPTIONS}
    runs = [
        replace(
            run,
            model=_absolute(run.model, folder),
            suite=_absolute(run.suite, folder),
            options={**run.options, **typed},
        )
        for run in read.runs
    ]
    shares = tuple(ModelRuns("", _absolute(model, folder), (), share) for model, share in read.shares.items())
    tasks = tuple(map(str, asked.typed.get("tasks") or (_absolute(t, folder, always=True) for t in read.tasks)))
    night_id = _night_id(read.path.stem, [str(read.path.resolve()), read.sha256, dict(asked.typed)])
    trust = bool(asked.typed.get("trust_task_code", read.trust_task_code))
    night = Night(night_id, shares, read.fleet, tasks, trust, file=str(asked.file), sha256=read.sha256)
    return runs, night


def _from_options(asked: NightAsked) -> tuple[list[FileRun], Night]:
    missing = [o for o, v in (("--suite", asked.suites), ("--model", asked.models)) if not v]
    if missing:
        raise BadInput(f"{' and '.join(missing)} missing; give a run file, or --suite and --model.")
    folder = Path.cwd()
    options = {k: v for k, v in asked.typed.items() if k in OPTIONS}
    runs = [
        FileRun(_absolute(model, folder), _suite(suite, folder), options, "the command line")
        for model in dict.fromkeys(asked.models)
        for suite in dict.fromkeys(asked.suites)
    ]
    tasks = tuple(_absolute(str(t), folder, always=True) for t in asked.typed.get("tasks") or ())
    night_id = _night_id("night", [list(asked.suites), list(asked.models), dict(asked.typed), str(folder)])
    return runs, Night(night_id, (), FleetSettings(), tasks, bool(asked.typed.get("trust_task_code")))


def _absolute(name: str, folder: Path, *, always: bool = False) -> str:
    """A path as an absolute one, for workers have another working folder; a name that is no path as it is."""
    path = Path(name) if "://" in name else typed_path(name)
    return str((folder / path).resolve()) if always or os.path.exists(folder / path) else name  # noqa: PTH110  # a name may be longer than a path


def _suite(name: str, folder: Path) -> str:
    is_path = Path(name).name != name or name.endswith((".yaml", ".yml"))
    return _absolute(name, folder, always=True) if is_path else name


def _night_id(stem: str, decides: list[Any]) -> str:
    digest = hashlib.sha256(json.dumps(decides, sort_keys=True, default=str).encode()).hexdigest()
    return f"{_slug(stem) or 'night'}-{digest[:8]}"


def _models(runs: Iterable[FileRun], shares: Mapping[str, Share]) -> Iterable[ModelRuns]:
    """The runs gathered by model, each model with a key of its own."""
    by_model: dict[str, list[FileRun]] = {}
    for run in runs:
        by_model.setdefault(run.model, []).append(run)
    taken: set[str] = set()
    for model, own in by_model.items():
        key = _key(model, taken)
        taken.add(key)
        yield ModelRuns(key, model, tuple(_distinct(own)), shares.get(model, Share()))


def _distinct(runs: list[FileRun]) -> list[FileRun]:
    """Runs that are asked for twice, once."""
    return list({(run.suite, json.dumps(dict(run.options), sort_keys=True)): run for run in reversed(runs)}.values())[
        ::-1
    ]


def _key(model: str, taken: Collection[str]) -> str:
    parts = Path(model.split("@")[0]).parts
    short = _slug("-".join(parts[-2:] if Path(model).is_absolute() or len(parts) > 1 else parts)) or "model"
    return next(k for k in (short, *(f"{short}-{n}" for n in range(2, len(taken) + 3))) if k not in taken)


def _slug(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9.]+", "-", text).strip("-.")[-60:].strip("-.")


def _check_trust(asked: NightAsked, runs: Collection[FileRun]) -> None:
    if asked.typed.get("trust_remote_code") and len({run.model for run in runs}) > 1:
        raise BadInput(
            "--trust-remote-code is said of one model, and the night has several; say it in the run file, of each such "
            "model (trust_remote_code: true)."
        )
