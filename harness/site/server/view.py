"""One page's view: the language, the database at this moment, whether texts may be shown."""

from __future__ import annotations

import logging
import os
import weakref
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness import places
from harness.errors import LandscapeError
from harness.i18n.translator import LANGUAGES, Translator
from harness.site.server.keeping.generations import Generations
from harness.site.server.keeping.kept import Answer, Answered, ByContent, Content, Kept, key_of
from harness.store.reads import contents
from harness.store.remote import in_use

if TYPE_CHECKING:
    import pandas as pd

    from harness.charts.chart import Chart
    from harness.store.reader import Database, Reader


_log = logging.getLogger("landscape.site")


@dataclass(frozen=True, slots=True)
class View:
    """Language and database for one run of a page's script. ``public`` hides texts that may not be redistributed.

    Streamlit keeps a page's functions, and with them this object, for as long as a visitor stays. The reader is therefore
    referenced weakly: after two further publishes it is closed, and ``reader`` is the one of now.
    """

    say: Translator
    reader_reference: weakref.ref[Reader]
    public: bool

    @property
    def reader(self) -> Reader:
        """The database of the generation that the page began with, else the one that is shown now."""
        return self.reader_reference() or GENERATIONS.shown()

    @property
    def language(self) -> str:
        """The code of the language shown."""
        return self.say.language

    def frame(self, query: str, /, **values: Any) -> pd.DataFrame:
        """The rows of a named query, kept until what it reads changes; those of ``UNKEPT`` are read each time."""
        reader = self.reader
        if query in UNKEPT:
            return reader.frame(query, **values)
        compute = partial(reader.frame, query, **values)
        frame: pd.DataFrame = _copy(_FRAMES.get(key_of(query, values), reader, compute))
        return frame

    def derived(self, name: str, compute: Callable[..., Any], /, **values: Any) -> Any:
        """The result of an analysis over the database, kept under its name and ``values`` until what it read changes.

        ``compute`` gets ``values`` and may read this view, in the thread that it is called in; it must depend on nothing else.
        """
        return _copy(_DERIVED.get(key_of(name, values), self.reader, partial(compute, **values)))

    def drawn(self, name: str, draw: Callable[[], Chart], /, **values: Any) -> Chart:
        """A chart, kept under its name, ``values`` and the language for one generation of the database; nobody may change it.

        ``draw`` may use whatever was read of this generation, also before; what else it depends on (choices, pins, the width
        of the screen) has to be in ``values``.
        """

        def whole() -> Chart:
            contents.note({contents.WHOLE}, reader.generation)
            return draw()

        reader = self.reader
        chart: Chart = _CHARTS.get(key_of(name, {**values, "language": self.language}), reader, whole)
        return chart

    def by_content(self, name: str, content: str, compute: Callable[[], Any]) -> Any:
        """The result kept under its name and ``content``, a hash of all that it depends on, over generations of the database."""
        return _copy(_CONTENTS.get((name, content), self.reader, compute))


@st.cache_resource(max_entries=4, show_spinner=False)
def _database(path: str) -> Database:
    from harness.store.reader import Database

    return Database(Path(path))


UNKEPT = frozenset({"outcomes"})
"""Queries whose rows are too many to be kept (those of 400 runs take 300 MB); what is computed from them is."""

# Bounds: a page asks about a dozen queries; 1,024 entries hold all that the warm-up asks and the working set of many visitors' filters,
# each a small aggregate. ``_copy`` keeps callers from changing the kept value.
_FRAMES, _DERIVED = Kept(1024), Kept(1024)
_CONTENTS = ByContent(8)
# A chart of thousands of points takes a few megabytes.
_CHARTS = Kept(128)


@dataclass(frozen=True, slots=True)
class Results:
    """Kept results on their way from one process to another: of queries and analyses by key, and by name and content."""

    frames: list[tuple[Hashable, Answer]]
    derived: list[tuple[Hashable, Answer]]
    contents: list[tuple[Content, Answered]]

    def only(self, wanted: Callable[[Any], bool]) -> Results:
        """Those of which ``wanted`` says so, asked with the key and the result."""
        return Results(
            [pair for pair in self.frames if wanted(pair)],
            [pair for pair in self.derived if wanted(pair)],
            [pair for pair in self.contents if wanted(pair)],
        )

    def without(self, others: Results) -> Results:
        """Those that are not the very same in ``others``."""
        known = {id(result) for part in (others.frames, others.derived, others.contents) for _, result in part}
        return self.only(lambda pair: id(pair[1]) not in known)


def held(reader: Reader) -> Results:
    """All that is kept and holds for this reader."""
    return Results(_FRAMES.held(reader), _DERIVED.held(reader), _CONTENTS.held())


def take(results: Results) -> None:
    """Keep what another process computed."""
    for key, answer in results.frames:
        _FRAMES.put(key, answer)
    for key, answer in results.derived:
        _DERIVED.put(key, answer)
    for content, answered in results.contents:
        _CONTENTS.put(content, answered)


def _copy(value: Any) -> Any:
    """A shallow copy of a cached value; frames share their data until somebody writes (pandas copies on write)."""
    import pandas as pd

    if isinstance(value, pd.DataFrame):
        return value.copy(deep=False)
    if isinstance(value, dict):
        return {key: _copy(part) for key, part in value.items()}
    return tuple(_copy(part) for part in value) if type(value) is tuple else value


def _opened() -> Reader:
    in_use.follow()
    return _database(str(places.database())).current()


def _sweep(alive: Sequence[Reader]) -> None:
    _FRAMES.sweep(alive)
    _DERIVED.sweep(alive)
    _CHARTS.sweep(alive)


GENERATIONS = Generations(_opened, _sweep)
"""The readers of this process."""


def language() -> str:
    """The code of the visitor's language, kept in the URL; at first the browser's where we speak it, else English."""
    chosen = st.session_state.get("lang")
    return str(chosen) if chosen in LANGUAGES else "en"


def current(*, newest: bool = False) -> View:
    """The view of the page that is running; ``newest``: of what was published last, also where its pages are not computed yet.

    Until app.py has run once, Streamlit's old discovery of ``pages/`` is in force in the whole process, and a
    link to a page runs that page alone: then this ends the discovery and starts again, through app.py.

    Raises:
        StoreError: the database is there and cannot be read.
    """
    from streamlit.runtime.pages_manager import PagesManager

    if PagesManager.uses_pages_directory:
        # what st.navigation does for every later run; calling it here would lose which page was asked for
        PagesManager.uses_pages_directory = False
        st.rerun()
    say = Translator(language())
    return of(GENERATIONS.newest(), say) if newest else in_language(say)


def in_language(say: Translator) -> View:
    """A view of the database as it is shown now, in one language; also outside of a visitor's session.

    Raises:
        StoreError: the database is there and cannot be read.
    """
    return of(GENERATIONS.shown(), say)


def of(reader: Reader, say: Translator) -> View:
    """A view of one generation in one language."""
    public = os.environ.get("LANDSCAPE_PUBLIC", "").strip().lower() in ("1", "true", "yes")
    return View(say, weakref.ref(reader), public)


def with_database(seen: View) -> View:
    """The view of a database that is made now, from what is shipped; ``seen`` itself where it cannot be made here."""
    from harness.store.opening import make_if_absent

    with st.spinner(seen.say("common.making_database")):
        try:
            make_if_absent(_log.info)
        except LandscapeError:
            _log.exception("making the database failed")
            return seen
    return in_language(seen.say)
