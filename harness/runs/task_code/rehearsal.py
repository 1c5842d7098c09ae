"""A rehearsal of own tasks before a model is loaded: their requests are made, and their scores computed of made-up answers.

What a task file asks of lm-eval may fail on the last step only: an aggregation that cannot be made of a metric's values,
a filter that gives no text, one item without a label. Without a rehearsal that shows after everything was scored.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.errors import BadInput
from harness.runs import lm_eval_metrics, tables
from harness.runs.plan import Plan
from harness.runs.requests import RequestSet
from harness.runs.task_code import task_errors
from harness.suites.jinja_cache import compiled_once
from harness.suites.tasks import FEWSHOT_SEED

MOST_ITEMS = 20_000
"""Items of a task that are rehearsed, half a minute at the most; what the others hold shows when they are asked."""
CYCLE = 7
"""Made-up log-likelihoods go through so many values, so that every choice is the best one of some item."""


def rehearse(plan: Plan, tasks: Mapping[str, Any], files: Mapping[str, Path]) -> None:
    """Rehearse those of a plan's tasks that come from ``files``, by name.

    Raises:
        BadInput: with every task whose requests cannot be made or whose scores cannot be computed, with file and place.
    """
    problems = []
    for planned in plan.tasks:
        name = planned.task
        if name not in files:
            continue
        items = list(plan.chosen[name])[:MOST_ITEMS] if plan.chosen is not None else None
        try:
            _one(plan, tasks[name], name, min(planned.items, MOST_ITEMS), items)
        except BadInput as error:
            problems.append(f"{files[name]}: {error}")
        except Exception as error:  # whatever lm-eval's code raises on settings and data that it does not expect
            problems.append(
                f"{files[name]}: no scores can be computed of the task {task_errors.sentence(name, error)}."
            )
    if len(problems) == 1:
        raise BadInput(problems[0])
    if problems:
        raise BadInput("These tasks cannot be run as they are:", problems)


def _one(plan: Plan, task: Any, name: str, count: int, items: list[int] | None) -> None:
    """Make a task's requests and compute its scores, of written answers twice; the task itself stays as it was."""
    mine = copy.copy(task)
    try:
        with compiled_once(), task_errors.asking(name, items):
            mine.build_all_requests(limit=None if items else count, samples=items, rank=0, world_size=1)
    finally:
        task.set_fewshot_seed(seed=FEWSHOT_SEED)
    task_errors.refuse_no_texts(name, mine.instances, items)
    for answer in (_silent, _right) if task.OUTPUT_TYPE == "generate_until" else (_silent,):
        actor = copy.copy(mine)
        asked = [dataclasses.replace(i, resps=[], filtered_resps={}) for i in mine.instances]
        request_set = RequestSet((), tuple(asked), (), {})
        scores, samples = lm_eval_metrics.compute(
            {name: actor}, request_set, _answers(actor, asked, answer),
            limit=None if items else count, chosen={name: items} if items else None,
        )  # fmt: skip
        tables.task_rows("", plan.suite.task(name), actor, scores[name], samples[name])


def _answers(task: Any, instances: Sequence[Any], text: Callable[[Any, Any], str]) -> list[list[Any]]:
    """A made-up answer to every draw of every request."""
    made: list[list[Any]] = []
    for instance in instances:
        value = -1.0 - (instance.doc_id + instance.idx) % CYCLE
        one: Any = (value, False)
        if instance.request_type == "loglikelihood_rolling":
            one = value
        elif instance.request_type == "generate_until":
            one = text(task, instance.doc)
        made.append([one] * instance.repeats)
    return made


def _silent(task: Any, doc: Any) -> str:
    """An empty answer."""
    return ""


def _right(task: Any, doc: Any) -> str:
    """The answer that a task accepts, as far as it is a text or holds one."""
    target = task.doc_to_target(doc)
    return str(target[0] if isinstance(target, list) and target else target)
