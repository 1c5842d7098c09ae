"""How firm the ranking is: one check at a time, each computed when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.analysis.scale.fit import HIGH, LOW
from harness.charts.text import number
from harness.site.capability import benchmark_influence, diagnostics, scale
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from harness.analysis.scale.fit import ScaleFit
    from harness.site.server.view import View


@contained.section
def show(view: View) -> None:
    """A check of choice."""
    say, fit = view.say, scale.fitted(view)
    if fit is None or scale.board(view).empty:
        st.info(say("reported.no_scale"), icon=":material/info:")
        return
    blocks.section(say("diagnostics.title"), say("diagnostics.lead"))
    source = scale.source(view, len(scale.board(view)))
    checks: Mapping[str, Callable[[], None]] = {
        "evidence": lambda: _evidence(view),
        "influence": lambda: benchmark_influence.show(view, fit, source=source),
        "held_out": lambda: diagnostics.held_out(view, fit),
        "agreement": lambda: diagnostics.agreement(view, fit),
        "benchmarks": lambda: diagnostics.benchmarks(view, fit, source=source),
        "anchors": lambda: _anchors(view, fit),
        "unexplained": lambda: diagnostics.unexplained(view, fit),
    }
    check = controls.segmented(
        say("runs_and_samples.part"), list(checks), "check", lambda c: say(f"diagnostics.check_{c}")
    )
    checks[check]()


def _evidence(view: View) -> None:
    """Who leads where more benchmarks are asked of a ranked product, and how many products stay."""
    say = view.say
    rows = scale.by_evidence(view)
    first = rows.iloc[0]
    st.subheader(say("diagnostics.check_evidence"), anchor=False)
    same = say("diagnostics.evidence_same", model=first["model"], asked=int(rows["asked"].max()))
    st.markdown(blocks.literal(scale.threshold(view) or same))
    column = st.column_config
    blocks.table(
        view, rows, "scale-evidence",
        {"asked": column.NumberColumn(say("diagnostics.asked"), format="%d", pinned=True),
         "model": column.TextColumn(say("columns.model"), help=say("diagnostics.first_help")),
         "score": column.NumberColumn(say("scale.points"), format="%.0f"),
         "low": column.NumberColumn(say("columns.low"), format="%.0f"),
         "high": column.NumberColumn(say("columns.high"), format="%.0f"),
         "within": column.NumberColumn(say("diagnostics.within_first"), format="%d"),
         "ranked": column.NumberColumn(say("diagnostics.ranked"), format="%d")},
        alt=say("diagnostics.check_evidence"),
    )  # fmt: skip


def _anchors(view: View, fit: ScaleFit) -> None:
    """The two products that fix the unit, and what their distance rests on."""
    from harness.analysis.scale.ranks import shared

    say = view.say
    st.subheader(say("diagnostics.check_anchors"), anchor=False)
    names = view.frame("models").drop_duplicates("model_id").set_index("model_id")["name"]
    tests = fit.models.set_index("model_id")["benchmarks"]
    both = shared(fit, HIGH[0], LOW[0])
    st.markdown(
        blocks.literal(
            say(
                "diagnostics.anchors",
                high=names.get(HIGH[0], HIGH[0]), high_points=number(HIGH[1], 0), high_n=int(tests[HIGH[0]]),
                low=names.get(LOW[0], LOW[0]), low_points=number(LOW[1], 0), low_n=int(tests[LOW[0]]), n=len(both),
            )
        )
    )  # fmt: skip
    column = st.column_config
    blocks.table(
        view, both, "scale-anchors",
        {"benchmark": column.TextColumn(say("controls.benchmark"), pinned=True),
         "score_a": column.NumberColumn(str(names.get(HIGH[0], HIGH[0])), format="%.3f"),
         "score_b": column.NumberColumn(str(names.get(LOW[0], LOW[0])), format="%.3f"),
         "difference": column.NumberColumn(say("scale.difference"), format="%+.3f")},
        alt=say("diagnostics.check_anchors"), height=420,
    )  # fmt: skip
