"""What matters now: sentences made from the data, each with its interval and the way to its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.charts.text import number
from harness.site.capability import leaderboard, scale
from harness.site.cost import tradeoff

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

SEED = 20260723
ENOUGH = 50
"""Models that two dates must share before a median move is worth a sentence."""


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
    changed = view.derived("price_moves", lambda: _moves(view.frame("prices")))
    if changed is not None:
        n, median, low, high, first, last = changed
        key = "prices_fell" if median < 0 else "prices_rose" if median > 0 else "prices_same"
        yield Finding(
            view.say(f"findings.{key}", n=f"{n:,}", change=f"{abs(median):.0%}", low=_signed(low), high=_signed(high),
                     first=first, last=last),
            "reported", "cost",
        )  # fmt: skip


def _signed(share: float) -> str:
    """A relative change with its sign; none where it rounds to nothing."""
    return f"{share:+.0%}" if abs(share) >= 0.005 else "0%"


def _moves(prices: pd.DataFrame) -> tuple[int, float, float, float, str, str] | None:
    """Median relative move of a model's lowest output price from the first date to the last, with its interval."""
    import numpy as np

    rows = prices[(prices["currency"] == "USD") & (prices["output_per_mtok"] > 0)]
    if rows["as_of"].nunique() < 2:
        return None
    last = rows["as_of"].max()
    lowest = {day: part.groupby("model_id")["output_per_mtok"].min() for day, part in rows.groupby("as_of")}
    shared = {day: held.index.intersection(lowest[last].index) for day, held in lowest.items() if day != last}
    long_ago = [day for day, models in sorted(shared.items()) if len(models) >= ENOUGH]
    if not long_ago:
        return None
    first, both = long_ago[0], shared[long_ago[0]]
    ends = lowest[first], lowest[last]
    moves = (ends[1].loc[both] / ends[0].loc[both] - 1).to_numpy(dtype=float)
    drawn = np.random.default_rng(SEED).choice(moves, size=(1000, len(moves)))
    low, high = np.quantile(np.median(drawn, axis=1), [0.025, 0.975])
    return len(both), float(np.median(moves)), float(low), float(high), str(first)[:7], str(last)[:7]
