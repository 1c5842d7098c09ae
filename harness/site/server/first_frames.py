"""What each page opens with, computed before anybody asks: one step a page."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.errors import LandscapeError
from harness.i18n.translator import LANGUAGES, Translator

if TYPE_CHECKING:
    from harness.site.server.view import View
    from harness.store.reader import Reader

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
    from harness.site.companies.standing import drop_input, positions, ranks, strengths

    vendors = view.frame("vendors")
    positions.normalised(view)
    ranks.held_back(view, positions.ranked(view, DEFAULT), DEFAULT)
    drop_input.moved(view, DEFAULT)
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
        shown.named(view, boards)
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


def run(step: Callable[[View], None], reader: Reader) -> None:
    """One step in every language; a failing one is logged, and the page shows its error."""
    from harness.site.server import view

    for language in LANGUAGES:
        try:
            if not reader.empty:
                step(view.of(reader, Translator(language)))
        except LandscapeError as error:  # what the page says in its place
            _log.info("warming %s: %s", step.__name__, error)
        except Exception:
            _log.exception("warming %s failed", step.__name__)
