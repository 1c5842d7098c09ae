"""List prices against a capability axis: the frontier's chart."""

from __future__ import annotations

from typing import TYPE_CHECKING

from harness.charts.text import dollars
from harness.market.prices import tradeoff as market
from harness.site.capability import leaderboard, scale

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

Axis = tuple[str, str, str]
"""What capability is read from: origin, suite (or ``scale``), version."""


def axes(view: View) -> list[Axis]:
    """The capability axes that the data offers: the scale of reported scores, then suites."""
    out: list[Axis] = [] if scale.board(view).empty else [("reported", "scale", "")]
    for origin in ("measured", "imported"):
        out += [(origin, suite, version) for suite, version in leaderboard.suites(view, origin)]
    return out


def axis_name(view: View, axis: Axis) -> str:
    """An axis for people."""
    if axis[0] == "reported":
        return view.say("cost.axis_reported")
    return f"{view.say(f'origin.{axis[0]}')} · {axis[1]} {axis[2]}".strip()


def axis_unit(view: View, axis: Axis) -> str:
    """What the capability axis counts."""
    return view.say("cost.scale_unit" if axis[0] == "reported" else "capability.unit")


def tradeoff(view: View, axis: Axis, ratio: float) -> pd.DataFrame:
    """``market.tradeoff`` on the axis: rows of ``scatter.points``, the frontier first."""

    def compute(axis: Axis, ratio: float) -> pd.DataFrame:
        board = (
            scale.board(view)
            if axis[0] == "reported"
            else leaderboard.board(view, axis[1], axis[2], axis[0], "overall")
        )
        rows = market.tradeoff(view, board, ratio)
        if rows.empty:
            return rows
        rows = leaderboard.named(view, rows)
        rows = rows.assign(label=rows["model"], x=rows["cost"], y=rows["score"], y_low=rows["low"],
                           y_high=rows["high"], note=rows["vendor"])  # fmt: skip
        keep = ["label", "x", "y", "y_low", "y_high", "segment", "country", "open_weights", "note", "provider",
                "on_frontier", "membership", "as_of", "stderr", "model_id"]  # fmt: skip
        return rows.sort_values(["on_frontier", "score"], ascending=False)[keep]

    # names are in the language shown, so the language is part of the key
    out: pd.DataFrame = view.derived(f"tradeoff-{view.language}", compute, axis=axis, ratio=ratio)
    return out


def tradeoff_note(view: View, shown: pd.DataFrame) -> str:
    """How to read the chart: the frontier, and the bars that are there."""
    return f"{view.say('cost.note_frontier')} {leaderboard.bars_note(view, shown, view.say('cost.note_bars'), 'y_low')}"


def frontier_sentence(view: View, shown: pd.DataFrame, axis: Axis) -> str:
    """The most capable model and the cheapest that cannot be told from it, with their prices."""
    best, cheap = market.best_and_cheapest(
        shown.rename(columns={"x": "cost", "y": "score"}).assign(model=shown["label"]),
        scale.fitted(view) if axis[0] == "reported" else None,
    )
    if cheap["label"] == best["label"]:
        edge = int(shown["on_frontier"].sum())
        return view.say("cost.finding_alone", model=best["label"], price=dollars(best["cost"]), n=edge)
    return view.say(
        "cost.finding",
        best=best["label"],
        price=dollars(best["cost"]),
        cheap=cheap["label"],
        low=dollars(cheap["cost"]),
    )
