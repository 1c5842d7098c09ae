"""The items of one board, by who solves them: names, values, costs, and where each can be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.market.alike.item_links import item_link
from harness.market.alike.paired_items import PARTS, items_of, of_part
from harness.site.head_to_head import pair_boards
from harness.site.widgets import blocks, columns, contained, controls
from harness.site.widgets.tables.decimals import MONEY

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from harness.market.alike.boards import Board
    from harness.site.server.view import View

LETTERS = "abcdef"
MOST_ROWS = 1000
"""Rows of the table: more than anybody reads; the CSV has those that are shown."""


@contained.section
def show(view: View, boards: Sequence[Board], products: Sequence[str], names: Mapping[str, str]) -> None:
    """Choose a board and who solves, then the items."""
    say = view.say
    blocks.section(say("head_to_head.items"), say("head_to_head.items_lead"))
    keys = {f"{b.task}~{b.suite_version}": b for b in boards}
    a, b = (names[id] for id in products[:2])
    labels = {"differ": say("head_to_head.differ"), "only_a": say("head_to_head.only", model=a),
              "only_b": say("head_to_head.only", model=b), "neither": say("head_to_head.neither"),
              "both": say("head_to_head.both")}  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = controls.select(
            say("columns.task"), list(keys), "board", lambda key: pair_boards.name(view, keys[key], keys[key].items)
        )
        part = controls.segmented(say("head_to_head.solved_by"), PARTS, "solved_by", labels.__getitem__)
    board = keys[chosen]
    here = [id for id in products if pair_boards.has_run(view, board, id)]
    runs = [pair_boards.run_of(view, board, id) for id in here]
    rows = of_part(items_of(view, board, runs), part)
    rows = rows.assign(
        called=[n if isinstance(n, str) else str(i) for n, i in zip(rows["name"], rows["item"], strict=True)],
        link=[item_link(board.task, n) for n in rows["name"]],
    ).sort_values("called", ignore_index=True)
    st.caption(say("head_to_head.parted", n=len(rows), task=blocks.literal(pair_boards.name(view, board))))
    column = st.column_config
    values = {f"value_{c}": column.NumberColumn(names[id], format="%.3g") for c, id in zip(LETTERS, here, strict=False)}
    costs = {
        f"cost_{c}": column.NumberColumn(say("head_to_head.cost_of", model=names[id]), format=MONEY)
        for c, id in zip(LETTERS, here, strict=False)
        if rows[f"cost_{c}"].notna().any()
    }
    linked = {"link": columns.link(say("columns.link"))} if rows["link"].notna().any() else {}
    if len(rows):
        blocks.table(
            view, rows.head(MOST_ROWS), "disagreements",
            {"called": column.TextColumn(say("columns.item"), pinned=True)} | values | costs | linked,
            alt=say("head_to_head.items"), height=360, together=list(values),
        )  # fmt: skip
    with st.container(horizontal=True):
        for id, run_id in zip(here, runs, strict=True):
            blocks.page_link(view, "runs_and_samples", say("head_to_head.read", model=names[id]), ":material/fact_check:",
                             runs_model=run_id)  # fmt: skip
