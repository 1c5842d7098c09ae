"""From a suite to lm-eval's task objects, on a mirror, offline, or from the hub.

The definitions (prompt, metric, version) are lm-eval's own and stay untouched; only where the data
come from is set. lm_eval is imported inside the functions, after the offline switches are set.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.errors import BadInput
from harness.suites import columns, definitions, mirror
from harness.suites.model import Suite, SuiteGroup, SuiteTask

if TYPE_CHECKING:
    from lm_eval.api.task import Task
    from lm_eval.tasks import TaskManager

# lm-eval's own default (simple_evaluate's fewshot_random_seed): the same shots in the same order.
FEWSHOT_SEED = 1234


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A task (or group) of the suite that cannot be scored here, and why, in one sentence."""

    task: str
    reason: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a run of a suite scores here.

    ``tasks`` holds lm-eval's task objects by name, shots set and seeded, in the suite's order;
    ``groups`` the suite's groups that are whole; ``items`` how many items each task has;
    ``data_hashes`` the SHA-256 of the files each task reads (of its documents where they come from
    the hub). A run with anything in ``left_out`` is partial.
    """

    tasks: Mapping[str, Task]
    groups: tuple[SuiteGroup, ...]
    left_out: tuple[LeftOut, ...]
    items: Mapping[str, int]
    data_hashes: Mapping[str, str]


@dataclass(slots=True)
class _Found:
    tasks: dict[str, Task] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


def resolve(
    suite: Suite,
    hub: Path | None = None,
    offline: bool = False,
    only: Iterable[str] | None = None,
    task_folders: Iterable[Path] = (),
) -> Resolved:
    """lm-eval's task objects of a suite.

    With ``hub``, data sets are read from that mirror; without, from the hub, or with ``offline`` from
    its local cache (also for data sets that the mirror lacks). ``only`` keeps some tasks of the suite,
    ``task_folders`` hold further task files. A task whose data set, config or split is absent is left
    out as a whole; a group with such a task is left out as a group, its other tasks are kept.

    Raises:
        BadInput: with all problems at once: tasks that lm-eval does not have, shots that a task cannot
            have, files that cannot be read or lack columns, a mirror that is no folder.
    """
    if hub is not None and not hub.is_dir():
        raise BadInput(f"The mirror of data sets {hub} is no folder. Set LANDSCAPE_HUB to one, or unset it.")
    if offline:
        go_offline()
    chosen = _chosen(suite, only)
    found = _Found()
    with quiet():
        manager = definitions.manager([t.task for t in chosen], task_folders)
        for task in chosen:
            _add(task, manager, hub, offline, found)
    if found.problems:
        raise BadInput(f"The suite {suite.name} cannot be run as it is:", found.problems)
    names = {t.task for t in chosen}
    whole, broken = _groups(suite, names, found)
    return Resolved(
        tasks=found.tasks,
        groups=whole,
        left_out=tuple(LeftOut(name, reason) for name, reason in {**found.left_out, **broken}.items()),
        items={name: len(task.task_docs) for name, task in found.tasks.items()},
        data_hashes=found.hashes,
    )


def go_offline() -> None:
    """No network from here on, for the Hugging Face libraries, also where they are imported already."""
    for name in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "TRANSFORMERS_OFFLINE"):
        os.environ[name] = "1"
    for name, flag in (
        ("huggingface_hub.constants", "HF_HUB_OFFLINE"),
        ("datasets.config", "HF_HUB_OFFLINE"),
        ("datasets.config", "HF_DATASETS_OFFLINE"),
    ):
        if name in sys.modules:
            setattr(sys.modules[name], flag, True)


def _chosen(suite: Suite, only: Iterable[str] | None) -> list[SuiteTask]:
    if only is None:
        return list(suite.tasks)
    wanted = set(only)
    known = set(suite.names()) | {g.name for g in suite.groups}
    if wanted - known:
        raise BadInput(
            f"The suite {suite.name} has no task {', '.join(sorted(wanted - known))}. "
            f"It has {', '.join(suite.entries())}."
        )
    return [t for t in suite.tasks if t.task in wanted or t.group in wanted]


def _add(task: SuiteTask, manager: TaskManager, hub: Path | None, offline: bool, found: _Found) -> None:
    entry = manager.task_index.get(task.task)
    config = dict(entry.cfg or {}) if entry is not None else {}
    if "task" not in config or isinstance(config["task"], list):
        found.problems.append(f"lm-eval has no task {task.task!r}; correct the suite file (harness suites check).")
        return
    if task.num_fewshot and config.get("num_fewshot") == 0:
        found.problems.append(f"{task.task} is a zero-shot task; set num_fewshot to 0, not {task.num_fewshot}.")
        return
    assert entry is not None and entry.yaml_path is not None
    source = _source(config, entry.yaml_path.parent, hub)
    if isinstance(source, mirror.Absent) and not (source.whole and offline):
        found.left_out[task.task] = f"the mirror has no {source.what}"
        return
    files = source if isinstance(source, mirror.Files) else None
    if files is not None and not _usable(task, config, files, found):
        return
    try:
        built = _build(manager, task.task, files)
    except Exception as error:  # lm-eval's task files may raise anything; every way ends in a sentence
        _say_why(task, error, files or config.get("dataset_path"), offline, found)
        return
    if files is not None and (wrong := columns.wrong_in_use(built)):
        found.problems.append(columns.sentence(task.task, files, wrong))
        return
    _set_shots(built, task, found)
    if task.task not in found.left_out:
        found.tasks[task.task] = built
        found.hashes[task.task] = files.content_hash() if files else mirror.content_hash(built.task_docs)


def _source(config: Mapping[str, Any], folder: Path, hub: Path | None) -> mirror.Files | mirror.Absent | None:
    """The files that a task reads; None where lm-eval shall load them itself."""
    kwargs = config.get("dataset_kwargs") or {}
    if config.get("dataset_path") == "parquet" and isinstance(kwargs.get("data_files"), dict):
        return mirror.Files({split: (folder / file,) for split, file in kwargs["data_files"].items()})
    if hub is None or "custom_dataset" in config:
        return None
    if "class" in config or not config.get("dataset_path"):
        return mirror.Absent(f"data set for {config['task']}, which lm-eval defines in code")
    return mirror.find(hub, config["dataset_path"], config.get("dataset_name"), columns.splits(config))


def _usable(task: SuiteTask, config: Mapping[str, Any], files: mirror.Files, found: _Found) -> bool:
    """Whether the files can be read, have rows and the columns that the task's templates name."""
    for split in files.splits:
        try:
            rows, have = files.rows(split), files.columns(split)
        except Exception as error:
            names = ", ".join(map(str, files.splits[split]))
            found.problems.append(f"{task.task}: {names} is no readable Parquet file ({type(error).__name__}).")
            return False
        lacking = sorted(columns.needed(config) - set(have))
        if lacking:
            found.problems.append(columns.sentence(task.task, files, f"lacks {', '.join(lacking)}", split))
            return False
        if not rows:
            found.problems.append(columns.sentence(task.task, files, "holds no rows", split))
            return False
    return True


def _build(manager: TaskManager, name: str, files: mirror.Files | None) -> Task:
    member: dict[str, Any] = {"task": name}
    if files is not None:
        member["custom_dataset"] = files
    # A group is TaskManager's public way of laying settings over a definition that it knows.
    return manager.load({"group": "landscape", "task": [member]})["tasks"][name]


def _say_why(task: SuiteTask, error: Exception, data: mirror.Files | str | None, offline: bool, found: _Found) -> None:
    text = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    if isinstance(data, mirror.Files) and not isinstance(error, ImportError):
        found.problems.append(columns.sentence(task.task, data, f"does not fit the task ({text})"))
    elif isinstance(error, OSError) and offline:
        found.left_out[task.task] = f"the local cache has no {data}"
    elif isinstance(error, OSError):
        found.left_out[task.task] = f"{data} cannot be loaded from the hub ({text})"
    elif isinstance(error, KeyError):
        found.left_out[task.task] = f"{data} has no split {error}"
    else:
        found.left_out[task.task] = f"its definition cannot be used here ({text})"


def _set_shots(built: Task, task: SuiteTask, found: _Found) -> None:
    built.set_config(key="num_fewshot", value=task.num_fewshot)
    built.set_fewshot_seed(seed=FEWSHOT_SEED)
    have = len(built.fewshot_docs() or ()) if task.num_fewshot else 0
    if have < task.num_fewshot:
        found.left_out[task.task] = f"its few-shot split has {have} rows, fewer than {task.num_fewshot} shots"


def _groups(suite: Suite, names: set[str], found: _Found) -> tuple[tuple[SuiteGroup, ...], dict[str, str]]:
    whole: list[SuiteGroup] = []
    broken: dict[str, str] = {}
    for group in suite.groups:
        missing = [m for m in group.members if m not in found.tasks]
        if not missing:
            whole.append(group)
        elif names & set(group.members):
            broken[group.name] = f"{len(missing)} of its {len(group.members)} tasks are left out"
    return tuple(whole), broken


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """lm-eval warns once per task of defaults that it fills in; hundreds of lines that help nobody."""
    loggers = [logging.getLogger(name) for name in ("lm_eval", "lm_eval.api.task", "lm_eval.tasks")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
