"""Splits and columns that a task's definition needs, and the problems of data files that lack them.

lm-eval takes a column name that the data lack for a literal text and scores every item 0 without a
word, so the definition is checked against the file before, and the first item is taken through the
whole task after.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.errors import BadInput
from harness.suites.mirror import Files
from harness.suites.own.templates import OutOfBounds

if TYPE_CHECKING:
    from lm_eval.api.task import Task

_BARE = re.compile(r"[A-Za-z_]\w*")


def splits(config: Mapping[str, Any]) -> list[str]:
    """Splits that lm-eval reads of a task: the one that is scored and the one that shots come from.

    lm-eval takes the shots from the training, validation or test split where the task names none,
    and reads them even for zero shots.
    """
    scored = config.get("test_split") or config.get("validation_split")
    shots = config.get("fewshot_split") or (config.get("fewshot_config") or {}).get("split")
    if not shots and not (config.get("fewshot_config") or {}).get("samples"):
        shots = config.get("training_split") or config.get("validation_split") or config.get("test_split")
    return list(dict.fromkeys(s for s in (scored, shots) if s))


def needed(config: Mapping[str, Any]) -> set[str]:
    """Columns that the templates of a definition name (none where the documents are rewritten first)."""
    if config.get("process_docs"):
        return set()
    parts = [config.get(key) for key in ("doc_to_text", "doc_to_target", "doc_to_choice")]
    return set().union(*(template_names(p) - _may_lack(p) for p in parts if isinstance(p, str) and not _is_function(p)))


def file_problem(task: str, config: Mapping[str, Any], files: Files) -> str | None:
    """The first problem of a task's files, in a sentence: unreadable, without rows, or without a needed column."""
    for split in files.splits:
        try:
            rows, names = files.rows(split), files.columns(split)
        except BadInput as error:
            return f"{task}: {error}"
        except Exception as error:
            paths = ", ".join(map(str, files.splits[split]))
            return f"{task}: {paths} is no readable Parquet file ({type(error).__name__})."
        lacking = sorted(needed(config) - set(names))
        if lacking:
            return sentence(task, files, f"lacks {', '.join(lacking)}", split)
        if not rows:
            return sentence(task, files, "holds no rows", split)
    return None


def wrong_in_use(task: Task) -> str | None:
    """Error of the task on its first item with empty answers, in a sentence; None where there is none."""

    doc = task.task_docs[0]
    config = task.config
    for part in (config.doc_to_text, config.doc_to_target, config.doc_to_choice):
        if isinstance(part, str) and _BARE.fullmatch(part) and part not in doc:
            return f"lacks {part}"
    try:
        task.doc_to_target(doc)
        _given(task, doc)
    except OutOfBounds as error:
        return f"does not fit the task: {str(error).rstrip('.')}"
    except Exception as error:  # whatever a task's own functions raise on a document they do not expect
        return f"does not fit the task ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
    return None


def dry_run(task: Task) -> Mapping[str, Any] | None:
    """What a task's first item gives with empty answers, by metric; None where the task cannot do without real ones."""
    try:
        return _given(task, task.task_docs[0])
    except Exception:  # whatever a task's own functions raise
        return None


def _given(task: Task, doc: Any) -> Mapping[str, Any]:
    from harness.suites.own.bounded_templates import metrics_bounded

    requests = task.construct_requests(doc, task.fewshot_context(doc, 0), metadata=(task.task_name, 0, 1))
    requests = requests if isinstance(requests, list) else [requests]
    answers: dict[str, Any] = {"loglikelihood": (-1.0, False), "loglikelihood_rolling": -1.0}
    results = [answers.get(r.request_type, "") for r in requests]
    with metrics_bounded(len(results)):
        given: Mapping[str, Any] = task.process_results(doc, results)
    return given


def sentence(task: str, files: Files, wrong: str, split: str | None = None) -> str:
    """A problem with a task's file: which file, what is wrong, which columns it has."""
    named = [split] if split else list(files.splits)
    where = ", ".join(str(f) for s in named for f in files.splits[s])
    return f"{task}: {where} {wrong}; its columns are {', '.join(files.columns(named[0]))}."


def template_names(template: str) -> set[str]:
    """Names that a template takes from outside itself."""
    from jinja2 import Environment, TemplateError, meta

    if _BARE.fullmatch(template):
        return {template}
    try:
        return set(meta.find_undeclared_variables(Environment().parse(template)))  # nosec B701  # parsed, never rendered
    except TemplateError:
        return set()  # lm-eval will say what is wrong with it


def _may_lack(template: str) -> set[str]:
    """Names that a template uses only where it asks whether a column is there: ``answer if answer is defined else target``."""
    from jinja2 import Environment, TemplateError, nodes

    def used(node: nodes.Node) -> set[str]:
        if isinstance(node, nodes.CondExpr | nodes.If):
            asked = [node.test, *node.test.find_all(nodes.Test)]
            if any(isinstance(t, nodes.Test) and t.name in ("defined", "undefined") for t in asked):
                return set()
        if isinstance(node, nodes.Name):
            return {node.name}
        return set().union(*(used(child) for child in node.iter_child_nodes()))

    if _BARE.fullmatch(template):
        return set()
    try:
        tree = Environment().parse(template)  # nosec B701  # parsed, never rendered
    except TemplateError:
        return set()
    return {name.name for name in tree.find_all(nodes.Name)} - used(tree)


def _is_function(template: str) -> bool:
    """An unresolved ``!function``: lm-eval's index keeps it as the path of a Python name."""
    return template.startswith("/") and "{{" not in template
