"""Lines of a YAML text's entries, and the keys that it gives twice. For texts that ``bounded.parse_yaml`` has read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeAlias

Place: TypeAlias = tuple[str | int, ...]
"""Keys and positions from the document's root to an entry."""


def lines(source: str) -> dict[Place, int]:
    """Line, from 1, of every entry of a YAML text: of a mapping's key, of a list's item."""
    import yaml

    root = yaml.compose(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return {} if root is None else {(): root.start_mark.line + 1, **dict(_below(root, ()))}


def repeated_keys(source: str) -> list[tuple[int, str]]:
    """Line and name of every key that its mapping has held before; YAML would keep the last value without a word."""
    import yaml

    root = yaml.compose(source, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return [] if root is None else list(_repeated(root))


def _below(node: Any, place: Place) -> Iterator[tuple[Place, int]]:
    for key, line, value in _children(node):
        yield (*place, key), line
        yield from _below(value, (*place, key))


def _repeated(node: Any) -> Iterator[tuple[int, str]]:
    seen = set[str | int]()
    for key, line, value in _children(node):
        if key in seen:
            yield line, str(key)
        seen.add(key)
        yield from _repeated(value)


def _children(node: Any) -> Iterator[tuple[str | int, int, Any]]:
    import yaml

    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), key.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield position, value.start_mark.line + 1, value
