"""Caches warmed at the server's start and after every publish, so that the first visitor does not wait.

The site writes nothing, so what is computed is kept in the server's memory (``kept``). A thread looks at the file every second
and computes what the pages open with; until it has, or for a minute, visitors see the generation before. At the start, the first
visitor waits for the rest of the same computation and starts no second one.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness import places
from harness.i18n.translator import LANGUAGES, Translator

if TYPE_CHECKING:
    from harness.site.server.view import View
    from harness.store.reader import Generation

EVERY_S = 1.0
"""Between two looks at the database file (one ``stat``)."""
DONE = threading.Event()
"""Set once the pages of a database have been computed in this process; a later publish does not clear it, since the pages
then answer all the same."""
_log = logging.getLogger("landscape.site")


def _drawing(view: View) -> None:
    """The chart library and its checks: read when the first figure is made."""
    import plotly.graph_objects as go

    from harness.charts import dots, grid, scatter  # noqa: F401

    go.Figure(go.Scatter(x=[0], y=[0], error_y={"array": [1]})).to_json()


def _overview(view: View) -> None:
    from harness.site.overview import answers, changes, findings

    answers.answers(view)
    changes.found(view)
    findings.headlines(view)
    for query in ("counts", "price_changes", "freshness"):
        view.frame(query)


def _capability(view: View) -> None:
    from harness.site.capability import leaderboard, one_model, scale

    scale.draws(view)
    if (fit := scale.fitted(view)) is not None:
        one_model.profiles(view, fit)
    for origin in leaderboard.present_origins(view):
        for suite, version in leaderboard.suites(view, origin)[:1]:
            leaderboard.board(view, suite, version, origin, "overall")


def _companies(view: View) -> None:
    from harness.analysis.companies.scores import DEFAULT
    from harness.site.companies.claims import tested_claims
    from harness.site.companies.market import money
    from harness.site.companies.standing import positions, ranks, strengths

    vendors = view.frame("vendors")
    positions.normalised(view)
    ranks.held_back(view, positions.ranked(view, DEFAULT), DEFAULT)
    money.every_arrow(view)
    strengths.every(view)
    tested_claims.tested(view, dict(zip(vendors["vendor_id"], vendors["name_en"], strict=True)))


def _buying(view: View) -> None:
    from harness.market.choice.families import families
    from harness.market.choice.wish import Wish
    from harness.market.prices.list_prices import RATIO
    from harness.site.choice import results
    from harness.site.cost import best_value, price_history, tasks, undercutting

    tasks.benchmarks(view)
    best_value.levels(view)
    price_history.history(view, RATIO)
    undercutting.pairs(view, RATIO)
    results.tests(view, Wish(next(iter(families()))))


def _pairs(view: View) -> None:
    from harness.site.likeness import concentration, shown
    from harness.site.widgets import item_boards

    suites = item_boards.known(view)
    item_boards.names(view, suites)
    boards = item_boards.opened(suites)
    if boards:
        shown.findings(view, boards)
    concentration.measures(view)


def _portfolios(view: View) -> None:
    from harness.site.likeness import shown
    from harness.site.likeness.buyer import bought
    from harness.site.widgets import item_boards

    boards = item_boards.opened(item_boards.known(view))
    if boards:
        bought.portfolios(view, shown.findings(view, boards).measured, (), False, None)


def _dimensions(view: View) -> None:
    from harness.site.likeness import dimension_charts, shown
    from harness.site.widgets import item_boards

    boards = item_boards.opened(item_boards.known(view))
    if boards:
        dimension_charts.dimensions(view, shown.findings(view, boards).measured)


def _head_to_head(view: View) -> None:
    from harness.site.head_to_head import every_pair, pair_boards, product_choice

    first = product_choice.leaders(view)
    if first is None:
        return
    for board in pair_boards.shared(view, first):
        pair_boards.pair(view, board, first[0], first[1])
    every_pair.suites(view, first)


def _rest(view: View) -> None:
    from harness.site.evidence import csv_zip, runs
    from harness.site.opportunities import white_space
    from harness.site.product import known
    from harness.site.widgets import search_box

    search_box.entries(view)
    known.newest(view)
    runs.listed(view)
    if len(view.frame("models")):
        white_space.models(view)
    csv_zip.chosen(view, list(csv_zip.SECTIONS), [], [])


STEPS: tuple[Callable[[View], None], ...] = (
    _drawing, _overview, _capability, _buying, _companies, _rest, _pairs, _head_to_head, _portfolios,
    _dimensions,
)  # fmt: skip
"""One step a page: what it computes when it opens; the first page comes first."""


def warm(stop: threading.Event) -> Generation:
    """Run all steps on the present database in every language, then show that; its generation.

    A failing step is logged, and the page shows its error.

    Raises:
        StoreError: the database is there and cannot be read.
    """
    from harness.site.server import view

    with view.GENERATIONS.warming() as reader:
        for step in STEPS:
            for language in LANGUAGES:
                if stop.is_set():
                    return reader.generation
                try:
                    if not reader.empty:
                        step(view.of(reader, Translator(language)))
                except Exception:
                    _log.exception("warming %s failed", step.__name__)
    settle()
    return reader.generation


def settle() -> None:
    """Exempt long-lived objects from garbage collection: Streamlit collects after every script run, which took 0.1 s
    over the libraries' objects alone. And give freed memory back, which threads' pools keep: warming uses much for a while."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    if hasattr(libc := ctypes.CDLL(None), "malloc_trim"):  # GNU's alone
        libc.malloc_trim(0)


def watch(stop: threading.Event) -> None:
    """Warm now and after every change of the database file, until ``stop`` is set."""
    from harness.site.server import view
    from harness.store.reader import NOWHERE, generation
    from harness.store.remote import in_use

    warmed = None
    while not stop.is_set():
        try:
            in_use.follow()
            current = generation(places.database())
            if current != warmed:
                warmed = warm(stop)
                if warmed != NOWHERE:
                    DONE.set()
        except Exception:
            _log.exception("the database cannot be looked at")
        stop.wait(EVERY_S)
    view.GENERATIONS.release()
