"""Whom a model errs like: its pairs on the items that it shares with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots
from harness.charts.text import number
from harness.errors import BadInput, MissingData
from harness.market.products.likeness import LikenessToOthers, likeness_to_others
from harness.site.widgets import blocks, contained, item_boards

if TYPE_CHECKING:
    from harness.market.alike.boards import Board
    from harness.market.products.about import Product
    from harness.site.server.view import View

EACH = 6
"""Models of either end in the chart."""


def measured(view: View, product: Product) -> LikenessToOthers | None:
    """``market.products.likeness`` of the product; None where it shares items with nobody."""

    def compute(ids: tuple[str, ...]) -> LikenessToOthers | None:
        try:
            return likeness_to_others(view, item_boards.every(view), ids)
        except (BadInput, MissingData):
            return None

    ids = tuple(dict.fromkeys((product.id, *product.ids)))
    out: LikenessToOthers | None = view.derived("product_likeness", compute, ids=ids)
    return out


@contained.section
def show(view: View, product: Product) -> None:
    """The most and the least alike, beyond what accuracy and the items' difficulty explain."""
    import pandas as pd

    say = view.say
    found = measured(view, product)
    if found is None:
        st.info(blocks.literal(say("model.no_items", model=product.name)), icon=":material/info:")
        return
    names = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    pairs = found.pairs.assign(other=found.pairs["other_id"].map(names).fillna(found.pairs["other"]))
    rows = pairs.dropna(subset="residual")
    if rows.empty:
        st.info(blocks.literal(say("model.no_items", model=product.name)), icon=":material/info:")
        return
    board = say(
        "model.board", task=_name(view, found.board), models=len(found.board.runs), items=f"{found.board.items:,}"
    )
    if found.board.agent:
        board = f"{board}{say('model.agent', agent=found.board.agent)}"
    near, far = rows.iloc[0], rows.iloc[-1]
    title = say("model.alike_finding", model=product.name, near=near["other"], far=far["other"],
                most=number(near["residual"], 2, signed=True), least=number(far["residual"], 2, signed=True))  # fmt: skip
    ends = rows if len(rows) <= 2 * EACH else pd.concat([rows.head(EACH), rows.tail(EACH)])
    drawn = ends.assign(label=ends["other"], difference=ends["residual"], low=float("nan"), high=float("nan"),
                        significant=ends["same_vendor"].eq(True))  # fmt: skip
    blocks.chart(
        view,
        dots.differences(
            drawn[["label", "difference", "low", "high", "significant", "kappa", "kappa_low", "kappa_high", "items"]], say, title=title,
            unit=say("model.residual_unit"), note=say("model.alike_note"), source=board, name="model-alike",
            labels=(say("model.same_maker"), say("model.other_maker")),
        ),
        lead=True,
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view, rows.assign(model_id=rows["other_id"]), "model-alike-table",
        {
            "other": column.TextColumn(say("columns.model"), pinned=True),
            "residual": column.NumberColumn(say("model.residual"), format="%+.2f", help=say("model.residual_help")),
            "kappa": column.NumberColumn(say("model.kappa"), format="%.2f"),
            "kappa_low": column.NumberColumn(say("columns.low"), format="%.2f"),
            "kappa_high": column.NumberColumn(say("columns.high"), format="%.2f"),
            "accuracy_other": column.NumberColumn(say("model.right_other"), format="percent"),
            "items": column.NumberColumn(say("columns.items"), format="%,d"),
        },
        alt=say("model.alike"), height=320,
    )  # fmt: skip


def _name(view: View, board: Board) -> str:
    """The benchmark of a board in words, where the catalog knows it."""
    names = view.frame("benchmarks").set_index("benchmark_id")[["name_en", "name_zh"]]
    return view.say.name(*names.loc[board.task]) if board.task in names.index else board.task
