"""``harness suites check``: the disagreements of the suite files with the installed lm-eval, one sentence each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.engine.libraries import quiet
from harness.errors import BadInput
from harness.suites import columns, extra_metrics, lm_eval_index, tasks
from harness.suites.computed_scores import BYTE_METRICS, TEXT_BITS
from harness.suites.load import FOLDER, load_suite
from harness.suites.model import Suite, SuiteTask
from harness.suites.own.definitions import OwnTasks

if TYPE_CHECKING:
    from lm_eval.api.task import Task

# Which output types of lm-eval may stand under which kind.
_OUTPUTS = {
    "perplexity": ("loglikelihood_rolling", "loglikelihood"),
    "classification": ("multiple_choice",),
    "qa": ("generate_until",),
}
# Anchors are kept to four decimals.
_H0_TOLERANCE = 6e-5


def check_suites(folder: Path = FOLDER, hub: Path | None = None) -> list[str]:
    """Disagreements of all suite files with the installed lm-eval, one sentence each.

    With a mirror, ``h0`` of the texts that it holds is computed again and compared.
    """
    problems: list[str] = []
    for path in sorted(folder.glob("*.yaml")):
        try:
            suite = load_suite(str(path))
        except BadInput as error:
            problems += [f"{path.name}: {p}" for p in error.problems or [str(error)]]
            continue
        if suite.name != path.stem:
            problems.append(f"{path.name}: name is {suite.name!r}; a suite is called as its file.")
        problems += [f"{path.name}: {p}" for p in check(suite, hub)]
    return problems


def check(suite: Suite, hub: Path | None = None, own: OwnTasks | None = None) -> list[str]:
    """Disagreements of one suite with lm-eval and the user's ``own`` tasks, one sentence each."""
    with quiet():
        names = [*suite.names(), *(g.name for g in suite.groups)]
        index = lm_eval_index.task_manager(names, own.folders if own else ()).task_index
    problems: list[str] = []
    for task in suite.tasks:
        config = (index[task.task].cfg if task.task in index else None) or {}
        if not isinstance(config.get("task"), str):
            problems.append(f"lm-eval has no task {task.task!r}.")
        elif "class" in config:
            problems.append(f"{task.task} is defined in code, which no mirror and no check can follow.")
        else:
            problems += _task_problems(task, config)
    for group in suite.groups:
        config = (index[group.name].cfg if group.name in index else None) or {}
        problems += _group_problems(group.name, group.members, group.weight_by_size, config, index)
    if own is not None and not problems:
        problems += _item_problems(suite, hub, own)
    if hub is not None and not problems:
        problems += _h0_problems(suite, hub, own)
    return problems


def h0(task: Task) -> float:
    """Order-0 byte entropy, in bits per byte, of the text that a perplexity task scores."""
    return extra_metrics.order0_entropy(str(task.doc_to_target(doc)) for doc in task.task_docs)


def directions(config: Mapping[str, Any]) -> dict[str, bool]:
    """Metric → higher is better, as lm-eval reads a definition, with the bits per byte that a run adds to rolling texts."""
    from lm_eval.api.registry import DEFAULT_METRIC_REGISTRY, is_higher_better

    listed = config.get("metric_list") or [
        {"metric": name} for name in DEFAULT_METRIC_REGISTRY[config.get("output_type", "generate_until")]
    ]
    better = {
        m["metric"]: bool(m["higher_is_better"] if "higher_is_better" in m else is_higher_better(m["metric"]))
        for m in listed
    }
    by_bytes = config.get("output_type") == "loglikelihood_rolling" and better.keys() & set(BYTE_METRICS)
    return better | ({TEXT_BITS: False} if by_bytes else {})


def _task_problems(task: SuiteTask, config: Mapping[str, Any]) -> list[str]:
    problems = []
    output = config.get("output_type", "generate_until")
    if output not in _OUTPUTS[task.kind]:
        problems.append(f"{task.task}: kind is {task.kind}, but lm-eval's output type is {output}.")
    better = directions(config)
    if task.metric not in better:
        problems.append(f"{task.task}: metric {task.metric!r} is none of lm-eval's: {', '.join(better)}.")
    elif better[task.metric] != task.higher_is_better:
        problems.append(f"{task.task}: higher_is_better is {task.higher_is_better}, lm-eval says otherwise.")
    filters = [f["name"] for f in config.get("filter_list") or [{"name": "none"}]]
    if task.filter not in filters:
        problems.append(f"{task.task}: filter {task.filter!r} is none of lm-eval's: {', '.join(filters)}.")
    if task.num_fewshot and config.get("num_fewshot") == 0:
        problems.append(f"{task.task}: lm-eval fixes its shots at 0; num_fewshot is {task.num_fewshot}.")
    if task.num_fewshot and len(columns.splits(config)) < 2 and not config.get("fewshot_config"):
        problems.append(f"{task.task}: has no split to take {task.num_fewshot} shots from other than the scored one.")
    wanted = {extra_metrics.EXTRA_METRICS[m] for m in task.extra_metrics}
    if not wanted <= {{"multiple_choice": "classes", "generate_until": "answers"}.get(output)}:
        problems.append(f"{task.task}: extra_metrics {', '.join(task.extra_metrics)} cannot come from {output}.")
    return problems


def _group_problems(
    name: str, members: Iterable[str], weighted: bool, config: Mapping[str, Any], index: Mapping[str, Any]
) -> list[str]:
    if "group" not in config:
        return [f"lm-eval has no group {name!r}."]
    problems = []
    theirs, ours = _leaves(name, index), set(members)
    if theirs != ours:
        more, fewer = sorted(ours - theirs), sorted(theirs - ours)
        problems.append(f"{name}: members differ from lm-eval's: not there {more}, not here {fewer}.")
    means = config.get("aggregate_metric_list") or [{}]
    if any(m.get("weight_by_size", True) != weighted for m in means):
        problems.append(f"{name}: weight_by_size is {weighted}, lm-eval says otherwise.")
    return problems


def _leaves(name: str, index: Mapping[str, Any]) -> set[str]:
    """Names of the tasks under a group or tag of lm-eval's index."""
    entry = index.get(name)
    if entry is None:
        return {name}
    if entry.cfg is None:
        return set().union(*(_leaves(member, index) for member in entry.tags))
    if "group" not in entry.cfg:
        return {name}
    members = entry.cfg.get("task") or []
    return set().union(*(_leaves(m if isinstance(m, str) else m.get("task", m.get("group")), index) for m in members))


def _item_problems(suite: Suite, hub: Path | None, own: OwnTasks) -> list[str]:
    """What a run would refuse of the data of the user's tasks."""
    try:
        tasks.resolve(suite, hub, only=[name for name in suite.names() if name in own.files], own=own)
    except BadInput as error:
        return error.problems or [str(error)]
    return []


def _h0_problems(suite: Suite, hub: Path, own: OwnTasks | None = None) -> list[str]:
    texts = [t.task for t in suite.tasks if t.h0 is not None]
    resolved = tasks.resolve(suite, hub, only=texts, own=own)
    problems = []
    for name, task in resolved.tasks.items():
        computed, stated = h0(task), suite.task(name).h0
        if stated is None or abs(computed - stated) > _H0_TOLERANCE:
            problems.append(f"{name}: h0 is {stated}, but the order-0 byte entropy of its text is {computed:.4f}.")
    return problems
