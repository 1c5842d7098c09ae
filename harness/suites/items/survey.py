"""A look at every item of a task before a model is loaded: what lm-eval would misread, and which items ask the same.

lm-eval itself looks at the first item alone. A label that is no choice it counts as wrong for every model, one choice as
right for every model, an empty column it writes into the prompt as ``None``; none of this stops a run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.suites.items import right_answers
from harness.suites.items.fault import Fault
from harness.suites.items.prompts import prompt_of
from harness.suites.jinja_cache import compiled_once

if TYPE_CHECKING:
    from lm_eval.api.task import Task

MOST_TWINS = 0.5
"""Share of items with two equal choices from which a task measures nothing; BLiMP has 5 of 1,000, MMLU none."""
FEWEST_NUMBERS = 5
"""Items whose targets are all texts of choices and numbers of others; fewer may be so by chance."""
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Wrong:
    """One kind of fault in a task: what it is of the item with this index, the first one, and how many items have it."""

    what: str
    item: int
    items: int


@dataclass(frozen=True, slots=True)
class Survey:
    """What a look at every item of a task says; items by index.

    ``keys[i]`` is equal for items that ask the same (prompt, choices and right answer). ``twin_choices`` are items in
    which a wrong choice reads as the right one does, ``unanswered`` those that accept no answer, ``empty`` those with
    nothing in a column that the prompt writes out, by column.
    """

    wrong: tuple[Wrong, ...] = ()
    keys: tuple[int, ...] = ()
    twin_choices: frozenset[int] = frozenset()
    unanswered: frozenset[int] = frozenset()
    empty: Mapping[str, frozenset[int]] = field(default_factory=dict)


def survey(task: Task) -> Survey:
    """Look at every item of a task that lm-eval could build."""
    look = _Look(task)
    with compiled_once():
        for index, doc in enumerate(_documents(task)):
            try:
                look.at(index, doc)
            except Exception as error:  # whatever a task's own functions raise on a document they do not expect
                text = " ".join(str(error).split())[:200]
                look.keys[index] = index
                look.note(index, Fault("unfit", f"does not fit the task ({type(error).__name__}: {text})"))
    return look.survey()


def _documents(task: Task) -> Iterator[Mapping[str, Any]]:
    """The items of a task; a data set is read in batches, which takes a third of the time of reading it row by row."""
    docs = task.task_docs
    if not hasattr(docs, "iter"):
        yield from docs
        return
    for batch in docs.iter(_BATCH):
        for values in zip(*batch.values(), strict=True):
            yield dict(zip(batch, values, strict=True))


def item_key(task: Task, doc: Mapping[str, Any]) -> int:
    """Hash of what an item asks: equal for items with one prompt, the same choices and the same right answer."""
    choices = task.doc_to_choice(doc) if task.config.doc_to_choice is not None else None
    return _key(task.doc_to_text(doc), choices, task.doc_to_target(doc))


def _key(text: object, choices: object, target: object) -> int:
    return hash((repr(text), repr(choices), repr(target)))


class _Look:
    """What was seen of a task's items so far."""

    def __init__(self, task: Task) -> None:
        self.task, self.prompt = task, prompt_of(task)
        self.keys: dict[int, int] = {}
        self._wrong: dict[str, Wrong] = {}
        self._twins, self._unanswered = dict[int, Fault](), set[int]()
        target = task.config.doc_to_target
        self._rendered = isinstance(target, str) and target not in task.features
        self._numbers, self._texts = dict[int, Fault](), 0
        self._empty: dict[str, set[int]] = {}

    def note(self, index: int, fault: Fault) -> None:
        """Count a fault with those of its kind."""
        first = self._wrong.setdefault(fault.kind, Wrong(fault.what, index, 0))
        self._wrong[fault.kind] = Wrong(first.what, first.item, first.items + 1)

    def at(self, index: int, doc: Mapping[str, Any]) -> None:
        """Look at one item's prompt, choices and right answer."""
        task = self.task
        text = task.doc_to_text(doc)
        choices = task.doc_to_choice(doc) if task.config.doc_to_choice is not None else None
        target = task.doc_to_target(doc)
        self.keys[index] = index if getattr(task, "MULTIMODAL", False) else _key(text, choices, target)
        for column in self.prompt.empty(doc):
            self._empty.setdefault(column, set()).add(index)
        fault = self.prompt.fault(doc, text)
        if fault is None and not callable(task.config.process_results):  # else its own function says what is right
            fault = self._answer(index, text, choices, target)
        if fault is not None:
            self.note(index, fault)

    def _answer(self, index: int, text: Any, choices: Any, target: Any) -> Fault | None:
        task = self.task
        if task.OUTPUT_TYPE == "generate_until":
            if right_answers.accepts_nothing(target):
                self._unanswered.add(index)
            return right_answers.accepted_fault(target, choices)
        if task.OUTPUT_TYPE != "multiple_choice":
            return right_answers.text_fault(target, whole=task.OUTPUT_TYPE == "loglikelihood_rolling")
        if task.multiple_input:  # the prompt differs by choice, and its place holds the right one
            fault = right_answers.text_fault(target)
            label, several = text, False
        else:
            fault = (
                None
                if isinstance(text, str)
                else Fault("number", f"has the prompt {text}: lm-eval takes a number for a label")
            )
            label, several = target, bool(task.multiple_target)
        fault = (
            fault or right_answers.choices_fault(choices) or right_answers.label_fault(label, choices, several=several)
        )
        if fault is None:
            self._right_choice(index, label, choices)
        return fault

    def _right_choice(self, index: int, label: Any, choices: list[str]) -> None:
        """Note what is no fault of one item alone: equal choices, and a label that may be meant as a text."""
        if twin := right_answers.twin_fault(label, choices):
            self._twins[index] = twin
        if self._rendered and str(label) in choices:
            self._texts += 1
            if number := right_answers.number_fault(label, choices):
                self._numbers[index] = number

    def survey(self) -> Survey:
        """All that was seen."""
        if len(self._twins) > MOST_TWINS * len(self.keys):
            for index, fault in self._twins.items():
                self.note(index, fault)
        if self._texts == len(self.keys) >= FEWEST_NUMBERS:
            for index, fault in self._numbers.items():
                self.note(index, fault)
        return Survey(
            tuple(sorted(self._wrong.values(), key=lambda w: w.item)),
            tuple(self.keys.values()),
            frozenset(self._twins),
            frozenset(self._unanswered),
            {column: frozenset(items) for column, items in self._empty.items()},
        )
