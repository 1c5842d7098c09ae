"""Big tech against start-ups on the five dimensions, with intervals, and their best and worst inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.statistics.seed import SEED
from harness.charts import dots
from harness.site.companies.standing import positions, strengths
from harness.site.widgets import blocks, contained

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View, vendors: pd.DataFrame) -> None:
    """Mean score of each segment's vendors on each dimension with its interval; then their strengths and weaknesses."""
    from harness.analysis.companies.scores import DEFAULT
    from harness.analysis.companies.segment_means import PAIR, leads

    say = view.say
    stated = dict(zip(vendors["vendor_id"], vendors["segment"], strict=True))
    moved = dict(zip(vendors["vendor_id"], vendors["segment_borderline"].fillna(vendors["segment"]), strict=True))
    rows = _means(view, stated)
    rows = rows[rows["segment"].isin(PAIR)]
    if rows["segment"].nunique() < 2:
        st.info(say("positions.nobody"), icon=":material/info:")
        return
    ahead = leads(rows)
    changed = {d for d, who in leads(_means(view, moved)).items() if ahead.get(d) != who}
    blocks.chart(
        view,
        dots.profile(
            rows.assign(
                thing=[say.known("segment", s) for s in rows["segment"]], value=rows["mean"],
                dimension=[say.known("dimension", d) for d in rows["dimension"]],
            )[["thing", "dimension", "value", "low", "high", "vendors"]],
            title=finding(view, ahead), unit=say("segments.unit"), note=_note(view, changed, rows),
            source=say("positions.source"), name="segments",
        ),
        lead=True,
    )  # fmt: skip
    strengths.of_segments(view, vendors, DEFAULT)


def _means(view: View, segments: dict[str, str]) -> pd.DataFrame:
    from harness.analysis.companies.scores import DEFAULT

    def compute(segments: tuple[tuple[str, str], ...]) -> pd.DataFrame:
        from harness.analysis.companies.segment_means import segment_means

        return segment_means(positions.ranked(view, DEFAULT), dict(segments), seed=SEED)

    out: pd.DataFrame = view.derived("segment_means", compute, segments=tuple(sorted(segments.items())))
    return out


def finding(view: View, ahead: dict[str, str]) -> str:
    """The title: where big tech is ahead, where start-ups are, and where the difference is within its margin."""
    from harness.analysis.companies.segment_means import PAIR

    say = view.say
    named = {
        who: say("file.join").join(say.known("dimension", d) for d, leader in ahead.items() if leader == who)
        for who in (*PAIR, "")
    }
    parts = [
        say("segments.big_tech", dimensions=named[PAIR[0]]) if named[PAIR[0]] else "",
        say("segments.startups", dimensions=named[PAIR[1]]) if named[PAIR[1]] else "",
        say("segments.level", dimensions=named[""]) if named[""] else "",
    ]
    return say("memo.between").join(part for part in parts if part)


def _note(view: View, changed: set[str], rows: pd.DataFrame) -> str:
    say = view.say
    counts = f"{int(rows['vendors'].min())}–{int(rows['vendors'].max())}"
    names = say("file.join").join(say.known("dimension", d) for d in sorted(changed))
    return say(
        "segments.note", n=counts, moved=say("segments.changes", dimensions=names) if changed else say("segments.same")
    )
