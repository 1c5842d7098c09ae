"""Choices and right answers of one item as lm-eval reads them, and what it would misread.

A number is an index into the choices, a text is looked up among them; what is neither lm-eval counts as wrong whatever
the model answers.
"""

from __future__ import annotations

from typing import Any

from harness.suites.items.fault import Fault, blank, shown

MOST_CHOICES = 2**15
"""Choices of an item whose right one has a number in ``samples.parquet`` (16 bits)."""


def choices_fault(choices: Any) -> Fault | None:
    """What is wrong with the choices: no list of texts, fewer than two, an empty one."""
    if not isinstance(choices, (list, tuple)) or not all(isinstance(c, str) for c in choices):
        return Fault("no-list", f"has the choices {shown(choices)}, which are no list of texts")
    if len(choices) < 2:
        return Fault(
            "few", f"has {len(choices)} choice{'' if choices else 's'}, where a model must have two to choose from"
        )
    if len(choices) > MOST_CHOICES:
        return Fault("many", f"has {len(choices):,} choices; samples.parquet numbers up to {MOST_CHOICES:,}")
    if any(blank(c) for c in choices):
        return Fault("empty-choice", f"has an empty choice among {shown(choices)}")
    return None


def label_fault(label: Any, choices: list[str], *, several: bool) -> Fault | None:
    """What is wrong with the right answer of a multiple-choice item; ``several`` where the first item has a list of them."""
    if isinstance(label, list) != several:
        ours, first = ("a list", "one") if isinstance(label, list) else ("one", "a list")
        return Fault("label-list", f"has {ours} as its label ({shown(label)}) where the first item has {first}")
    if label == []:
        return Fault("no-label", "has an empty list of labels")
    for one in label if several else [label]:
        if isinstance(one, int) and not 0 <= one < len(choices):
            return Fault(
                "label", f"has the label {one} where the task has {len(choices)} choices (0 to {len(choices) - 1})"
            )
        if isinstance(one, str) and (several or one not in choices):
            return Fault("label", f"has the label {shown(one)}, which is none of the task's choices {shown(choices)}")
        if not isinstance(one, (int, str)):
            return Fault("label", f"has the label {shown(one)}, which is neither a choice's number nor its text")
    return None


def twin_fault(label: Any, choices: list[str]) -> Fault | None:
    """Whether a wrong choice reads as a right one does, so that no model can tell them apart (real data hold a few such items)."""
    right = [
        one if isinstance(one, int) else choices.index(one) for one in (label if isinstance(label, list) else [label])
    ]
    texts = {choices[i] for i in right}
    twin = next((text for i, text in enumerate(choices) if i not in right and text in texts), None)
    return None if twin is None else Fault("twins", f"has {shown(twin)} as the right choice and as a wrong one")


def number_fault(label: Any, choices: list[str]) -> Fault | None:
    """Whether a label that a template wrote is the text of one choice and the number of another: lm-eval takes the number."""
    if not isinstance(label, int) or str(label) not in choices or choices[label] == str(label):
        return None
    what = f"has the target {str(label)!r}, which is a choice's text, but lm-eval takes it for a number: {shown(choices[label])}"
    return Fault("number-text", what)


def accepted_fault(target: Any, choices: Any) -> Fault | None:
    """What is wrong with the answers that a generated text is compared with."""
    if choices is not None:
        inside = isinstance(target, int) and isinstance(choices, (list, tuple)) and 0 <= target < len(choices)
        return (
            None
            if inside
            else Fault("label", f"has the label {shown(target)}, which is the number of none of {shown(choices)}")
        )
    if target is None:
        return Fault("no-target", "has no answer to compare with (null)")
    if isinstance(target, list) and not all(isinstance(t, str) for t in target):
        return Fault("target-list", f"has the answers {shown(target)}, which lm-eval compares as values, not as texts")
    return None


def accepts_nothing(target: Any) -> bool:
    """Whether every accepted answer of a generated text is empty."""
    return all(blank(t) for t in target) if isinstance(target, list) else blank(target)


def text_fault(target: Any, *, whole: bool = False) -> Fault | None:
    """What is wrong with a text that is itself scored: no text, or an empty one.

    Of a ``whole`` document an empty one has no bytes and adds nothing to bits per byte: it is no fault.
    """
    if whole and isinstance(target, str):
        return None
    if not isinstance(target, str):
        return Fault("no-text", f"has {shown(target)} where a text is scored")
    return Fault("no-text", "has nothing where a text is scored") if blank(target) else None
