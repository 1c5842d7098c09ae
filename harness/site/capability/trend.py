"""Trends on the capability scale: how fast the best rise, and how far one group is behind another."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import streamlit as st

from harness.charts import scatter
from harness.charts.chart import plain, short
from harness.charts.labels import placed
from harness.charts.text import number
from harness.site.capability import equal_size, group_records, leaderboard, scale
from harness.site.widgets import blocks, contained, controls

if TYPE_CHECKING:
    import pandas as pd

    from harness.analysis.scale.fit import ScaleFit
    from harness.analysis.scale.trend import Gap
    from harness.charts.chart import Chart
    from harness.site.server.view import View

LATEST = 12
"""Newest records that keep their names when there is no room for all."""


VIEWS = ("gaps", "lines", "pace", "size")


@contained.section
def show(view: View) -> None:
    """One of VIEWS among the ranked models: two groups of choice, lines of all groups, the frontier, groups at equal size."""
    say, fit = view.say, scale.fitted(view)
    if fit is None or scale.board(view).empty:
        st.info(say("reported.no_scale"), icon=":material/info:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = controls.segmented(say("runs_and_samples.part"), VIEWS, "trend", lambda v: say(f"trend.view_{v}"))
        least = scale.least_benchmarks(view)
    board = scale.board(view, least)
    if board.empty:
        st.info(say("common.no_match"), icon=":material/filter_alt_off:")
        return
    source = scale.source(view, len(board))
    rows = board.rename(columns={"score": "points"})
    if chosen == "gaps":
        _gaps(view, rows, fit, source)
    elif chosen == "lines":
        group_records.show(view, rows, source=source)
    elif chosen == "pace":
        blocks.section(say("trend.title"), say("trend.lead"))
        _frontier(view, rows, source)
    else:
        named = leaderboard.named(view, board)
        equal_size.show(view, named, unit=say("scale.unit"), source=source, name="reported", digits=1)


def _gaps(view: View, rows: pd.DataFrame, fit: ScaleFit, source: str) -> None:
    """How far one group is behind another: today, its curves, and month by month."""
    from harness.analysis.scale.trend import COMPARISONS

    say = view.say
    big_tech, start_ups = say("trend.big_tech_models"), say("trend.startup_models")
    choices = {
        "open": (say("trend.open"), say("trend.open_models"), say("trend.closed_models")),
        "china": (say("trend.china"), say("trend.china_models"), say("trend.us_models")),
        "big_tech": (say("trend.big_tech"), big_tech, start_ups),
        "other_startups": (say("trend.other_startups"), big_tech, say("trend.other_startup_models")),
    }
    chosen = controls.select(say("trend.compare"), list(COMPARISONS), "gap", lambda key: choices[key][0])
    found = _gap(view, rows, fit, chosen)
    if found is None:
        st.info(say("trend.no_groups"), icon=":material/info:")
        return
    groups = choices[chosen][1:]
    _today(view, rows, found, groups)
    _curves(view, rows, found, chosen, groups, source)
    _over_time(view, rows, found, groups, source)


def _frontier(view: View, rows: pd.DataFrame, source: str) -> None:
    """The records of all models since ``SINCE``, the line through them, and its slope also since ``LATER``."""
    import pandas as pd

    from harness.analysis.scale.trend import LATER, SINCE, frontier_trend, records, trend_line

    say, draws = view.say, scale.draws(view)

    def compute(models: tuple[str, ...]) -> pd.DataFrame:
        return pd.concat([frontier_trend(rows, draws, since) for since in (SINCE, LATER)], ignore_index=True)

    trends = view.derived("scale_frontier", compute, models=_models(rows))
    whole, later = trends.iloc[0], trends.iloc[1]
    if whole["slope_per_year"] != whole["slope_per_year"]:
        st.info(say("trend.few"), icon=":material/info:")
        return
    best = records(rows)
    best = best[best["released"] >= SINCE]
    slope, low, high = (number(float(whole[column]), 1) for column in ("slope_per_year", "low", "high"))
    points = best.assign(series=say("trend.records"), x=best["released"], y=best["points"])
    line = trend_line(best, whole).assign(series=say("trend.line", slope=slope))
    title = say("trend.frontier", slope=slope, low=low, high=high, since=f"{SINCE:%Y-%m}")
    if later["slope_per_year"] == later["slope_per_year"]:
        slope, low, high = (number(float(later[column]), 1) for column in ("slope_per_year", "low", "high"))
        title += say("trend.frontier_later", slope=slope, low=low, high=high, since=f"{LATER:%Y-%m}")
    drawn = scatter.lines(
        pd.concat([points[["series", "x", "y", "low", "high", "model"]], line]),
        x_unit=say("columns.released"), y_unit=say("trend.points"), title=title,
        note=say("trend.frontier_note", n=int(whole["records"]), draws=len(draws)), source=source, name="scale-trend",
        height=460,
    )  # fmt: skip
    blocks.chart(view, _labelled(drawn, points))


def _labelled(drawn: Chart, points: pd.DataFrame) -> Chart:
    """The chart with the names of the records, the newest and the oldest first where there is no room for all."""
    days = points["x"].map(lambda day: day.toordinal()).to_numpy(dtype=float)
    heights = points["y"].to_numpy(dtype=float)
    xs, ys = (0.03 + 0.9 * (v - v.min()) / max(float(v.max() - v.min()), 1e-9) for v in (days, heights))
    newest = list(range(len(points)))[::-1]
    order = [*newest[:LATEST], *newest[LATEST:][::-1]]
    names = [plain(short(str(points["model"].iloc[i]), 24)) for i in order]
    labels = dict(zip(order, placed(xs[order].tolist(), ys[order].tolist(), names, width=620, height=360), strict=True))
    drawn.figure.update_traces(
        mode="lines+markers+text",
        text=[labels[i][0] for i in range(len(points))],
        textposition=[labels[i][1] for i in range(len(points))],
        selector={"name": plain(points["series"].iloc[0])},
    )
    return drawn


def _gap(view: View, rows: pd.DataFrame, fit: ScaleFit, chosen: str) -> Gap | None:
    from harness.analysis.scale.trend import COMPARISONS, gap

    def compute(comparison: str, models: tuple[str, ...]) -> Gap | None:
        return gap(rows, fit, scale.draws(view), COMPARISONS[comparison])

    out: Gap | None = view.derived("scale_gap", compute, comparison=chosen, models=_models(rows))
    return out


def _models(rows: pd.DataFrame) -> tuple[str, ...]:
    """The models among which a trend is asked: with the fit, all that it depends on."""
    return tuple(sorted(rows["model_id"]))


def _today(view: View, rows: pd.DataFrame, found: Gap, groups: tuple[str, str]) -> None:
    """The gap at the last release by both rules, and its means, in sentences."""
    say, last, name = view.say, found.over_time.iloc[-1], _names(rows)
    sign = -1 if last["points"] < 0 else 1
    behind, ahead = groups[::sign]
    who = {"date": f"{last['date']:%Y-%m-%d}", "behind": behind, "ahead": ahead}
    if last["leader"] == "neither":
        sentences = [say("trend.today_equal", **who)]
    else:
        one, other = (name[last["behind_model"]], name[last["ahead_model"]])[::sign]
        points, months = _interval(view, last, "points", sign), _interval(view, last, "months", sign)
        sentences = [
            say("trend.today_points", points=points, behind_model=one, ahead_model=other, **who), say("trend.today_pair"),
        ]  # fmt: skip
        known = last["months"] == last["months"]
        sentences.append(say("trend.today_months", months=months, **who) if known else say("trend.today_before", **who))
    if last["told"] == "neither":
        sentences.append(say("trend.today_not_told"))
    elif last["told_months"] == last["told_months"]:
        sentences.append(say("trend.today_told", months=_interval(view, last, "told_months", sign)))
    else:
        sentences.append(say("trend.today_told_before"))
    mean = found.mean.set_index("measure").rename(columns={"low": "mean_low", "high": "mean_high"})
    means = {measure: _interval(view, row, "mean", points=measure == "points") for measure, row in mean.iterrows()}
    sentences.append(
        say("trend.mean", behind=groups[0], ahead=groups[1], since=f"{found.over_time['date'].iloc[0]:%Y-%m}",
            points=means["points"], months=means["months"], told=means["told_months"])
    )  # fmt: skip
    st.markdown(f"## {blocks.literal(sentences[0])}")
    st.markdown("\n".join(f"- {blocks.literal(sentence)}" for sentence in sentences[1:]))


def _interval(view: View, row: pd.Series[Any], measure: str, sign: int = 1, *, points: bool | None = None) -> str:
    """A value with its unit and interval, turned round where ``sign`` is negative; an end before the data is a dash."""
    say, ends = view.say, ("low", "high")[::sign]
    texts = {k: number(sign * float(row[f"{measure}_{end}"]), 1) for k, end in zip(("low", "high"), ends, strict=True)}
    texts["value"] = number(sign * float(row[measure]), 1)
    in_points = measure == "points" if points is None else points
    return say("trend.n_points", **texts) if in_points else say("trend.n_months", **texts)


def _capital(text: str) -> str:
    """A title that may begin with a group's name, which is written small within a sentence."""
    return text[:1].upper() + text[1:]


def _names(rows: pd.DataFrame) -> dict[str, str]:
    return dict(zip(rows["model_id"], rows["model"], strict=True))


def _curves(view: View, rows: pd.DataFrame, found: Gap, chosen: str, groups: tuple[str, str], source: str) -> None:
    """The records of both groups as steps: between two records the level stays."""
    import pandas as pd

    from harness.analysis.scale.trend import COMPARISONS, SINCE, group_of, records_of_each

    say = view.say
    best = records_of_each(rows.assign(group=group_of(rows, COMPARISONS[chosen])), "group")
    best = best[best["released"] >= SINCE]
    best = best.assign(
        series=best["group"].map(dict(zip(("behind", "ahead"), groups, strict=True))),
        until=best.groupby("group")["released"].shift(-1).fillna(found.over_time["date"].iloc[-1]),
    )
    keep = ["series", "released", "points", "low", "high", "model"]
    ends = pd.concat([best.assign(x=best["released"], corner=0), best.assign(x=best["until"], corner=1)])
    steps = ends.assign(y=ends["points"]).sort_values(["group", "released", "corner"])  # one colour in every language
    led = found.mean.set_index("measure").loc["points"]
    drawn = scatter.lines(
        steps[["series", "x", "y", "low", "high", "model"]],
        x_unit=say("columns.released"), y_unit=say("trend.points"), note=say("trend.curves_note"), source=source,
        title=_capital(
            say("trend.curves", ahead=groups[1], behind=groups[0], led=int(led["led"]), all=int(led["dates"]),
                since=f"{found.over_time['date'].iloc[0]:%Y-%m}")
        ),
        name=f"scale-curves-{chosen}",
    )  # fmt: skip
    drawn.figure.update_traces(marker_size=[8, 0] * len(best), selector={"mode": "lines+markers"})
    blocks.chart(view, dataclasses.replace(drawn, data=best[keep]))


def _over_time(view: View, rows: pd.DataFrame, found: Gap, groups: tuple[str, str], source: str) -> None:
    """The gap month by month in a measure of choice, and all measures in a table."""
    say, name = view.say, _names(rows)
    measures = {
        "months": (say("trend.by_reach"), say("trend.months_unit"), "leader"),
        "told_months": (say("trend.by_test"), say("trend.months_unit"), "told"),
        "points": (say("trend.in_points"), say("trend.points_unit"), "leader"),
    }
    measure = controls.segmented(say("trend.measure"), list(measures), "gap_in", lambda key: measures[key][0])
    label, unit, leader = measures[measure]
    gap = found.over_time
    value = gap[measure].mask(gap[leader].eq("neither"), 0.0)
    line = gap.assign(series=label, x=gap["date"], y=value, low=gap[f"{measure}_low"], high=gap[f"{measure}_high"])
    line = line.dropna(subset=["y", "low", "high"])[["series", "x", "y", "low", "high"]]
    mean = found.mean.set_index("measure").loc[measure].rename({"low": "mean_low", "high": "mean_high"})
    if len(line):
        blocks.chart(
            view,
            scatter.lines(
                line, x_unit=say("trend.date"), y_unit=unit, source=source, name=f"scale-gap-{measure}",
                title=_capital(say("trend.gap", behind=groups[0], ahead=groups[1],
                          since=f"{gap['date'].iloc[0]:%Y-%m}",
                          mean=_interval(view, mean, "mean", points=measure == "points"))),
                note=say("trend.gap_note", behind=groups[0], draws=len(scale.draws(view))),
            ),
        )  # fmt: skip
    leaders = {"behind": groups[0], "ahead": groups[1], "neither": say("trend.neither")}
    column = st.column_config
    numbers = {
        key: column.NumberColumn(text, format="%.1f")
        for measure, text in (
            ("points", say("trend.in_points")),
            ("months", say("trend.by_reach")),
            ("told_months", say("trend.by_test")),
        )
        for key, text in (
            (measure, text),
            (f"{measure}_low", say("trend.low_of", what=text)),
            (f"{measure}_high", say("trend.high_of", what=text)),
        )
    }  # fmt: skip
    blocks.table(
        view,
        gap.iloc[::-1].assign(
            **{key: gap[key].map(leaders) for key in ("leader", "told")},
            **{key: gap[key].map(name) for key in ("behind_model", "ahead_model")},
        ),
        "scale-gap",
        {
            "date": column.DateColumn(say("trend.date"), format="YYYY-MM-DD", pinned=True),
            "leader": column.TextColumn(say("trend.leader")),
            "behind_model": column.TextColumn(say("trend.best_of", group=groups[0])),
            "ahead_model": column.TextColumn(say("trend.best_of", group=groups[1])),
            **numbers,
            "told": column.TextColumn(say("trend.told")),
        },
        alt=say("trend.table"),
        together=("leader", "points"),
        height=300,
    )
