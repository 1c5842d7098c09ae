"""Few-shot examples as they were drawn for each prompt: which prompts show the very item that they ask, and wrong examples.

lm-eval leaves an item out of its own examples only where the examples come from the test split under that name; where
validation data are scored and shown, or two splits hold the same rows, it does not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from harness.errors import BadInput
from harness.suites.items.survey import item_key
from harness.suites.jinja_cache import compiled_once


@dataclass
class ShownExamples:
    """The examples drawn for each prompt of a task, in the order of its items."""

    task: Any
    drawn: list[Sequence[Mapping[str, Any]]] = field(default_factory=list)
    _keys: dict[int, int | None] = field(default_factory=dict)

    def with_the_item(self) -> int:
        """Number of items whose examples hold an item that asks the same with the same answer."""
        asked = {instance.doc_id: instance.doc for instance in self.task.instances}
        if len(asked) != len(self.drawn):  # a sampler of the task's own
            return 0
        with compiled_once():
            return sum(
                (key := self._key(doc)) is not None and any(self._key(example) == key for example in examples)
                for doc, examples in zip(asked.values(), self.drawn, strict=True)
            )

    def _key(self, doc: Mapping[str, Any]) -> int | None:
        """Key of what a document asks; None where it is no document of the task's form, such as an example written out."""
        if id(doc) not in self._keys:
            try:
                self._keys[id(doc)] = item_key(self.task, doc)
            except Exception:  # whatever a task's own functions raise
                self._keys[id(doc)] = None
        return self._keys[id(doc)]


@contextmanager
def shown(task: Any) -> Iterator[ShownExamples]:
    """Watch the examples that a task's sampler draws while its requests are built.

    Raises:
        BadInput: an example's label is the number of none of its choices.
    """
    examples, sampler = ShownExamples(task), getattr(task, "sampler", None)
    if sampler is None or not task.config.num_fewshot:
        yield examples
        return
    draw = sampler.sample

    def sample(*args: Any, **options: Any) -> Any:
        docs = draw(*args, **options)
        for doc in docs:
            _refuse_wrong(task, doc)
        examples.drawn.append(list(docs))
        return docs

    sampler.sample = sample
    try:
        yield examples
    finally:
        del sampler.sample


def _refuse_wrong(task: Any, doc: Mapping[str, Any]) -> None:
    """Refuse an example from whose choices lm-eval would take the wrong one: a negative number counts from the end."""
    config = task.fewshot_cfg
    if task.multiple_input or not config.doc_to_choice:
        return
    label, choices = task.doc_to_target(doc, config.doc_to_target), task.doc_to_choice(doc, config.doc_to_choice)
    if isinstance(label, int) and not 0 <= label < len(choices):
        raise BadInput(
            f"{task.task_name}: an example of its few-shot split has the label {label} where the task has {len(choices)} "
            f"choices: {str(dict(doc))[:200]}. Correct the data or the task file."
        )
