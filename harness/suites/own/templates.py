"""Jinja templates of task files: which of them only put texts together.

lm-eval renders templates outside Jinja's sandbox, where an attribute such as ``__class__`` leads to any Python. What is
allowed is listed; all else is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from harness.errors import BadInput

FILTERS = frozenset(
    [
        "abs",
        "capitalize",
        "count",
        "d",
        "default",
        "e",
        "escape",
        "first",
        "float",
        "indent",
        "int",
        "join",
        "last",
        "length",
        "list",
        "lower",
        "regex_replace",
        "replace",
        "reverse",
        "round",
        "safe",
        "sort",
        "string",
        "title",
        "tojson",
        "trim",
        "truncate",
        "unique",
        "upper",
        "wordcount",
    ]
)
"""Filters that take and give plain values (not ``attr``, ``map``, ``format`` and others that reach into objects)."""
METHODS = frozenset(
    [
        "capitalize",
        "count",
        "endswith",
        "find",
        "get",
        "index",
        "items",
        "join",
        "keys",
        "lower",
        "lstrip",
        "replace",
        "rstrip",
        "split",
        "splitlines",
        "startswith",
        "strip",
        "title",
        "upper",
        "values",
    ]
)
"""Methods of texts, lists and mappings that may be called (not ``format``, which reaches into objects)."""
FUNCTIONS = frozenset({"range"})
LOOP = frozenset({"index", "index0", "first", "last", "length", "revindex", "revindex0"})
"""What a template may read of ``loop``."""
_OF_JINJA = frozenset(
    {"range", "loop", "lipsum", "cycler", "joiner", "namespace", "dict", "self", "caller", "varargs", "kwargs"}
)
"""Objects of Jinja's own, written in Python: from their attributes the way leads to any module."""
_NODES = frozenset(
    [
        "Add",
        "And",
        "Assign",
        "Compare",
        "Concat",
        "CondExpr",
        "Const",
        "Dict",
        "Div",
        "Filter",
        "FloorDiv",
        "For",
        "Getattr",
        "Getitem",
        "If",
        "Keyword",
        "List",
        "Mod",
        "Mul",
        "Name",
        "Neg",
        "Not",
        "Operand",
        "Or",
        "Output",
        "Pair",
        "Pos",
        "Slice",
        "Sub",
        "TemplateData",
        "Test",
        "Tuple",
        "Call",
    ]
)


class OutOfBounds(BadInput):
    """A template that is allowed takes more time, memory or text than any honest one while it is rendered."""


def refusals(template: str) -> Iterator[tuple[int, str]]:
    """Line of the template, from 1, and a sentence for everything in it that is not allowed."""
    from jinja2 import Environment, TemplateSyntaxError, nodes

    try:
        tree = Environment().parse(template)  # nosec B701  # parsed, never rendered
        parts = list(tree.find_all(nodes.Node))
    except TemplateSyntaxError as error:
        yield error.lineno or 1, f"is no Jinja template ({error.message})"
        return
    except RecursionError:
        yield 1, "is nested too deeply"
        return
    stored = {node.name for node in parts if isinstance(node, nodes.Name) and node.ctx == "store"}
    allowed = {id(node.node) for node in parts if isinstance(node, nodes.Call) and _is_function(node.node)}
    allowed |= {id(node.node) for node in parts if isinstance(node, nodes.Getattr) and node.attr in LOOP}
    for node in parts:
        if isinstance(node, nodes.Name) and node.name in _OF_JINJA and id(node) not in allowed:
            yield node.lineno or 1, f"uses Jinja's own {node.name!r} as a value"
        elif (sentence := _refusal(node, stored)) is not None:
            yield node.lineno or 1, sentence


def _is_function(node: object) -> bool:
    from jinja2 import nodes

    return isinstance(node, nodes.Name) and node.name in FUNCTIONS


def _refusal(node: object, stored: Collection[str]) -> str | None:
    from jinja2 import nodes

    name = type(node).__name__
    if name not in _NODES:
        return f"uses {name}, which reaches beyond its document"
    if isinstance(node, nodes.Getattr) and node.attr.startswith("_"):
        return f"reads the attribute {node.attr[:40]!r}"
    if isinstance(node, nodes.Getitem):
        return _of_item(node, stored)
    if isinstance(node, nodes.Name) and node.name.startswith("_"):
        return f"reads the name {node.name[:40]!r}"
    if isinstance(node, nodes.Filter) and node.name not in FILTERS:
        return f"uses the filter {node.name[:40]!r}; known are {', '.join(sorted(FILTERS))}"
    if isinstance(node, nodes.Call):
        method = isinstance(node.node, nodes.Getattr) and node.node.attr in METHODS
        if not method and not _is_function(node.node):
            return f"calls what is none of {', '.join(sorted(METHODS | FUNCTIONS))}"
    return None


def _of_item(node: object, stored: Collection[str]) -> str | None:
    """A subscript is a number, a slice, a text as it stands or a column of the document, never a text put together.

    Jinja answers a subscript with the attribute of that name.
    """
    from jinja2 import nodes

    assert isinstance(node, nodes.Getitem)
    key = node.arg
    if isinstance(key, nodes.Const):
        return (
            f"reads the attribute {key.value[:40]!r}" if isinstance(key.value, str) and key.value[:1] == "_" else None
        )
    if isinstance(key, (nodes.Slice, nodes.Sub, nodes.Neg)) or (isinstance(key, nodes.Filter) and key.name == "int"):
        return None
    root = key
    while isinstance(root, nodes.Getattr):
        root = root.node
    if not isinstance(root, nodes.Name) or root.name in stored:
        return "has a subscript that is put together; give a number, a column, or a value made a number with |int"
    if not isinstance(node.node, (nodes.Name, nodes.Getattr)) or _root(node.node) in stored:
        return "has a column's value as the subscript of a subscript; make it a number with |int"
    return None


def _root(node: object) -> str | None:
    """Name of the variable at the beginning of ``a.b.c``."""
    from jinja2 import nodes

    while isinstance(node, nodes.Getattr):
        node = node.node
    return node.name if isinstance(node, nodes.Name) else None
