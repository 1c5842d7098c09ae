"""Products with published scores that the capability scale does not rank, each with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.analysis.scale.ranks import LEAST_BENCHMARKS
from harness.site.capability import leaderboard, scale
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, least: int) -> None:
    """How many of the newest releases have no place, and the table of all products without one, newest first."""
    say = view.say
    table = _table(view, least)
    if table.empty:
        return
    blocks.section(say("unplaced.title"), say("unplaced.lead"))
    newest = newest_sentence(view, least)
    if newest:
        st.markdown(blocks.literal(newest))
    rows = table[~table["ranked"].astype(bool)]
    if rows.empty:
        return
    rows = leaderboard.named(view, rows).assign(why=[_reason(view, row) for row in rows.to_dict("records")])
    column = st.column_config
    blocks.table(
        view, rows.sort_values(["released", "name"], ascending=[False, True], na_position="last"), "scale-unplaced",
        {"name": column.TextColumn(say("columns.model"), pinned=True),
         "vendor": column.TextColumn(say("columns.vendor")),
         "why": column.TextColumn(say("unplaced.why"), width="large"),
         "benchmarks": column.NumberColumn(say("reported.benchmark_count"), format="%d"),
         "domains": column.NumberColumn(say("scale.domain_count"), format="%d"),
         "points": column.NumberColumn(say("scale.points"), help=say("unplaced.points_help"), format="%.0f"),
         "low": column.NumberColumn(say("columns.low"), format="%.0f"),
         "high": column.NumberColumn(say("columns.high"), format="%.0f"),
         "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
         "newest": column.DateColumn(say("unplaced.newest_score"), format="YYYY-MM-DD")},
        alt=say("unplaced.title"), height=300,
    )  # fmt: skip


def newest_sentence(view: View, least: int = LEAST_BENCHMARKS) -> str:
    """How many of the newest releases have no place on the scale; empty where no release is dated."""
    from harness.market.scale_table import newest_unplaced

    table = _table(view, least)
    newest = None if table.empty else newest_unplaced(view, table)
    if newest is None or not newest.released:
        return ""
    return view.say("unplaced.newest", n=newest.unplaced, all=newest.released, since=newest.since.isoformat())


def _table(view: View, least: int) -> pd.DataFrame:

    def compute(least: int) -> pd.DataFrame:
        from harness.analysis.scale.preparation import prepare_reported
        from harness.market.scale_table import scale_table

        return scale_table(view, scale.fitted(view), prepare_reported(view.frame("reported")).left_out, least)

    out: pd.DataFrame = view.derived("scale_table", compute, least=least)
    return out


def _reason(view: View, row: dict[Any, Any]) -> str:
    """Why a product is not ranked, in the language shown."""
    say = view.say
    only = say.known("only", row["only"]) if isinstance(row["only"], str) else ""
    needed = int(row["needed"]) if row["needed"] == row["needed"] and row["needed"] is not None else 0
    return say(f"unplaced.{row['reason']}", n=int(row["benchmarks"]), needed=needed, only=only)


def reason_of(view: View, product_id: str) -> tuple[str, dict[Any, Any]] | None:
    """Why a product is not ranked, in the language shown, and its row of ``scale_table``; None where it is or has no score."""
    from harness.analysis.scale.ranks import LEAST_BENCHMARKS

    table = _table(view, LEAST_BENCHMARKS)
    rows = table[table["product_id"].eq(product_id) & ~table["ranked"].astype(bool)].to_dict("records")
    return (_reason(view, rows[0]), rows[0]) if rows else None
