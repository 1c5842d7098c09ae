"""What of the database a query reads, and hashes of that: whether what was computed on one generation holds on the next.

A part is a table, or the rows of some runs where a query is given their ids (``$run_ids``). Which tables a query reads is
told by the words of its text, views and macros opened: a word that is a column's name as well counts as the table, so that a part
may be named too often and is never left out.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Part: TypeAlias = tuple[str, ...]
"""``("table", name)``, ``("runs", id, id, …)`` with sorted ids, or ``WHOLE``."""
WHOLE: Part = ("whole",)
"""All of the database: what was computed from it holds on no other generation."""
Stamp: TypeAlias = tuple[object, ...]
RUN_IDS = "run_ids"
OF_RUNS = frozenset({"run", "result", "outcome", "perf"})
"""Tables whose rows belong to one run each, by ``run_id``."""
_LARGE = "outcome"
"""The one of them that is too large to be hashed; a run's record of publication fixes it."""
_WORD, _COMMENT = re.compile(r"[a-z_][a-z_0-9]*"), re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)


@dataclass
class Reads:
    """What was read while somebody recorded: parts, and generations of the readers."""

    parts: set[Part] = field(default_factory=set)
    generations: set[object] = field(default_factory=set)


_recording: ContextVar[Reads | None] = ContextVar("recording", default=None)


@contextmanager
def recording() -> Iterator[Reads]:
    """Record all reads of this thread inside the block; they count for the block around it as well."""
    reads, outer = Reads(), _recording.get()
    token = _recording.set(reads)
    try:
        yield reads
    finally:
        _recording.reset(token)
        if outer is not None:
            outer.parts |= reads.parts
            outer.generations |= reads.generations


def is_recording() -> bool:
    """Whether somebody records the reads of this thread."""
    return _recording.get() is not None


def note(parts: Iterable[Part], generation: object) -> None:
    """Count reads for whoever records."""
    if (reads := _recording.get()) is not None:
        reads.parts.update(parts)
        reads.generations.add(generation)


class Contents:
    """Hashes of the parts of one generation, each computed when it is first asked for.

    ``ask`` runs a SELECT and gives its rows; ``generation`` stands for what has no hash.
    """

    def __init__(self, ask: Callable[[str], list[tuple[Any, ...]]], generation: object) -> None:
        self._ask, self._generation = ask, generation
        self._lock = threading.RLock()
        self._hashes: dict[str, Stamp] = {}
        self._tables: Mapping[str, frozenset[str]] | None = None
        self._runs: dict[str, tuple[object, ...]] | None = None
        self._texts: dict[str, frozenset[str]] = {}

    def parts(self, text: str, values: Mapping[str, object]) -> frozenset[Part]:
        """The parts that a query reads with these parameters."""
        with self._lock:
            if text not in self._texts:
                self._texts[text] = self._named(text)
            tables = self._texts[text]
        ids = values.get(RUN_IDS)
        if isinstance(ids, Collection) and not isinstance(ids, str):
            of_runs: frozenset[Part] = (
                frozenset({("runs", *sorted(map(str, ids)))}) if tables & OF_RUNS else frozenset()
            )
            return of_runs | {("table", name) for name in tables - OF_RUNS}
        return frozenset(("table", name) for name in tables)

    def stamp(self, parts: Iterable[Part]) -> Stamp:
        """A value that is equal on two generations where these parts are equal."""
        with self._lock:
            return tuple((part, self._hash(part)) for part in sorted(parts))

    def _hash(self, part: Part) -> Stamp:
        kind, *names = part
        if part == WHOLE:
            return (self._generation,)
        if kind == "runs":
            known = self._published()
            rows = tuple(known.get(name) for name in names)
            return rows if all(row is not None and row[0] for row in rows) else (self._generation,)
        (name,) = names
        if name not in self._hashes:
            self._hashes[name] = self._of_outcomes() if name == _LARGE else self._of_rows(name)
        return self._hashes[name]

    def _of_rows(self, table: str) -> Stamp:
        return self._ask(f'SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT) FROM "{table}" AS t')[0]

    def _of_outcomes(self) -> Stamp:
        known = self._published()
        if not all(sha for sha, *_ in known.values()):
            return (self._generation,)
        return tuple(sorted((name, sha) for name, (sha, *_) in known.items()))

    def _published(self) -> dict[str, tuple[object, ...]]:
        """Of every run the hash of its files, None where it has none, and those of its rows, which a catalog can change."""
        if self._runs is None:
            rows = self._ask(
                "SELECT r.run_id, (SELECT max(p.sha256) FROM publication AS p WHERE p.name = r.run_id "
                "AND p.part IN ('run', 'public-run')), hash(r), s.one, s.two, f.one FROM run AS r "
                "LEFT JOIN (SELECT run_id, bit_xor(hash(t)) AS one, sum(hash(t)::HUGEINT) AS two FROM result AS t GROUP BY run_id) AS s "
                "USING (run_id) LEFT JOIN (SELECT run_id, bit_xor(hash(t)) AS one FROM perf AS t GROUP BY run_id) AS f USING (run_id)"
            )
            self._runs = {str(name): tuple(hashes) for name, *hashes in rows}
        return self._runs

    def _named(self, text: str) -> frozenset[str]:
        """The tables that a text names, those behind its views included."""
        tables = self._known()
        words = set(_WORD.findall(_COMMENT.sub(" ", text).lower()))
        return frozenset(name for word in words & tables.keys() for name in tables[word])

    def _known(self) -> Mapping[str, frozenset[str]]:
        """Of every table, view and macro the tables that it stands for."""
        if self._tables is None:
            found = {str(name): frozenset({str(name)}) for (name,) in self._ask(
                "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()")}  # fmt: skip
            views = {str(name): str(text) for name, text in self._ask(
                "SELECT view_name, sql FROM duckdb_views() WHERE NOT internal AND database_name = current_database()")}  # fmt: skip
            for name, text in self._ask(
                "SELECT function_name, macro_definition FROM duckdb_functions() "
                "WHERE database_name = current_database() AND macro_definition IS NOT NULL"
            ):
                views[str(name)] = f"{views.get(str(name), '')} {text}"  # one name may have several
            for name in views:
                found[name] = _opened(name, views, frozenset(found) - frozenset(views))
            self._tables = found
        return self._tables


def _opened(view: str, views: Mapping[str, str], tables: frozenset[str]) -> frozenset[str]:
    """The tables that the text of a view or macro names, or the views and macros in it."""
    seen, waiting, found = set[str](), [view], set[str]()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        words = set(_WORD.findall(views[name].lower()))
        found |= words & tables
        waiting += words & views.keys()
    return frozenset(found)
