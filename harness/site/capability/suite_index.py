"""The index of one suite's runs: board, tasks, size; of runs that we made and of runs that others published item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from harness.charts import dots, grid, scatter
from harness.site.capability import equal_size, leaderboard, parts, scale, task_influence
from harness.site.widgets import blocks, codes, columns, contained, controls, row_selection

if TYPE_CHECKING:
    import pandas as pd

    from harness.site.server.view import View


@contained.section
def show(view: View) -> None:
    """Choices of origin, suite and kind, and what they hold."""
    say = view.say
    present = leaderboard.present_origins(view)
    origins = [origin for origin in parts.RUNS_ORIGINS if origin in present]
    origin = controls.segmented(say("controls.origin"), origins, "origin", lambda o: say(f"origin.{o}"))
    st.caption(say(f"origin.{origin}_means"))
    names = leaderboard.names(view)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        suite, version = controls.select(
            say("controls.suite"), leaderboard.suites(view, origin), "suite", leaderboard.suite_name(view)
        )
        scores = leaderboard.task_scores(view, suite, version, origin)
        kinds = ["overall", *[k for k in leaderboard.KINDS[1:] if k in set(scores["kind"])]]
        tasks = [] if len(scores) else leaderboard.tasks(view, suite, version)
        if len(scores):
            kind = controls.segmented(say("controls.kind"), kinds, "kind", lambda k: say(f"kind.{k}"))
        elif tasks:
            kind = "task:" + controls.select(say("columns.task"), tasks, "task", names.task)
    if not len(scores) and not tasks:
        st.info(say("capability.no_run_counts"), icon=":material/info:")
        return
    board = leaderboard.board(view, suite, version, origin, kind)
    if board.empty and kind == "overall" and len(kinds) > 1:
        st.info(say("capability.no_overall"), icon=":material/info:")
        kind = kinds[1]
        board = leaderboard.board(view, suite, version, origin, kind)
    if metric := leaderboard.undirected_metric(view, suite, version, kind):
        st.info(say("capability.undirected", metric=metric), icon=":material/swap_vert:")
        return
    shown = _filtered(view, leaderboard.named(view, board) if len(board) else board)
    if shown.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    source = say(
        "capability.source",
        suite=leaderboard.suite_name(view)((suite, version)),
        n=len(board),
        origin=say(f"origin.{origin}"),
    )
    raw = kind.startswith("task:")
    unit = str(board["metric"].iloc[0]) if raw else say("capability.unit")
    _board(view, shown, (suite, version, kind), origin, unit=unit, source=source)
    if not raw:
        _tasks(view, shown, scores, source=source, suite=suite)
        task_influence.show(view, scores, source=source, name=suite)
        _size(view, shown, origin, unit=unit, source=source, name=f"{suite}-{kind}")


def _filtered(view: View, board: pd.DataFrame) -> pd.DataFrame:
    say = view.say
    with st.container(horizontal=True, vertical_alignment="bottom"):
        segments = controls.multiselect(
            say("controls.segment"),
            sorted(s for s in set(board.get("segment", [])) if isinstance(s, str)),
            "segment",
            lambda s: say.known("segment", s),
        )
        countries = controls.multiselect(
            say("controls.country"),
            sorted({c for c in board.get("country", []) if isinstance(c, str)}),
            "country",
            lambda c: say.known("country", c),
        )
        weights = controls.segmented(
            say("controls.weights"), ["all", "open", "closed"], "weights", lambda w: say(f"weights.{w}")
        )
    return leaderboard.filtered(board, segments, countries, weights)


def _board(
    view: View, shown: pd.DataFrame, board: tuple[str, str, str], origin: str, *, unit: str, source: str
) -> None:
    """The ranking as a chart and as a table whose ticked rows can be compared head to head."""
    say = view.say
    suite, version, kind = board
    raw = kind.startswith("task:")
    suite_name = leaderboard.suite_name(view)((suite, version))
    if raw:
        st.caption(say("capability.raw"))
        what = f"{leaderboard.names(view).task(kind.removeprefix('task:'))} ({suite_name.rpartition(' · ')[2]})"
    else:
        what = f"{suite_name} · {say(f'kind.{kind}')}"
    blocks.chart(
        view,
        dots.ranking(
            shown,
            title=leaderboard.leader_sentence(view, shown, what=what),
            unit=unit,
            note=leaderboard.bars_note(view, shown.head(dots.MOST), say("capability.note")),
            source=source,
            name=f"leaderboard-{suite}-{kind}",
            origin="measured" if origin == "reference" else origin,
        ),
        lead=True,
    )
    if kind == "overall" and origin != "reference":
        _agreement(view, shown)
    blocks.section(say("capability.table"), say("capability.table_lead"))
    columned = columns.leaderboard(say, unit if raw else None)
    picked = row_selection.selectable_table(
        view,
        shown,
        f"ranks-{suite}-{kind}",
        columned,
        "ticked",
        "model",
        alt=say("capability.table"),
        together=("model", "score"),
    )
    chosen = [str(shown.iloc[i]["model"]) for i in picked[:6]]
    if len(chosen) >= 2:
        label = say("capability.compare", n=len(chosen))
        models = [codes.code(model) for model in chosen]
        blocks.page_link(view, "head_to_head", label, ":material/compare_arrows:", models=models, view="pairs")


def _agreement(view: View, board: pd.DataFrame) -> None:
    """How well this board agrees with the scale of published scores, where a model has both: compared, never averaged."""
    from harness.analysis.scale.trend import measured_agreement

    fit = scale.fitted(view)
    if fit is None:
        return
    found = measured_agreement(fit, board.dropna(subset=["model_id"])[["model_id", "score"]]).iloc[0]
    ends = {k: f"{found[k]:.2f}" for k in ("spearman", "low", "high")}
    key = "agreement" if found["spearman"] == found["spearman"] else "agreement_few"
    st.caption(view.say(f"reported.{key}", n=int(found["models"]), **ends))


def _tasks(view: View, shown: pd.DataFrame, scores: pd.DataFrame, *, source: str, suite: str) -> None:
    """The index task by task, of the best forty models."""
    say, name = view.say, leaderboard.names(view).task
    blocks.section(say("capability.tasks"), say("capability.tasks_lead"))
    rows = scores[scores["model"].isin(shown["model"])]
    wide = rows.pivot_table(index="model", columns="task", values="score")
    wide = wide.reindex(index=[m for m in shown["model"] if m in wide.index][: dots.MOST])
    means = wide.mean()
    blocks.chart(
        view,
        grid.heat(
            wide.rename(columns=name),
            title=say("capability.tasks_title", hardest=name(means.idxmin()), easiest=name(means.idxmax())),
            unit=say("capability.unit"),
            note=say("capability.tasks_note", n=int(wide.isna().sum().sum())),
            source=source,
            name=f"tasks-{suite}",
            bounds=(0.0, 1.0),
            data=rows,
        ),
    )


def _size(view: View, shown: pd.DataFrame, origin: str, *, unit: str, source: str, name: str) -> None:
    """Index against parameters, and groups at equal size; nothing where fewer than three sizes are known."""
    say = view.say
    sized = shown[shown["params_b"].notna() & (shown["params_b"] > 0)]
    if len(sized) < 3:
        return
    blocks.section(say("capability.size"), say("capability.size_lead"))
    points = sized.assign(label=sized["model"], x=sized["params_b"], y=sized["score"], y_low=sized["low"],
                          y_high=sized["high"], note=sized["vendor"])  # fmt: skip
    blocks.chart(
        view,
        scatter.points(
            points[["label", "x", "y", "y_low", "y_high", "segment", "note"]],
            say,
            x_unit=say("capability.size_unit"),
            y_unit=unit,
            title=leaderboard.size_sentence(view, sized),
            note=leaderboard.bars_note(view, sized, say("capability.size_note")),
            source=source,
            name=f"size-{name}",
            log_x=True,
            origin="measured" if origin == "reference" else origin,
        ),
    )
    equal_size.show(view, sized, unit=unit, source=source, name=name)
