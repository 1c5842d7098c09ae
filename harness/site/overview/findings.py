"""What matters now: sentences made from the data, each with its interval and the way to its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.charts.text import number
from harness.market.price_changes import price_move
from harness.site.capability import leaderboard, scale
from harness.site.cost import tradeoff

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@dataclass(frozen=True, slots=True)
class Finding:
    """A sentence, where its numbers come from, and the page that shows them."""

    text: str
    origin: str
    page: str
    choices: dict[str, str] = field(default_factory=dict)


def five(view: View) -> list[Finding]:
    """Up to five findings, those that the data can bear."""
    makers: tuple[Callable[[View], Iterator[Finding]], ...] = (
        _leader,
        _price_of_the_top,
        _open,
        _segments,
        _prices,
        _board,
    )
    found: list[Finding] = []
    for make in makers:
        found += make(view)
    return found[:5]


def _origin_choice(view: View, origin: str) -> dict[str, str]:
    # a bound control stands in the URL under its label
    return {"origin": view.say(f"origin.{origin}")}


def _leader(view: View) -> Iterator[Finding]:
    frame = scale.board(view)
    if len(frame) > 1:
        text = leaderboard.leader_sentence(view, frame, what=view.say("reported.scale"))
        yield Finding(text, "reported", "capability", _origin_choice(view, "reported"))


def _board(view: View) -> Iterator[Finding]:
    for origin in ("measured", "imported"):
        for suite, version in leaderboard.suites(view, origin)[:1]:
            board = leaderboard.board(view, suite, version, origin, "overall")
            if len(board) > 1:
                text = leaderboard.leader_sentence(view, board, what=f"{suite} · {view.say('kind.overall')}")
                yield Finding(text, origin, "capability", _origin_choice(view, origin))


def _price_of_the_top(view: View) -> Iterator[Finding]:
    axes = tradeoff.axes(view)
    if axes:
        shown = tradeoff.tradeoff(view, axes[0], 3.0)
        if len(shown) > 2:
            yield Finding(tradeoff.frontier_sentence(view, shown), axes[0][0], "cost")


def _open(view: View) -> Iterator[Finding]:
    frame = scale.board(view)
    if frame.empty or frame["open_weights"].isna().all():
        return
    opened = frame["open_weights"].fillna(False).astype(bool)
    if opened.all() or not opened.any():
        return
    a, b = (frame[m].sort_values("score", ascending=False).iloc[0] for m in (~opened, opened))
    gap, low, high = _difference(a, b)
    key = "open_behind" if low > 0 else "open_ahead" if high < 0 else "open_even"
    yield Finding(
        view.say(f"findings.{key}", closed=a["model"], open=b["model"], gap=number(abs(gap), 2), low=number(low, 2),
                 high=number(high, 2)),
        "reported", "capability", _origin_choice(view, "reported"),
    )  # fmt: skip


def _difference(a: pd.Series[Any], b: pd.Series[Any]) -> tuple[float, float, float]:
    """Capability of model ``a`` minus that of ``b`` in the scale's unit, with its 95 % interval."""
    import pandas as pd

    from harness.analysis.statistics.ranking import independent_pairs

    pair = independent_pairs(pd.DataFrame([a, b])).iloc[0]
    return float(pair["difference"]), float(pair["low"]), float(pair["high"])


def _segments(view: View) -> Iterator[Finding]:
    frame = scale.board(view)
    if frame.empty:
        return
    tops = {s: part.sort_values("score", ascending=False).iloc[0] for s, part in frame.groupby("segment")}
    if "big-tech" not in tops or "startup" not in tops:
        return
    a, b = tops["startup"], tops["big-tech"]
    gap, low, high = _difference(a, b)
    key = "startups_ahead" if low > 0 else "startups_behind" if high < 0 else "startups_even"
    yield Finding(
        view.say(f"findings.{key}", startup=a["model"], big=b["model"], gap=number(abs(gap), 2), low=number(low, 2),
                 high=number(high, 2)),
        "reported", "companies",
    )  # fmt: skip


def _prices(view: View) -> Iterator[Finding]:
    move = view.derived("price_move", lambda: price_move(view))
    if move is not None:
        key = "prices_fell" if move.median < 0 else "prices_rose" if move.median > 0 else "prices_same"
        yield Finding(
            view.say(f"findings.{key}", n=f"{move.models:,}", change=f"{abs(move.median):.0%}", low=_signed(move.low),
                     high=_signed(move.high), first=str(move.first)[:7], last=str(move.last)[:7]),
            "reported", "cost",
        )  # fmt: skip


def _signed(share: float) -> str:
    """A relative change with its sign; none where it rounds to nothing."""
    return f"{share:+.0%}" if abs(share) >= 0.005 else "0%"
