"""Errors of lm-eval's code of a task, as sentences: which task, which item, which part of the task file, and what it said.

lm-eval's own functions are run through with names such as ``doc_id`` and ``filter_key``; where an error passed them, the
values of these names say what they were at.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from harness.engine.libraries import first_line
from harness.errors import BadInput, LandscapeError, RunFailed
from harness.suites.own.templates import OutOfBounds
from harness.suites.own.value_kinds import shown

PARTS = {
    "doc_to_text": "doc_to_text",
    "doc_to_target": "doc_to_target",
    "doc_to_choice": "doc_to_choice",
    "doc_to_prefix": "gen_prefix",
}
"""Keys of a task file by the functions of lm-eval that carry them out."""
LONGEST = 300
"""Characters of an error's own text that a sentence shows."""


@dataclass(frozen=True)
class Place:
    """What lm-eval was at: the item from 0, the key of the task file, metric and filter; None where it does not show.

    ``example`` says that a few-shot example was made, not the item itself.
    """

    task: str | None = None
    item: int | None = None
    part: str | None = None
    metric: str | None = None
    filter: str | None = None
    example: bool = False

    def words(self) -> str:
        """The place in words, such as ``item 6, doc_to_text``; empty where nothing is known."""
        shots = "a few-shot example" if self.example else None
        item = f"item {self.item + 1}" if self.item is not None else None
        named = [(label, value) for label, value in (("filter", self.filter), ("metric", self.metric)) if value]
        parts = [item, shots, self.part, *(f"{label} {value}" for label, value in named)]
        return ", ".join(part for part in parts if part)


def place(error: BaseException) -> Place:
    """The place in lm-eval's code that an error passed."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    item = task = part = metric = chain = None
    example = False
    shot: Any = None
    for frame in frames:
        seen, function = frame.f_locals, frame.f_code.co_name
        if function == "build_all_requests":
            item = _number(seen.get("doc_id"))
        elif function == "evaluate" and _of_lm_eval(frame):
            task, chain = seen.get("task_name"), seen.get("filter_key")
            item = _number(seen.get("doc_id_true", seen.get("doc_id")))
        elif function == "_compute_task_aggregations":
            task, item = getattr(seen.get("task"), "task_name", None), None
            metric, chain = seen.get("metric"), seen.get("filter_key")
        elif function == "apply_filters":
            task, item = getattr(seen.get("self"), "task_name", None), None
            chain = getattr(seen.get("f"), "name", None)
        elif function == "process_results" and _of_lm_eval(frame):
            metric = seen.get("metric")
        elif function == "fewshot_context":
            shot = seen.get("fs_doc")
        elif function == "sample" and "eval_doc" in seen:
            part = "few-shot examples"
        elif function in PARTS:
            part = PARTS[function]
            example = shot is not None and seen.get("doc") is shot
        elif function == "resolve_field":
            part = "description"
    return Place(task, item, part, metric, None if chain == "none" else chain, example)


def sentence(task: str, error: BaseException, item: int | None = None) -> str:
    """What lm-eval's code of a task could not do, without a full stop; ``item`` is the item's number where it is another."""
    where = place(error)
    where = (
        Place(where.task, item, where.part, where.metric, where.filter, where.example) if item is not None else where
    )
    words, kind, text = where.words(), type(error).__name__, first_line(error)[:LONGEST].rstrip(".")
    said = text if isinstance(error, LandscapeError) else kind if text == kind else f"{kind}: {text}"
    return f"{where.task or task}{f' ({words})' if words else ''}: {said}"


@contextmanager
def asking(task: str, items: Sequence[int] | None = None) -> Iterator[None]:
    """Turn what lm-eval's code raises while the requests of ``task`` are made into ``BadInput`` that names the item.

    ``items`` are the numbers of the items where only some are asked. Refusals of a model's chat template, which are our own
    errors, pass.
    """
    try:
        yield
    except Exception as error:
        if _is_ours(error):
            raise
        number = place(error).item
        item = items[number] if items is not None and number is not None and number < len(items) else None
        raise BadInput(
            f"The task {sentence(task, error, item)}. Correct its task file or this item's data; nothing was scored."
        ) from error


def refuse_no_texts(task: str, instances: Sequence[Any], items: Sequence[int] | None = None) -> None:
    """Refuse requests of a task whose prompt, choice or text is none: a tokenizer would only trip over it.

    Raises:
        BadInput: with the first such item and its value.
    """
    for instance in instances:
        prompt = "a text to score" if instance.request_type == "loglikelihood_rolling" else "a prompt"
        answer = "settings of its generation" if instance.request_type == "generate_until" else "an answer"
        kinds = ((prompt, str), (answer, dict if instance.request_type == "generate_until" else str))
        for (what, kind), value in zip(kinds, instance.args, strict=False):
            if not isinstance(value, kind):
                number = instance.doc_id if items is None else items[instance.doc_id]
                raise BadInput(
                    f"The task {task} (item {number + 1}): {shown(value)} is given as {what}, and is no "
                    f"{'text' if kind is str else 'mapping'}. Correct its task file or this item's data; nothing was scored."
                )


@contextmanager
def computing(task: str = "") -> Iterator[None]:
    """Turn what lm-eval's filters, metrics and aggregations raise after scoring into ``RunFailed`` that names them."""
    try:
        yield
    except Exception as error:
        if _is_ours(error):
            raise
        raise RunFailed(
            f"No scores can be computed of the task {sentence(task, error).strip()}. Every answer is kept in the journal, "
            "and the same command goes on from there; an edited task file is another plan, which is scored anew."
        ) from error


def _is_ours(error: BaseException) -> bool:
    """Whether an error is a sentence of ours already, other than of a template's bounds, which names no task."""
    return isinstance(error, LandscapeError) and not isinstance(error, OutOfBounds)


def _number(value: object) -> int | None:
    return value if isinstance(value, int) else None


def _of_lm_eval(frame: FrameType) -> bool:
    return str(frame.f_globals.get("__name__", "")).startswith("lm_eval.")
