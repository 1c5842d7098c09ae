"""lm-eval's task objects of a suite, with data from a mirror, the local cache or the hub.

The definitions (prompt, metric, version) are lm-eval's own and stay untouched; only where the data
come from is set. lm_eval is imported inside the functions, after the offline switches are set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.libraries import go_offline, quiet
from harness.errors import BadInput
from harness.suites import columns, generation, lm_eval_index, mirror
from harness.suites.computed_scores import headline_problem
from harness.suites.items import sentences
from harness.suites.items.survey import Survey, survey
from harness.suites.model import Suite, SuiteGroup, SuiteTask
from harness.suites.own.data_files import KINDS, data_files
from harness.suites.own.definitions import OwnTasks
from harness.suites.own.templates import OutOfBounds
from harness.suites.plain_numbers import plain_number_problem

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
    """The part of a suite that can be scored here.

    ``tasks`` holds lm-eval's task objects by name, shots set and seeded, in the suite's order;
    ``groups`` the suite's groups that are whole; ``items`` how many items each task has;
    ``data_hashes`` the SHA-256 of the files each task reads (of its documents where they come from
    the hub); ``surveys`` what a look at every item says. A run with anything in ``left_out`` is partial.
    """

    tasks: Mapping[str, Task]
    groups: tuple[SuiteGroup, ...]
    left_out: tuple[LeftOut, ...]
    items: Mapping[str, int]
    data_hashes: Mapping[str, str]
    surveys: Mapping[str, Survey] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Scorable:
    """A task that can be scored here: lm-eval's object, shots set, the SHA-256 of its data, what its items look like."""

    task: Task
    data_hash: str
    survey: Survey


@dataclass(frozen=True, slots=True)
class _Problem:
    """A task that makes the suite unusable here until somebody corrects a file, in one sentence."""

    sentence: str


def resolve(
    suite: Suite,
    hub: Path | None = None,
    offline: bool = False,
    only: Iterable[str] | None = None,
    task_folders: Iterable[Path] = (),
    own: OwnTasks | None = None,
) -> Resolved:
    """lm-eval's task objects of a suite.

    With ``hub``, data sets are read from that mirror; without, from the hub, or with ``offline`` from
    its local cache (also for data sets that the mirror lacks). ``only`` keeps some tasks of the suite,
    ``task_folders`` hold further task files, ``own`` those of the user's, checked. A task whose data set, config or split is absent is left
    out as a whole; a group with such a task is left out as a group, its other tasks are kept.

    Raises:
        BadInput: with all problems at once: tasks that lm-eval does not have, shots that a task cannot
            have, files that cannot be read or lack columns, items that lm-eval would misread, a mirror that is no folder.
    """
    if hub is not None and not hub.is_dir():
        raise BadInput(f"The mirror of data sets {hub} is no folder. Set LANDSCAPE_HUB to one, or unset it.")
    if offline:
        go_offline()
    entries = _entries(suite, only)
    with quiet():
        folders = (*task_folders, *(own.folders if own else ()))
        manager = lm_eval_index.task_manager([e.task for e in entries], folders)
        outcomes = {e.task: _resolve_task(e, manager, hub, offline, own) for e in entries}
    if problems := [o.sentence for o in outcomes.values() if isinstance(o, _Problem)]:
        raise BadInput(f"The suite {suite.name} cannot be run as it is:", problems)
    scorable = {name: o for name, o in outcomes.items() if isinstance(o, _Scorable)}
    left_out = [o for o in outcomes.values() if isinstance(o, LeftOut)]
    whole, broken = _groups(suite, outcomes.keys(), scorable.keys())
    return Resolved(
        tasks={name: o.task for name, o in scorable.items()},
        groups=whole,
        left_out=(*left_out, *broken),
        items={name: len(o.task.task_docs) for name, o in scorable.items()},
        data_hashes={name: o.data_hash for name, o in scorable.items()},
        surveys={name: o.survey for name, o in scorable.items()},
    )


def _entries(suite: Suite, only: Iterable[str] | None) -> list[SuiteTask]:
    """The suite's tasks, or those that ``only`` names (a group's name names its members)."""
    if only is None:
        return list(suite.tasks)
    wanted = set(only)
    names = set(suite.names()) | {g.name for g in suite.groups}
    if wanted - names:
        raise BadInput(
            f"The suite {suite.name} has no task {', '.join(sorted(wanted - names))}. "
            f"It has {', '.join(suite.entries())}."
        )
    return [t for t in suite.tasks if t.task in wanted or t.group in wanted]


def _resolve_task(
    entry: SuiteTask, manager: TaskManager, hub: Path | None, offline: bool, own: OwnTasks | None = None
) -> _Scorable | LeftOut | _Problem:
    """One task of the suite: its definition, its data, lm-eval's object, its shots, each checked in turn."""
    definition = manager.task_index.get(entry.task)
    config = dict(definition.cfg or {}) if definition is not None else {}
    if "task" not in config or isinstance(config["task"], list):
        return _Problem(f"lm-eval has no task {entry.task!r}; correct the suite file (harness suites check).")
    if entry.num_fewshot and config.get("num_fewshot") == 0:
        return _Problem(f"{entry.task} is a zero-shot task; set num_fewshot to 0, not {entry.num_fewshot}.")
    assert definition is not None and definition.yaml_path is not None
    mine = own.files.get(entry.task) if own else None
    if mine is not None and definition.yaml_path.resolve() != mine:
        return _Problem(f"{mine}: the task {entry.task!r} has the name of one of lm-eval's; rename it.")
    own_files = _own_source(config, mine) if mine is not None else None
    source = own_files or _source(config, definition.yaml_path.parent, hub)
    if isinstance(source, mirror.Absent) and not (source.whole and offline):
        return LeftOut(entry.task, f"the mirror has no {source.what}")
    files = source if isinstance(source, mirror.Files) else None
    if files is not None and (problem := columns.file_problem(entry.task, config, files)):
        return _Problem(problem)
    try:
        task = _build(manager, entry.task, files)
    except OutOfBounds as error:
        return _Problem(f"{mine or entry.task}: {error}")
    except Exception as error:  # lm-eval's task files may raise anything; every way ends in a sentence
        return _not_built(entry, error, files or config.get("dataset_path"), offline)
    if unusable := generation.problem(task):
        return _Problem(f"{mine or entry.task}: {unusable}")
    if files is not None and (wrong := columns.wrong_in_use(task)):
        return _Problem(columns.sentence(entry.task, files, wrong))
    if problem := plain_number_problem(task) or headline_problem(task, entry):
        return _Problem(problem)
    seen = survey(task)
    if problem := sentences.problem(entry.task, config, seen, files):
        return _Problem(problem)
    rows = _set_shots(task, entry)
    itself = int(_shows_scored(task)) if entry.num_fewshot else 0
    if rows < entry.num_fewshot + itself:
        fewer = f"fewer than {entry.num_fewshot} shots{' and the scored item itself' if itself else ''}"
        return LeftOut(entry.task, f"its few-shot split has {rows} rows, {fewer}")
    return _Scorable(task, files.content_hash() if files else mirror.content_hash(task.task_docs), seen)


def _own_source(config: Mapping[str, Any], file: Path) -> mirror.Files | None:
    """The files of a task of the user's; None where it names none (a trusted one may load data by code)."""
    if config.get("dataset_path") in KINDS and "data_files" in (config.get("dataset_kwargs") or {}):
        return data_files(config, file.parent, file.parent)
    return None


def _source(config: Mapping[str, Any], folder: Path, hub: Path | None) -> mirror.Files | mirror.Absent | None:
    """The files that a task reads; None where lm-eval loads the data itself."""
    kwargs = config.get("dataset_kwargs") or {}
    if config.get("dataset_path") == "parquet" and isinstance(kwargs.get("data_files"), dict):
        return mirror.Files({split: (folder / file,) for split, file in kwargs["data_files"].items()})
    if hub is None or "custom_dataset" in config:
        return None
    if "class" in config or not config.get("dataset_path"):
        return mirror.Absent(f"data set for {config['task']}, which lm-eval defines in code")
    return mirror.find(hub, config["dataset_path"], config.get("dataset_name"), columns.splits(config))


def _build(manager: TaskManager, name: str, files: mirror.Files | None) -> Task:
    member: dict[str, Any] = {"task": name}
    if files is not None:
        member["custom_dataset"] = files
    # A group is TaskManager's public way of laying settings over a definition that it knows.
    return manager.load({"group": "landscape", "task": [member]})["tasks"][name]


def _not_built(
    entry: SuiteTask, error: Exception, data: mirror.Files | str | None, offline: bool
) -> LeftOut | _Problem:
    """Reason that lm-eval cannot build a task: a problem where a file does not fit, a task left out where data are absent."""
    text = f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"
    if isinstance(data, mirror.Files) and not isinstance(error, ImportError):
        return _Problem(columns.sentence(entry.task, data, f"does not fit the task ({text})"))
    if isinstance(error, OSError):
        reason = f"the local cache has no {data}" if offline else f"{data} cannot be loaded from the hub ({text})"
        return LeftOut(entry.task, reason)
    if isinstance(error, KeyError):
        return LeftOut(entry.task, f"{data} has no split {error}")
    return LeftOut(entry.task, f"its definition cannot be used here ({text})")


def _set_shots(task: Task, entry: SuiteTask) -> int:
    """Set and seed the shots of a task; returns the rows of its few-shot split (0 where no shots are asked for)."""
    task.set_config(key="num_fewshot", value=entry.num_fewshot)
    task.set_fewshot_seed(seed=FEWSHOT_SEED)
    return len(task.fewshot_docs() or ()) if entry.num_fewshot else 0


def _shows_scored(task: Task) -> bool:
    """Whether shots come from the scored split, so that lm-eval leaves the scored item out of its own shots."""
    settings = getattr(task, "fewshot_cfg", None)
    return settings is not None and settings.split is not None and settings.split == task.config.test_split


def _groups(
    suite: Suite, asked: Collection[str], scorable: Collection[str]
) -> tuple[tuple[SuiteGroup, ...], tuple[LeftOut, ...]]:
    """The suite's groups with all members, and the groups of which a wanted task cannot be scored."""
    whole: list[SuiteGroup] = []
    broken: list[LeftOut] = []
    for group in suite.groups:
        missing = [m for m in group.members if m not in scorable]
        if not missing:
            whole.append(group)
        elif set(asked) & set(group.members):
            broken.append(LeftOut(group.name, f"{len(missing)} of its {len(group.members)} tasks are left out"))
    return tuple(whole), tuple(broken)
