"""In how many ways models differ beyond difficulty, and how many models solve an item, each against chance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts.likeness.counts import against_chance
from harness.reports import likeness_text
from harness.reports.likeness_text import plain
from harness.site.likeness.shown import boards_key
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.likeness.dimensions import Dimensions
    from harness.market.alike.item_likeness import ItemLikeness
    from harness.site.likeness.shown import Shown
    from harness.site.server.view import View

RANKS = 15
"""Eigenvalues that are drawn; the table has all."""


@contained.section
def show(view: View, shown: Shown) -> None:
    """Eigenvalues of the residuals against the Rasch null, and items by the models that solve them."""
    _eigenvalues(view, shown)
    solved(view, shown.found.failed, shown.source, shown.name)


def dimensions(view: View, measured: ItemLikeness) -> Dimensions:
    """``market.alike.item_likeness.dimensions`` of the boards, cached: its simulations take longer than all else of the page."""

    def compute(key: tuple[tuple[str, ...], ...]) -> Dimensions:
        from harness.market.alike import item_likeness

        return item_likeness.dimensions(measured)

    out: Dimensions = view.derived("item_dimensions", compute, key=boards_key(measured.boards))
    return out


def _eigenvalues(view: View, shown: Shown) -> None:
    say, found = view.say, dimensions(view, shown.found.measured)
    if len(found.eigenvalues) < 3:  # two models: one correlation, no dimensions
        st.info(say("likeness.no_dimensions"), icon=":material/info:")
        return
    rows = found.eigenvalues.rename(columns={"rank": "x", "residual": "value", "null": "chance"})
    drawn = against_chance(
        rows.head(RANKS), names=(say("likeness.eigenvalue"), say("likeness.null")), x_unit=say("likeness.rank"),
        y_unit=say("likeness.eigenvalue"), title=say("likeness.dimensions_finding", n=found.leading),
        note=say("likeness.dimensions_note", above=found.above, ratio=plain(found.participation_ratio, 1)),
        source=shown.source, name=f"likeness-dimensions-{shown.name}",
    )  # fmt: skip
    blocks.chart(view, drawn, lead=True)


def solved(view: View, shares: pd.DataFrame, source: str, name: str) -> None:
    """Items by the number of models that solve them, beside what models that err independently would give."""
    say = view.say
    if shares.empty or shares["share"].isna().all():
        st.info(say("likeness.no_whole_items"), icon=":material/info:")
        return
    every = shares.iloc[-1]
    chance = float(every["expected_share"])
    rows = shares.assign(x=shares["failed_by"].max() - shares["failed_by"], value=shares["share"],
                         chance=shares["expected_share"]).sort_values("x", ignore_index=True)  # fmt: skip
    blocks.chart(
        view,
        against_chance(
            rows, names=(say("homogeneity.observed"), say("homogeneity.expected")), x_unit=say("likeness.solved_by"),
            y_unit=say("homogeneity.share"), percent=True,
            title=say("homogeneity.all_fail", share=f"{every['share']:.1%}", expected=likeness_text.share(chance)),
            note=say("homogeneity.fail_note"), source=source, name=f"likeness-items-{name}",
        ),
    )  # fmt: skip
