"""Scoring in rounds (``--precision``): each task in random items until its 95% interval is narrow enough.

The order of each task's items (seeded), the rounds and the batches of every round are fixed before the
first batch and stand at the head of the journal. Which batches are scored follows from the answers
alone, so a killed run takes the same decisions again and ends with the same numbers.
"""

from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from harness.analysis.statistics.sequential import betting_interval, rounds
from harness.analysis.statistics.uncertainty import interval, mean_estimate
from harness.engine.base import Answer, Batch, Engine
from harness.metrics import metric
from harness.runs import lm_eval_metrics, requests, tables
from harness.runs.journal.journal import Journal
from harness.runs.plan import SEED, Plan
from harness.runs.requests import RequestSet
from harness.runs.score import Scoring, Tally, run_batches
from harness.suites.model import SuiteTask

Index: TypeAlias = Mapping[tuple[str, int], Sequence[int]]


@dataclass(frozen=True)
class Item:
    """One item's headline value (null where it has none) and the cluster that it belongs to."""

    value: float | None
    cluster: str | None


@dataclass(frozen=True)
class Stop:
    """The end of one task's scoring: items scored, their mean, and its 95% interval for the mean of all items.

    ``stopped`` is false for a task that was scored whole, and then ``low`` and ``high`` may be null.
    """

    stopped: bool
    items: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Layout:
    """Item numbers of each task in the order of scoring, by round: ``rounds[r][task]`` are the items of round ``r``."""

    rounds: tuple[Mapping[str, tuple[int, ...]], ...]

    def items(self, task: str) -> tuple[int, ...]:
        """All of the task's items, in the order of scoring."""
        return tuple(i for part in self.rounds for i in part.get(task, ()))


def lay_out(plan: Plan, tasks: Mapping[str, Any]) -> Layout:
    """Rounds of every task; one whose headline is not a bounded mean of items has a single round."""
    parts: list[dict[str, tuple[int, ...]]] = []
    for task in plan.tasks:
        order = random.Random(f"{SEED}:{task.task}").sample(range(task.available), task.available)
        ends = (
            rounds(task.available) if _in_rounds(plan.suite.task(task.task), tasks.get(task.task)) else [task.available]
        )
        for r, (start, end) in enumerate(zip([0, *ends], ends, strict=False)):
            if r == len(parts):
                parts.append({})
            parts[r][task.task] = tuple(order[start:end])
    return Layout(tuple(parts))


def bounds(entry: SuiteTask) -> tuple[float, float] | None:
    """Lowest and highest value of an item under the task's headline metric, or None without bounds."""
    row = metric(entry.metric)
    if row.role == "classes":  # no mean of items: the task is scored whole
        return None
    return (row.low, row.high) if math.isfinite(row.high - row.low) else None


def _in_rounds(entry: SuiteTask, task: Any) -> bool:
    """Whether the mean of some items says how the headline of all of them will come out."""
    made = task.aggregation().get(entry.metric) if task is not None else None
    return bounds(entry) is not None and tables.averages(made) is not False


def partition(request_set: RequestSet, layout: Layout, engine: Engine, answered: Iterable[int] = ()) -> list[Batch]:
    """Batches round by round and task by task; a request belongs to the first that asks it, ``answered`` ones to none."""
    index, assigned = by_item(request_set), set(answered)
    batches: list[Batch] = []
    for part in layout.rounds:
        for task, items in part.items():
            fresh = [r for r in requests_of(request_set, index, task, items) if r not in assigned]
            assigned.update(fresh)
            if fresh:
                some = engine.partition([request_set.requests[r] for r in fresh])
                batches.extend(Batch(tuple(fresh[i] for i in b.requests)) for b in some)
    return batches


def by_item(request_set: RequestSet) -> Index:
    """Indices of the instances of each item, by (task, item)."""
    index: dict[tuple[str, int], list[int]] = {}
    for i, instance in enumerate(request_set.instances):
        index.setdefault((instance.task_name, instance.doc_id), []).append(i)
    return index


def requests_of(request_set: RequestSet, index: Index, task: str, items: Sequence[int]) -> list[int]:
    """Indices of the requests behind some items of a task, each once, ascending."""
    return sorted(
        {r for item in items for i in index[task, item] for r in (*request_set.parts[i], *request_set.text_parts[i])}
    )


def score(
    plan: Plan, tasks: Mapping[str, Any], request_set: RequestSet, layout: Layout, engine: Engine, journal: Journal,
    advance: Callable[[int], None],
) -> tuple[Scoring, dict[str, tuple[int, ...]], dict[str, Stop]]:  # fmt: skip
    """Score round by round; returns what was computed, each task's items (sorted) and where it stopped."""
    index = by_item(request_set)
    owner = {r: i for i, batch in enumerate(journal.head.batches) for r in batch.requests}
    items_of: dict[str, list[Item]] = {task: [] for task in tasks}
    stops: dict[str, Stop] = {}
    tally = Tally()
    for part in layout.rounds:
        live = {task: part[task] for task in tasks if task in part and task not in stops}
        wanted = {
            owner[r] for task, items in live.items() for r in requests_of(request_set, index, task, items) if r in owner
        }
        advance(sum(len(journal.head.batches[i].requests) for i in wanted if i in journal.answers))
        run_batches(request_set, engine, journal, advance, sorted(wanted - set(journal.answers)), tally)
        answers = journal.known()
        for task, items in live.items():
            items_of[task] += headline(
                plan.suite.task(task), tasks[task], restrict(request_set, index, {task: items}), answers, items
            )
            entry = plan.suite.task(task)
            whole = Stop(False, len(items_of[task]))
            stop = decide(plan, task, items_of[task]) if _in_rounds(entry, tasks[task]) else whole
            if stop is not None:
                stops[task] = stop
    chosen = {task: tuple(sorted(layout.items(task)[: stops[task].items])) for task in tasks}
    return tally.scoring(journal.known()), chosen, stops


def decide(plan: Plan, task: str, items: Sequence[Item]) -> Stop | None:
    """Whether a task ends with these items (in the order of scoring); None where it goes on.

    Two intervals must be narrow enough: the one that holds however often one looks, for the score of
    the whole task, and the one that is shown beside the score (clustered, for items of this kind at
    large), which is the wider of the two in a small task.
    """
    available = next(t.available for t in plan.tasks if t.task == task)
    entry, precision = plan.suite.task(task), plan.options.precision
    assert precision is not None
    edges, whole = bounds(entry), len(items) >= available
    values = [i.value for i in items if i.value is not None]
    if edges is None or len(values) < len(items) or any(not edges[0] <= v <= edges[1] for v in values):
        return Stop(False, len(items)) if whole else None
    low, high = edges
    span = high - low
    whole_task = betting_interval([(v - low) / span for v in values], available, aim=precision / span)
    ends = (low + span * whole_task.low, low + span * whole_task.high)
    wide = ends[1] - ends[0] > 2 * precision or not shown_width(entry, items) <= 2 * precision
    if wide and not whole:
        return None
    return Stop(not whole, len(items), math.fsum(values) / len(values), *ends)


def shown_width(entry: SuiteTask, items: Sequence[Item]) -> float:
    """Width of the interval that a site or report shows beside the mean of these items; NaN where unknown."""
    clusters = [i.cluster for i in items]
    groups = clusters if all(c is not None for c in clusters) else None
    mean = mean_estimate([float(i.value or 0) for i in items], clusters=groups)
    shown = interval(mean.score, mean.stderr, mean.n, entry.metric)
    return shown.high - shown.low


def headline(
    entry: SuiteTask, task: Any, request_set: RequestSet, answers: Mapping[int, Answer], items: Sequence[int]
) -> list[Item]:
    """The headline value of each item, as lm-eval computes it, in the order of ``items``."""
    responses = requests.answer(request_set, answers)
    texts = requests.text_loglikelihoods(request_set, answers)
    _, samples = lm_eval_metrics.evaluate(
        {entry.task: task}, request_set, responses, texts, chosen={entry.task: sorted(items)}
    )
    rows = tables.headline_rows(entry, task, samples[entry.task])
    values = {row["item"]: Item(row["value"], row["cluster"]) for row in rows}
    return [values.get(i, Item(None, None)) for i in items]


def restrict(request_set: RequestSet, index: Index, chosen: Mapping[str, Sequence[int]]) -> RequestSet:
    """The request set less the instances of other items; copies of lm-eval's instances, numbered from 0 in each task.

    lm-eval writes answers into instances and counts a selection's documents from 0; fresh copies keep
    one round's answers out of the next one's.
    """
    instances, originals, truncated = [], [], dict[str, int]()
    for task, items in chosen.items():
        truncated[task] = 0
        for number, item in enumerate(sorted(items)):
            for i in index[task, item]:
                metadata = (task, number, request_set.instances[i].repeats)
                copy = dataclasses.replace(request_set.instances[i], metadata=metadata, resps=[], filtered_resps={})
                instances.append(copy)
                originals.append(i)
                truncated[task] += request_set.cut[i]
    parts, cut = tuple(request_set.parts[i] for i in originals), tuple(request_set.cut[i] for i in originals)
    text_parts = tuple(request_set.text_parts[i] for i in originals)
    return dataclasses.replace(
        request_set, instances=tuple(instances), parts=parts, text_parts=text_parts, cut=cut, truncated=truncated
    )


def with_items(plan: Plan, items: Mapping[str, tuple[int, ...]]) -> Plan:
    """The plan with the items of each task that were scored. Its hash, made of the inputs, stays."""
    tasks = tuple(dataclasses.replace(t, items=len(items[t.task])) for t in plan.tasks)
    return dataclasses.replace(plan, tasks=tasks, chosen=dict(items))
