"""The runs of a run file in their order: every model with every suite, then those that it lists, with the options of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.places import typed_path
from harness.runs.jobs import model_globs
from harness.runs.jobs.file_entries import Entry, Reader, shown
from harness.runs.jobs.fleet_settings import Share

MAX_RUNS = 10_000
"""Runs of one file; a night holds some dozens."""


@dataclass(frozen=True)
class FileRun:
    """One run of a file: model and suite as the file names them, and the options it has in the file, by name.

    ``where`` names the lines that it comes from.
    """

    model: str
    suite: str
    options: Mapping[str, Any]
    where: str


def runs_of(
    reader: Reader, document: Mapping[Any, Any], folder: Path
) -> tuple[tuple[FileRun, ...], Mapping[str, Share]]:
    """The runs in their order, and the shares that models are given, by model."""
    defaults = document.get("defaults")
    if defaults is not None and not isinstance(defaults, dict):
        reader.problem(("defaults",), f"defaults is {shown(defaults)}; it must be a mapping of options.")
    common = reader.options(defaults if isinstance(defaults, dict) else {}, ("defaults",), "defaults", ())
    models = _usable(reader, reader.entries(document, "models", ("model",), "a model"))
    models = _without_patterns(reader, models, folder)
    suites = _usable(reader, reader.entries(document, "suites", ("suite",), "a suite"))
    pairs = _usable(reader, reader.entries(document, "runs", ("model", "suite"), "a run"))
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


def _usable(reader: Reader, entries: list[Entry]) -> list[Entry]:
    """The entries whose names can be names or paths; any other is a problem."""
    out = []
    for entry in entries:
        try:
            for name in entry.name.values():
                if "://" not in name:
                    typed_path(name)
        except BadInput as error:
            reader.problems.append((entry.line, str(error)))
        else:
            out.append(entry)
    return out


def _without_patterns(reader: Reader, models: list[Entry], folder: Path) -> list[Entry]:
    """The models with each pattern replaced by its folders; one that means no folder is a problem."""
    out = []
    for entry in models:
        name = entry.name["model"]
        if entry.options.get("engine") == "api" or not model_globs.is_pattern(name, folder):
            out.append(entry)
            continue
        if "**" in name:
            reader.problems.append(
                (
                    entry.line,
                    f"{name} has **, folders at any depth; give a pattern for each level, such as checkpoints/*.",
                )
            )
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
        path = typed_path(model)
        # What exists only where the command is given is not taken from there: its path is looked for beside the file.
        is_path = model.startswith((".", "~")) or (folder / path).exists() or path.exists()
        model = str(folder / path) if is_path else model
    if suite.endswith((".yaml", ".yml")) or Path(suite).name != suite:
        suite = str(folder / typed_path(suite))
    return FileRun(model, suite, options, where)
