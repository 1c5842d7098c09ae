"""Tasks that put the same question to every item: a prompt that holds nothing of the item, whatever its examples are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LOOKED_AT = 50
"""Items of a task that are looked at."""
FEWEST = 5
"""Fewer items may ask the same by chance."""


def asked_alike(tasks: Mapping[str, Any], instances: Sequence[Any]) -> frozenset[str]:
    """Names of the tasks whose scored items differ but ask the same, choices included; ``instances`` are lm-eval's."""
    docs: dict[str, dict[int, Any]] = {}
    for instance in instances:
        some = docs.setdefault(instance.task_name, {})
        if len(some) < LOOKED_AT:
            some.setdefault(instance.doc_id, instance.doc)
    return frozenset(name for name, some in docs.items() if name in tasks and _alike(tasks[name], list(some.values())))


def _alike(task: Any, docs: Sequence[Any]) -> bool:
    if len(docs) < FEWEST or task.OUTPUT_TYPE == "loglikelihood_rolling":
        return False
    try:
        return any(doc != docs[0] for doc in docs) and len({_question(task, doc) for doc in docs}) == 1
    except Exception:  # a task of code, whose prompt is made elsewhere
        return False


def _question(task: Any, doc: Any) -> str:
    choices = task.doc_to_choice(doc) if task.config.doc_to_choice is not None else None
    continuation = task.doc_to_target(doc) if task.OUTPUT_TYPE == "loglikelihood" else None
    return repr((task.doc_to_text(doc), choices, continuation))
