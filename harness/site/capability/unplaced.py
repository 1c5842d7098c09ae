"""Products that the capability scale does not rank, each with what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.analysis.scale.ranks import LEAST_BENCHMARKS
from harness.charts.text import number, together
from harness.site.capability import leaderboard, scale
from harness.site.widgets import blocks, contained, name_links

if TYPE_CHECKING:
    import pandas as pd

    from harness.market.newer_by_index import NewerByIndex
    from harness.site.server.view import View

NO_SCORE = "no_score"
"""Reason of the newest releases of which no score is known that may enter the scale."""


@contained.section
def show(view: View) -> None:
    """How many of the newest releases have no place, and the table of all products without one, newest first."""
    say = view.say
    blocks.section(say("unplaced.title"), say("unplaced.lead"))
    least = scale.least_benchmarks(view)
    rows = listed(view, least)
    if rows.empty:
        st.info(say("unplaced.nobody"), icon=":material/info:")
        return
    newest = waiting_sentences(view, least)
    if newest:
        st.markdown(blocks.literal(newest))
    rows = leaderboard.named(view, rows).assign(
        why=[_reason(view, row) for row in rows.to_dict("records")],
        scores=[say("capability.n_benchmarks", n=int(n)) for n in rows["benchmarks"]],
    )
    column = st.column_config
    blocks.table(
        view, rows, "scale-unplaced",
        {"name": column.TextColumn(say("columns.model"), pinned=True),
         "why": column.TextColumn(say("unplaced.why"), width=400),
         "vendor": column.TextColumn(say("columns.vendor")),
         "released": column.DateColumn(say("columns.released"), format="YYYY-MM-DD"),
         "scores": name_links.scores(say("capability.rests_on"), "scale-unplaced", list(rows["model_id"]),
                                     say("capability.rests_on_help")),
         "newest": column.DateColumn(say("unplaced.newest_score"), format="YYYY-MM-DD"),
         "points": column.NumberColumn(say("scale.points"), help=say("unplaced.points_help"), format="%.0f"),
         "low": column.NumberColumn(say("columns.low"), format="%.0f"),
         "high": column.NumberColumn(say("columns.high"), format="%.0f"),
         },
        alt=say("unplaced.title"), height=640,
    )  # fmt: skip


def listed(view: View, least: int) -> pd.DataFrame:
    """Rows of ``market.scale_table`` that are not ranked and the newest releases without any score, newest first."""

    def compute(least: int) -> pd.DataFrame:
        import pandas as pd

        from harness.market.scale_table import without_score

        table = _table(view, least)
        if table.empty:
            return table
        bare = without_score(view, table).assign(reason=NO_SCORE, benchmarks=0, domains=0)
        parts = (table[~table["ranked"].astype(bool)], bare)
        rows = pd.concat([part for part in parts if len(part)] or [table.iloc[:0]])
        return rows.sort_values(["released", "name"], ascending=[False, True], na_position="last", ignore_index=True)

    out: pd.DataFrame = view.derived("scale_unplaced", compute, least=least)
    return out


def newest_sentence(view: View, least: int = LEAST_BENCHMARKS) -> str:
    """How many of the newest releases have no place on the scale; empty where all of them have one or none is dated."""
    from harness.market.scale_table import newest_unplaced

    table = _table(view, least)
    newest = None if table.empty else newest_unplaced(view, table)
    if newest is None or not newest.unplaced:
        return ""
    key = "newest_none" if newest.unplaced == newest.released else "newest"
    return view.say(f"unplaced.{key}", n=newest.unplaced, all=newest.released, since=newest.since.isoformat())


def by_index(view: View, least: int = LEAST_BENCHMARKS) -> NewerByIndex | None:
    """``market.newer_by_index`` of the table: the newest unplaced releases beside the leader on one index."""

    def compute(least: int) -> NewerByIndex | None:
        from harness.market.newer_by_index import newer_by_index

        return newer_by_index(view, _table(view, least))

    found: NewerByIndex | None = view.derived("newer_by_index", compute, least=least)
    return found


def index_sentence(view: View, least: int = LEAST_BENCHMARKS) -> str:
    """What that index says of them and the leader; empty where there is none."""
    found = by_index(view, least)
    if found is None:
        return ""
    return view.say(
        "unplaced.by_index" if found.above else "unplaced.by_index_none", n=found.above, all=found.listed,
        index=view.say.name(found.index, found.index_zh), day=found.as_of, leader=found.leader,
        leader_score=number(found.leader_score, 1), best=found.best, best_score=number(found.best_score, 1),
    )  # fmt: skip


def waiting_sentences(view: View, least: int = LEAST_BENCHMARKS) -> str:
    """Both sentences on the newest releases without a place; empty where all have one."""
    newest = newest_sentence(view, least)
    return together(newest, index_sentence(view, least)) if newest else ""


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
    if row["reason"] == NO_SCORE:
        others = int(row["others"])
        return say("unplaced.other_scores", n=others) if others else say("unplaced.no_score")
    only = say.known("only", row["only"]) if isinstance(row["only"], str) else ""
    needed = int(row["needed"]) if row["needed"] == row["needed"] and row["needed"] is not None else 0
    return say(f"unplaced.{row['reason']}", n=int(row["benchmarks"]), needed=needed, only=only)


def reason_of(view: View, product_id: str) -> tuple[str, dict[Any, Any]] | None:
    """Why a product is not ranked, in the language shown, and its row of ``scale_table``; None where it is or has no score."""
    table = _table(view, LEAST_BENCHMARKS)
    rows = table[table["product_id"].eq(product_id) & ~table["ranked"].astype(bool)].to_dict("records")
    return (_reason(view, rows[0]), rows[0]) if rows else None
