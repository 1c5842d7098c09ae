"""What a task's prompt takes of an item: columns that are written out, and items that leave the prompt without content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from harness.suites.columns import template_names
from harness.suites.items.fault import Fault, blank

if TYPE_CHECKING:
    from lm_eval.api.task import Task


@dataclass(frozen=True)
class Prompt:
    """A task's prompt: the columns that it names, those that it may do without, whether it is the same for every item."""

    task: Task
    columns: tuple[str, ...]
    optional: frozenset[str]
    constant: bool

    def fault(self, doc: Mapping[str, Any], text: object) -> Fault | None:
        """What is wrong with one item's prompt: no content of the item's, or a null that it writes as ``None``."""
        if self.constant or isinstance(text, int):
            return None
        if not isinstance(text, str):
            return Fault("no-prompt", f"has the prompt {text!r}, which is no text")
        if all(blank(doc.get(c)) for c in self.columns) if self.columns else blank(text):
            return Fault("empty-prompt", f"leaves the prompt empty ({', '.join(self.columns) or 'no text'})")
        return self._null(doc, text)

    def _null(self, doc: Mapping[str, Any], text: str) -> Fault | None:
        nulls = [c for c, value in doc.items() if value is None] if "None" in text else []
        for column in nulls:
            try:
                without = self.task.doc_to_text({**doc, column: ""})
            except Exception:  # a function of the task's that needs null as null  # nosec B112
                continue
            if isinstance(without, str) and without.count("None") < text.count("None"):
                return Fault(f"null-{column}", f"has nothing (null) in {column}, which the prompt would show as 'None'")
        return None

    def empty(self, doc: Mapping[str, Any]) -> list[str]:
        """Columns that the prompt writes out, none of them optional, in which an item has nothing."""
        return [c for c in self.columns if c not in self.optional and blank(doc.get(c))]


def prompt_of(task: Task) -> Prompt:
    """The prompt of a task that lm-eval could build."""
    template = task.config.doc_to_text
    if not isinstance(template, str):
        return Prompt(task, (), frozenset(), constant=not callable(template))
    if template in task.features:
        return Prompt(task, (template,), frozenset(), constant=False)
    columns = tuple(sorted(template_names(template) & set(task.features)))
    return Prompt(task, columns, _optional(template), constant=not columns)


@lru_cache(maxsize=256)
def _optional(template: str) -> frozenset[str]:
    """Names that a template tests or gives a default for: it is written for items without them."""
    from jinja2 import Environment, TemplateError, nodes

    try:
        tree = Environment().parse(template)  # nosec B701  # parsed, never rendered
    except TemplateError:
        return frozenset()
    tested: list[nodes.Node] = [n.test for n in tree.find_all(nodes.If)] + [
        n.test for n in tree.find_all(nodes.CondExpr)
    ]
    tested += [n for n in tree.find_all(nodes.Filter) if n.name in ("default", "d")]
    tested += [n for kind in (nodes.And, nodes.Or) for n in tree.find_all(kind)]
    names = (
        name
        for part in tested
        for name in [*part.find_all(nodes.Name), *([part] if isinstance(part, nodes.Name) else [])]
    )
    return frozenset(name.name for name in names)
