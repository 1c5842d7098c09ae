"""What the first visitor would wait for, computed at the server's start and after every publish.

The site writes nothing, so what is computed is kept in the server's memory, keyed by the database's generation
(``view``). A thread looks at the file every second and computes what the pages open with; a visitor who comes
first waits for the rest of the same computation and starts no second one.
"""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness import places
from harness.i18n.translator import LANGUAGES, Translator

if TYPE_CHECKING:
    from harness.site.server.view import View

EVERY_S = 1.0
"""Between two looks at the database file (one ``stat``)."""
_log = logging.getLogger("landscape.site")


def _overview(view: View) -> None:
    from harness.site.overview import findings

    findings.five(view)
    for query, values in (("counts", {}), ("price_changes", {"most": 200}), ("freshness", {})):
        view.frame(query, **values)


def _capability(view: View) -> None:
    from harness.site.capability import leaderboard, scale

    scale.draws(view)
    for origin in leaderboard.present_origins(view):
        for suite, version in leaderboard.suites(view, origin)[:1]:
            leaderboard.board(view, suite, version, origin, "overall")


def _companies(view: View) -> None:
    from harness.analysis.companies.positioning import AGGREGATIONS, DIMENSIONS, NORMALISATIONS
    from harness.site.companies import inputs

    view.frame("vendors")
    inputs.normalised(view)
    inputs.computed(view, next(iter(NORMALISATIONS)), next(iter(AGGREGATIONS)), tuple((d, 1.0) for d in DIMENSIONS))


def _pairs(view: View) -> None:
    from harness.site.likeness import outcomes

    for origin in [o for o in outcomes.origins(view) if o != "reference"][:1]:
        for suite, version in outcomes.suites(view, origin)[:1]:
            outcomes.agreement(view, origin, suite, version, "error_consistency")


def _rest(view: View) -> None:
    from harness.site.evidence import csv_zip, runs
    from harness.site.opportunities import white_space

    runs.listed(view)
    if len(view.frame("models")):
        white_space.models(view)
    csv_zip.chosen(view, list(csv_zip.SECTIONS), [], [])


STEPS: tuple[Callable[[View], None], ...] = (_overview, _capability, _companies, _rest, _pairs)
"""What pages open with, the first page's first."""


def warm(stop: threading.Event) -> None:
    """Compute all of it on the database of this moment, in every language; a step that fails is the page's to tell."""
    from harness.site.server import view

    for step in STEPS:
        for language in LANGUAGES:
            if stop.is_set():
                return
            try:
                seen = view.over(Translator(language))
                if not seen.reader.empty:
                    step(seen)
            except Exception:
                _log.exception("warming %s failed", step.__name__)
    settle()


def settle() -> None:
    """Let the garbage collector pass over what stays: Streamlit collects after every script run, which took a
    tenth of a second over the libraries' objects alone."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def watch(stop: threading.Event) -> None:
    """Warm now and whenever the database has changed, until told to stop."""
    from harness.store.reader import generation

    known = None
    while not stop.is_set():
        try:
            found = generation(places.database())
            if found != known:
                warm(stop)
                known = found
        except Exception:
            _log.exception("the database cannot be looked at")
        stop.wait(EVERY_S)
