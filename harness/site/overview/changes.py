"""What changed lately: who took the lead, what was released, whose price moved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts.text import dollars, number
from harness.market.prices.list_prices import RATIO
from harness.site.capability import scale
from harness.site.widgets import blocks, columns, contained, evidence_links

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View

MOST = 6
"""Lines of a list: what is read at a glance."""
MOST_MOVES = 200
"""Rows of the table of all moves, the newest first."""


@contained.section
def show(view: View) -> None:
    """Three lists side by side; without ranked models nothing is said to be news."""
    lists = found(view)
    if not lists:
        return
    say = view.say
    blocks.section(say("overview.changes"), say("overview.changes_lead"))
    lines = {"leaders": _leader, "releases": _release, "prices": _price}
    with st.grid(3, min_column_width=270):
        for key, line in lines.items():
            rows = lists[key]
            with st.container(key=f"changes-{key}"):
                head = f"changes-head-{key}"  # as high without a button as with one
                with st.container(
                    horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key=head
                ):
                    st.markdown(f"### {say(f'overview.changed_{key}')}", width="content")
                    if references := evidence(key, rows):
                        evidence_links.button(say, references, key)
                for row in rows.to_dict("records"):
                    st.markdown(f":gray[{row['day']}] {line(view, row)}")
                if rows.empty:
                    st.caption(say("overview.no_changes"))
    _all_moves(view)


def evidence(key: str, rows: pd.DataFrame) -> list[str]:
    """References to the numbers of a list: points of the ranked models, list prices."""
    known = rows if key != "releases" else rows[rows["points"].notna()]
    kind = "price" if key == "prices" else "points"
    return [f"{kind}:{id}" for id in known["model_id"]]


def _all_moves(view: View) -> None:
    """Every move of a price, of resellers and models that are not ranked too, in a fold."""
    from harness.market.prices.price_changes import price_changes

    moves = price_changes(view).head(MOST_MOVES)
    if moves.empty:
        return
    moves = moves.assign(output_change=moves["output_change"].round(2))  # whole per cent
    label = view.say("overview.all_moves", n=len(moves))

    def draw() -> None:
        listed = columns.price_changes(view.say)
        blocks.table(view, moves, "price-changes", listed, alt=view.say("overview.changed_prices"), height=250)

    blocks.fold(label, ":material/price_change:", "price-changes", draw)


def found(view: View) -> dict[str, pd.DataFrame]:
    """The frames of ``market.recent_changes`` with their ``day`` as text; empty where nothing is ranked."""

    def compute() -> dict[str, pd.DataFrame]:
        from harness.market import recent_changes

        fit, board = scale.fitted(view), scale.board(view)
        if fit is None or board.empty:
            return {}
        frames = {
            "leaders": recent_changes.new_leaders(board, fit, MOST),
            "releases": recent_changes.newest_releases(view, board, MOST),
            "prices": recent_changes.price_moves(view, MOST, RATIO),
        }
        days = {"leaders": "released", "releases": "released", "prices": "as_of"}
        return {key: frame.assign(day=[str(d)[:10] for d in frame[days[key]]]) for key, frame in frames.items()}

    out: dict[str, pd.DataFrame] = view.derived("recent_changes", compute)
    return out


def _leader(view: View, row: dict[Any, Any]) -> str:
    values = {key: number(float(row[key]), 1) for key in ("difference", "low", "high")}
    told = "overview.took_lead" if row["low"] > 0 else "overview.took_lead_unclear"
    return blocks.literal(view.say(told, model=row["model"], before=row["before"], **values))


def _release(view: View, row: dict[Any, Any]) -> str:
    vendor = view.say.name(row["vendor_en"], row["vendor_zh"])
    if row["points"] == row["points"]:
        text = view.say("overview.released", model=row["model"], vendor=vendor, points=number(float(row["points"]), 0))
    else:
        text = view.say("overview.released_unplaced", model=row["model"], vendor=vendor)
    return blocks.literal(text)


def _price(view: View, row: dict[Any, Any]) -> str:
    values = {"before": dollars(row["blended_before"]), "now": dollars(row["blended_now"])}
    change = number(row["change"], 0, signed=True, percent=True)
    return blocks.literal(view.say("overview.price_moved", model=row["model"], change=change, **values))
