"""What else matters now, beside the three answers: sentences made from the data, each with its interval and the way to its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.charts.text import number
from harness.market import headlines as market
from harness.market.prices.list_prices import RATIO
from harness.reports.sections import price_story
from harness.site.capability import leaderboard, scale
from harness.site.cost import price_history

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


MOST = 5
"""Findings on the first page: as many as stand above the landscape without scrolling far."""
LEAST_MEASURED = 3
"""Models that were measured on a suite before one of them is said to lead."""
LEAST_PRICED = 3
"""Models with a price and a capability that a frontier needs: of two, both or the cheaper are always on it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, where its numbers come from, and the page that shows them."""

    text: str
    origin: str
    page: str
    choices: dict[str, str] = field(default_factory=dict)


def headlines(view: View) -> list[Finding]:
    """Up to MOST findings, those that the data can bear."""
    kinds: tuple[Callable[[View], Iterator[Finding]], ...] = (
        _likeness,
        _prices,
        _board,
    )
    return [finding for kind in kinds for finding in kind(view)][:MOST]


def _board(view: View) -> Iterator[Finding]:
    for suite, version in leaderboard.suites(view, "measured")[:1]:
        board = leaderboard.board(view, suite, version, "measured", "overall")
        if len(board) >= LEAST_MEASURED:
            what = f"{leaderboard.suite_name(view)((suite, version))} · {view.say('kind.overall')}"
            text = leaderboard.leader_sentence(view, board, what=what)
            yield Finding(text, "measured", "capability", {"tab": "runs", "origin": "measured"})


def _likeness(view: View) -> Iterator[Finding]:
    from harness.reports import likeness_text
    from harness.site.likeness import shown
    from harness.site.widgets import item_boards

    known = item_boards.known(view)
    boards = item_boards.opened(known)
    if boards:
        found = shown.findings(view, boards)
        sentence = likeness_text.sentence(view.say, found).rstrip(".。")
        board = item_boards.names(view, known)[boards[0].suite, boards[0].suite_version]
        text = view.say("overview.likeness_on", sentence=sentence, board=board, n=len(found.models))
        yield Finding(text, boards[0].origin, "homogeneity")


def open_against_closed(view: View) -> tuple[str, dict[str, str], str, tuple[str, str]] | None:
    """Whether the best open model is ``ahead``, ``behind`` or ``even``, the gap's numbers as texts, the sentence, and
    the two models' ids."""
    best = _best_of_each(view, "open_weights")
    if not {"True", "False"} <= set(best):
        return None
    closed, opened = best["False"], best["True"]
    key, numbers = _gap(view, closed, opened)
    kind = {"ahead": "behind", "behind": "ahead", "even": "even"}[key]
    text = view.say(f"findings.open_{kind}", closed=closed["model"], open=opened["model"], **numbers)
    return kind, numbers, text, (str(opened["model_id"]), str(closed["model_id"]))


def segments_sentence(view: View) -> str:
    """Whether start-ups lead big tech, by their best models; empty where one of the two has none."""
    best = _best_of_each(view, "segment")
    if not {"big-tech", "startup"} <= set(best):
        return ""
    key, numbers = _gap(view, best["startup"], best["big-tech"])
    return view.say(
        f"findings.startups_{key}", startup=best["startup"]["model"], big=best["big-tech"]["model"], **numbers
    )


def _best_of_each(view: View, column: str) -> dict[str, pd.Series[Any]]:
    """The most capable model on the scale of each value of ``column``; nothing without a scale."""
    board = scale.board(view)
    return {} if board.empty else market.best_of_each(board, column)


def _gap(view: View, one: pd.Series[Any], other: pd.Series[Any]) -> tuple[str, dict[str, str]]:
    """Whether ``one`` is ``ahead`` of or ``behind`` ``other``, or ``even``: not told apart; with ``gap, low, high`` as texts, of the
    higher minus the lower."""
    higher = bool(one["score"] >= other["score"])
    row = scale.ahead(view, *((one, other) if higher else (other, one)))
    key = "even" if row["low"] <= 0 else "ahead" if higher else "behind"
    ends = {"gap": "difference", "low": "low", "high": "high"}
    return key, {name: number(float(row[column]), 1) for name, column in ends.items()}


def _prices(view: View) -> Iterator[Finding]:
    story = price_history.history(view, RATIO)
    if story is not None and story.levels:
        yield Finding(price_story.level_and_models(view.say, story), "reported", "cost")
