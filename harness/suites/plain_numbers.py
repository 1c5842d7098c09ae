"""Parts of a task's definition that are a number where lm-eval takes a text of each item."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lm_eval.api.task import Task


def plain_number_problem(task: Task) -> str | None:
    """A prompt or target that is one number for every item, in a sentence; None where there is none.

    A multiple-choice target may be one: the place of the right choice, the same for all items (BLiMP). So may one that a
    task's own code does not look at (IFEval).
    """
    config = task.config
    if isinstance(config.doc_to_text, (int, float)):
        return (
            f"{config.task}: doc_to_text is {config.doc_to_text!r}, one number for every item; give the name of a column "
            "or a template, such as '{{question}}'."
        )
    placed = task.OUTPUT_TYPE == "multiple_choice" or callable(config.process_results)
    if isinstance(config.doc_to_target, (int, float)) and not placed:
        return (
            f"{config.task}: doc_to_target is {config.doc_to_target!r}, one number for every item; give the name of a "
            "column or a template, such as '{{answer}}'."
        )
    return None
