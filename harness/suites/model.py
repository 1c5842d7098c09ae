"""A suite, its tasks and groups as plain values: a named, versioned list of tasks with fixed anchors.

A suite file is data, never executed; ``load.py`` reads it. A group such as mmlu is one entry of the
file that names its members; here it is spread over them, each carrying the group's name, and the
index counts the group as one task.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

KINDS = ("perplexity", "classification", "qa")


@dataclass(frozen=True, slots=True)
class SuiteTask:
    """One lm-eval task as the suite runs it.

    ``metric`` and ``filter`` name the headline score. ``chance`` and ``best`` are the anchors of the
    index; a task whose headline is bits per byte has ``h0`` in their place, the order-0 byte entropy
    of the text that is scored. ``cluster`` is the column that items share where they are not
    independent (several questions on one passage). ``extra_metrics`` are computed after the run from
    its samples. ``redistribute`` says whether the licence lets a public site show prompts and answers.
    """

    task: str
    group: str | None
    kind: str
    language: str
    num_fewshot: int
    metric: str
    filter: str
    higher_is_better: bool
    chance: float | None
    best: float | None
    h0: float | None
    licence: str | None
    redistribute: bool
    cluster: str | None
    extra_metrics: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SuiteGroup:
    """Several tasks with one score: their mean, weighted by the number of items or not (as lm-eval has it)."""

    name: str
    weight_by_size: bool
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suite:
    """A named, versioned list of tasks.

    The bits per byte of texts (``text_bits_per_byte``) are of windows of ``window`` tokens that move by ``stride``, whatever
    the model's own maximum, so that they can be compared between models. lm-eval's numbers are of windows that do not overlap.
    """

    name: str
    version: str
    title_en: str
    title_zh: str
    description_en: str
    description_zh: str
    window: int
    stride: int
    tasks: tuple[SuiteTask, ...]
    groups: tuple[SuiteGroup, ...]

    def task(self, name: str) -> SuiteTask:
        """The task of that name.

        Raises:
            KeyError: the suite has no such task.
        """
        return {t.task: t for t in self.tasks}[name]

    def names(self) -> tuple[str, ...]:
        """Names of all tasks, in order, groups spread over their members."""
        return tuple(t.task for t in self.tasks)

    def entries(self) -> tuple[str, ...]:
        """Names that the index counts: each group once, other tasks, in the order of the file."""
        return tuple(dict.fromkeys(t.group or t.task for t in self.tasks))


def to_dict(suite: Suite) -> dict[str, Any]:
    """The suite in full, as JSON types (for the manifest)."""
    return asdict(suite) | {
        "tasks": [asdict(t) | {"extra_metrics": list(t.extra_metrics)} for t in suite.tasks],
        "groups": [asdict(g) | {"members": list(g.members)} for g in suite.groups],
    }
