"""What matters now: sentences made from the data, each with its interval and the way to its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.charts.text import number
from harness.market import headlines as market
from harness.market.prices.list_prices import RATIO
from harness.reports.sections import price_story
from harness.site.capability import leaderboard, scale
from harness.site.cost import price_history, tradeoff

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


MOST = 5
"""Findings on the first page: as many as stand above the landscape without scrolling far."""
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
        _leader,
        _price_of_the_top,
        _open,
        _segments,
        _prices,
        _board,
    )
    return [finding for kind in kinds for finding in kind(view)][:MOST]


def _origin_choice(view: View, origin: str) -> dict[str, str]:
    # a bound control stands in the URL under its label
    return {"origin": view.say(f"origin.{origin}")}


def _leader(view: View) -> Iterator[Finding]:
    frame = scale.board(view)
    if len(frame) > 1:
        yield Finding(scale.lead(view, frame), "reported", "capability", _origin_choice(view, "reported"))


def _board(view: View) -> Iterator[Finding]:
    for origin in ("measured", "imported"):
        for suite, version in leaderboard.suites(view, origin)[:1]:
            board = leaderboard.board(view, suite, version, origin, "overall")
            if len(board) > 1:
                what = f"{leaderboard.suite_name(view)((suite, version))} · {view.say('kind.overall')}"
                text = leaderboard.leader_sentence(view, board, what=what)
                yield Finding(text, origin, "capability", _origin_choice(view, origin))


def _price_of_the_top(view: View) -> Iterator[Finding]:
    axes = tradeoff.axes(view)
    if axes:
        rows = tradeoff.tradeoff(view, axes[0], RATIO)
        if len(rows) >= LEAST_PRICED:
            yield Finding(tradeoff.frontier_sentence(view, rows, axes[0]), axes[0][0], "cost")


def _open(view: View) -> Iterator[Finding]:
    best = _best_of_each(view, "open_weights")
    if not {"True", "False"} <= set(best):
        return
    closed, opened = best["False"], best["True"]
    key, numbers = _gap(view, closed, opened)
    kind = {"ahead": "open_behind", "behind": "open_ahead", "even": "open_even"}[key]
    text = view.say(f"findings.{kind}", closed=closed["model"], open=opened["model"], **numbers)
    yield Finding(text, "reported", "capability", _origin_choice(view, "reported"))


def _segments(view: View) -> Iterator[Finding]:
    best = _best_of_each(view, "segment")
    if not {"big-tech", "startup"} <= set(best):
        return
    key, numbers = _gap(view, best["startup"], best["big-tech"])
    text = view.say(
        f"findings.startups_{key}", startup=best["startup"]["model"], big=best["big-tech"]["model"], **numbers
    )
    yield Finding(text, "reported", "companies")


def _best_of_each(view: View, column: str) -> dict[str, pd.Series[Any]]:
    """The most capable model on the scale of each value of ``column``; nothing without a scale."""
    board = scale.board(view)
    return {} if board.empty else market.best_of_each(board, column)


def _gap(view: View, one: pd.Series[Any], other: pd.Series[Any]) -> tuple[str, dict[str, str]]:
    """Whether ``one`` is ``ahead`` of or ``behind`` ``other``, or ``even``: not told apart; with ``gap, low, high`` as texts."""
    row = scale.ahead(view, one, other)
    key = "ahead" if row["low"] > 0 else "behind" if row["high"] < 0 else "even"
    numbers = {"gap": abs(row["difference"]), "low": row["low"], "high": row["high"]}
    return key, {name: number(float(value), 1) for name, value in numbers.items()}


def _prices(view: View) -> Iterator[Finding]:
    story = price_history.history(view, RATIO)
    if story is not None and story.levels:
        yield Finding(price_story.level_and_models(view.say, story), "reported", "cost")
