"""Rows of a document, line or table row by the steps of a layout, each as the cells of the mapping's columns.

A column's name is a word in braces, a key of the row's own record, or a path of keys by dots. Records above the row's are
named by the step that led to them, the whole document by ``$``: ``results.name``, ``$.model``. What is not there has no cell.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from harness.errors import BadInput
from harness.interchange.readers.items.layout import ROOT, Step

VALUE = "value"
"""Column of a row that is no record but a number or a word alone."""
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Found:
    """What the steps lead to: keys from the root, the words in braces, and the records passed, by their names."""

    leaf: Any
    keys: tuple[str | int, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    above: Mapping[str, Any] = field(default_factory=dict)

    def number(self, *place: str | int) -> int:
        """A number of the row that is its alone in its file, however the rest of the file is read; ``place`` is that of the
        record which the keys lead from."""
        digest = hashlib.blake2b(repr((*place, *self.keys)).encode("utf-8", "replace"), digest_size=7).digest()
        return int.from_bytes(digest)

    @property
    def place(self) -> str:
        """The keys to the row, for messages."""
        return ".".join(str(key) for key in self.keys)[:_SHOWN].encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class Entries:
    """A file beside, of which a row takes the entry that its column ``find`` names."""

    find: str
    by_name: Mapping[str, Any]


def entries(document: Any, find: str) -> Entries:
    """The entries of an object by their keys, of a list of records by the field that ``find`` ends in.

    Raises:
        BadInput: it is neither, or two records have one name.
    """
    if isinstance(document, dict):
        return Entries(find, document)
    records = [record for record in document if isinstance(record, dict)] if isinstance(document, list) else None
    if records is None:
        raise BadInput("holds neither list nor object")
    key = find.rpartition(".")[2]
    by_name = {str(record[key]): record for record in records if key in record}
    if len(by_name) < sum(key in record for record in records):
        raise BadInput(f"has several entries of one {key}")
    return Entries(find, by_name)


def rows(
    document: Any,
    steps: tuple[Step, ...],
    named: Collection[str],
    words: Mapping[str, str] | None = None,
    beside: Mapping[str, Any] | None = None,
) -> Iterator[Found]:
    """The rows that the steps lead to; none below a key that an object lacks.

    ``named`` are the mapping's columns: of a record whose entries are rows, those named ``<record>.<key>`` are none.
    ``words`` are those of the file's name, ``beside`` the documents of the files beside it (``Entries`` where one is picked).

    Raises:
        BadInput: a step leads through something that is neither list nor object.
    """
    start = Found(document, (), words or {}, {ROOT: document, **(beside or {})})
    yield from _below(start, steps, ROOT, named)


def _below(at: Found, steps: tuple[Step, ...], label: str, named: Collection[str]) -> Iterator[Found]:
    if not steps:
        yield from _flat(at, label)
        return
    step, rest = steps[0], steps[1:]
    if at.leaf is None:
        return
    if step.pattern is None:
        if not isinstance(at.leaf, dict):
            raise BadInput(f"has no object with {step.key} at {at.place or 'its root'}")
        if step.key in at.leaf:
            yield from _below(_into(at, step.key, at.leaf[step.key], {}), rest, step.key, named)
        return
    record = next((name for name, value in at.above.items() if value is at.leaf), label)
    for key, entry in _entries(at):
        words = step.pattern.read(str(key))
        if words is None or f"{record}.{key}" in named:
            continue
        inner = step.pattern.words[0] if step.pattern.words else label
        found = _into(at, key, entry, words)
        yield from _below(Found(entry, found.keys, found.words, {**at.above, inner: entry}), rest, inner, named)


def _flat(at: Found, label: str) -> Iterator[Found]:
    """A row; of a list of records, each of them."""
    if isinstance(at.leaf, list) and any(isinstance(entry, (dict, list)) for entry in at.leaf):
        for key, entry in _entries(at):
            yield Found(entry, (*at.keys, key), at.words, {**at.above, label: entry})
    else:
        yield at


def _into(at: Found, key: str | int, value: Any, words: Mapping[str, str]) -> Found:
    return Found(value, (*at.keys, key), {**at.words, **words}, at.above)


def _entries(at: Found) -> Iterator[tuple[str | int, Any]]:
    """The entries of an object, or of a list with the lists in it.

    Raises:
        BadInput: it is neither.
    """
    if isinstance(at.leaf, dict):
        yield from at.leaf.items()
    elif isinstance(at.leaf, list):
        yield from enumerate(_members(at.leaf))
    else:
        raise BadInput(f"has neither list nor object at {at.place or 'its root'}")


def _members(values: list[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, list):
            yield from _members(value)
        else:
            yield value


def cells(found: Found, columns: Collection[str]) -> dict[str, Any]:
    """The row's cells under the columns that it has."""
    record = found.leaf if isinstance(found.leaf, dict) else {VALUE: found.leaf}
    row: dict[str, Any] = {}
    for column in columns:
        if column in found.words:
            row[column] = found.words[column]
            continue
        head, _, rest = column.partition(".")
        has, value = _at(record, column)
        if not has and rest:
            has, value = _at(_above(found, head), rest)
        if has:
            row[column] = value
    return row


def _above(found: Found, name: str) -> Any:
    """The record above a row, or beside its file, by its name."""
    record = found.above.get(name)
    if not isinstance(record, Entries):
        return record
    picked = cells(found, [record.find]).get(record.find)
    return record.by_name.get(picked) if isinstance(picked, str) else None


def _at(record: Any, path: str) -> tuple[bool, Any]:
    """Whether a record has an entry at a key, or at a path of keys by dots, and the entry."""
    if not isinstance(record, dict):
        return False, None
    if path in record:
        return True, record[path]
    head, _, rest = path.partition(".")
    return _at(record[head], rest) if rest and head in record else (False, None)
