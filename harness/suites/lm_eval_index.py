"""Index of task definitions: lm-eval's own YAML files, and ours.

lm-eval's index of all 14,000 files takes 12 seconds, so only the folders that are needed are
indexed: known by name below, else found by searching the files' text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lm_eval.tasks import TaskManager

HERE = Path(__file__).parent
OURS = (HERE / "tasks", HERE / "calibration")

# Folder of lm_eval/tasks by the beginning of the task's name.
_FOLDERS = {
    "ceval-valid": "ceval",
    "cmmlu": "cmmlu",
    "mmlu": "mmlu/default",
    "blimp": "blimp",
    "arc_": "arc",
    "boolq": "super_glue/boolq",
    "gsm8k": "gsm8k",
    "hellaswag": "hellaswag",
    "lambada_openai": "lambada",
    "openbookqa": "openbookqa",
    "piqa": "piqa",
    "sciq": "sciq",
    "sst2": "glue/sst2",
    "triviaqa": "triviaqa",
    "truthfulqa_": "truthfulqa",
    "wikitext": "wikitext",
    "winogrande": "winogrande",
}
_NAME = re.compile(rb"""^["']?(?:task|group)["']?[ \t]*:[ \t]*["']?([\w.:+-]+)["']?[ \t\r]*$""", re.MULTILINE)


def task_manager(names: Iterable[str], more: Iterable[Path] = ()) -> TaskManager:
    """A task manager that knows the named tasks (those that exist) and the tasks under ``more``."""
    from lm_eval.tasks import TaskManager

    wanted = set(names)
    manager = TaskManager(include_path=[*OURS, *more, *_known_folders(wanted)], include_defaults=False)
    unknown = wanted - manager.task_index.keys()
    if not unknown:
        return manager
    folders = _searched_folders(unknown)
    return TaskManager(include_path=[*OURS, *more, *_known_folders(wanted), *folders], include_defaults=False)


def _root() -> Path:
    spec = find_spec("lm_eval")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent / "tasks"


def _known_folders(names: Iterable[str]) -> list[Path]:
    folders = {folder for name in names for start, folder in _FOLDERS.items() if name.startswith(start)}
    return [_root() / folder for folder in sorted(folders) if (_root() / folder).is_dir()]


def _searched_folders(names: Iterable[str]) -> list[Path]:
    wanted = {name.encode() for name in names}
    files = (path for path in _root().rglob("*.yaml") if wanted & set(_NAME.findall(path.read_bytes())))
    return sorted({path.parent for path in files})
